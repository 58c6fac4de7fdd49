//! PINs are kept as argon2id hashes: 19 MiB, two passes, as OWASP's password storage guide names for argon2id.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, Salt, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};

/// The shortest PIN, in digits.
pub const PIN_MIN: usize = 4;

/// The longest PIN, in digits.
pub const PIN_MAX: usize = 12;

/// True for 4 to 12 digits.
pub fn is_well_formed(pin: &str) -> bool {
    (PIN_MIN..=PIN_MAX).contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit())
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a PIN in PHC form, with a salt of its own. None when no random bytes are to be had.
pub fn hash(pin: &str) -> Option<String> {
    let mut bytes = [0_u8; Salt::RECOMMENDED_LENGTH];
    getrandom::fill(&mut bytes).ok()?;
    let salt = SaltString::encode_b64(&bytes).ok()?;
    hasher().hash_password(pin.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}

/// True when the PIN is the one that was hashed. Takes as long where there is no hash, so that nobody learns from
/// the time which users exist.
pub fn matches(pin: &str, hash: Option<&str>) -> bool {
    let Some(parsed) = hash.and_then(|hash| PasswordHash::new(hash).ok()) else {
        let _ =
            SaltString::from_b64("bm8gc3VjaCB1c2Vy").map(|salt| hasher().hash_password(pin.as_bytes(), &salt).is_ok());
        return false;
    };
    hasher().verify_password(pin.as_bytes(), &parsed).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_pin_matches() {
        let Some(kept) = hash("1234") else { panic!("random bytes are to be had") };
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(matches("1234", Some(&kept)));
        assert!(!matches("1235", Some(&kept)));
        assert!(!matches("1234", None));
    }

    #[test]
    fn a_pin_has_four_to_twelve_digits() {
        for (pin, expected) in [("1234", true), ("123", false), ("12a4", false), ("1234567890123", false), ("", false)]
        {
            assert_eq!(is_well_formed(pin), expected, "{pin}");
        }
    }
}
