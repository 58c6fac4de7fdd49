//! Check digits of GTIN, SSCC and GLN: modulo 10 with weights 3 and 1 from the right (General Specifications, 7.9.1).

/// The check digit that belongs behind these digits; none where there is anything but digits, or nothing.
pub fn check_digit(digits: &str) -> Option<u8> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let weighted = digits.bytes().rev().enumerate().map(|(n, byte)| {
        let digit = u32::from(byte - b'0');
        if n % 2 == 0 { 3 * digit } else { digit }
    });
    let sum = weighted.fold(0_u32, |sum, digit| (sum + digit) % 10);
    u8::try_from((10 - sum) % 10).ok()
}

/// True when the last digit is the check digit of those before it.
pub fn has_check_digit(number: &str) -> bool {
    let Some((last, digits)) = number.as_bytes().split_last() else { return false };
    let digits = std::str::from_utf8(digits).unwrap_or_default();
    check_digit(digits).is_some_and(|check| last.checked_sub(b'0') == Some(check))
}

/// A GTIN of 8, 12, 13 or 14 digits with the right check digit, in the form with 14: zeros in front, which change no check
/// digit. So the same trade item has one number, however a shop or a carton writes it.
pub fn gtin(number: &str) -> Option<String> {
    (matches!(number.len(), 8 | 12 | 13 | 14) && has_check_digit(number)).then(|| format!("{number:0>14}"))
}
