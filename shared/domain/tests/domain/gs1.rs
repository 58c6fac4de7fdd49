//! GS1 element strings against the examples of the General Specifications, and against random ones.

use jiff::civil::{Date, date};
use proptest::prelude::*;
use takt_domain::gs1::{self, ElementString, Fault, GS, Gs1Error};
use takt_domain::text::Lang;

const TODAY: Date = date(2026, 11, 26);

fn read(code: &str) -> ElementString {
    gs1::parse(code, TODAY).unwrap_or_else(|error| panic!("{code:?}: {error}"))
}

fn check(code: &str, human: &str) {
    assert_eq!(read(code).human(), human, "{code:?}");
}

fn refused(code: &str) -> Gs1Error {
    match gs1::parse(code, TODAY) {
        Err(error) => error,
        Ok(found) => panic!("{code:?} was read as {}", found.human()),
    }
}

#[test]
fn check_digits_are_those_of_the_specification() {
    // General Specifications, figure 7.9.1-2: 37610425002123456 has the check digit 9.
    assert_eq!(gs1::check_digit("37610425002123456"), Some(9));
    // GTIN-13 629104150021 and its check digit 3; GTIN-12 61414100003 and 6; GTIN-8 9638507 and 4.
    for (digits, check) in [("629104150021", 3), ("61414100003", 6), ("9638507", 4), ("0950600013435", 2)] {
        assert_eq!(gs1::check_digit(digits), Some(check), "{digits}");
        assert!(gs1::has_check_digit(&format!("{digits}{check}")));
        assert!(!gs1::has_check_digit(&format!("{digits}{}", (check + 1) % 10)));
    }
    for none in ["", "12a4", "12", "一二三"] {
        assert!(!gs1::has_check_digit(none), "{none}");
    }
}

#[test]
fn a_gtin_has_one_form_however_many_digits_are_written() {
    assert_eq!(gs1::gtin("96385074").as_deref(), Some("00000096385074"));
    assert_eq!(gs1::gtin("614141000036").as_deref(), Some("00614141000036"));
    assert_eq!(gs1::gtin("6291041500213").as_deref(), Some("06291041500213"));
    assert_eq!(gs1::gtin("09506000134352").as_deref(), Some("09506000134352"));
    for none in ["96385075", "123456789", "629104150021", "", "6291041500213 "] {
        assert_eq!(gs1::gtin(none), None, "{none}");
    }
}

#[test]
fn element_strings_of_fixed_and_variable_length_follow_one_another() {
    check("]C1010950600013435217201225", "(01)09506000134352(17)201225");
    check("]C10109506000134352172012251012345", "(01)09506000134352(17)201225(10)12345");
    check("]d2010950600013435210AB-12\u{1d}17201225", "(01)09506000134352(10)AB-12(17)201225");
    check("]Q3\u{1d}010950600013435221S1\u{1d}10L1", "(01)09506000134352(21)S1(10)L1");
    check("]e00109506000134352310300150015261231", "(01)09506000134352(3103)001500(15)261231");
    check("0109506000134352310300150030024", "(01)09506000134352(3103)001500(30)024");
    check("]C100006141411234567890", "(00)006141411234567890");
    check("]C102006141410000363724\u{1d}400PO-4711", "(02)00614141000036(37)24(400)PO-4711");
    // FNC1 behind a predefined length is needless and harmless.
    check("0109506000134352\u{1d}10A\u{1d}", "(01)09506000134352(10)A");
}

#[test]
fn what_keyboard_scanners_type_for_fnc1_separates_too() {
    for gs in
        ["\u{1d}", "\u{241d}", "{GS}", "<GS>", "[GS]", "{FNC1}", "<FNC1>", "\\x1D", "\\u001d", "^]", "^", "|", "~"]
    {
        let code = format!("]C110LOT/7{gs}21S-9{gs}0109506000134352");
        check(&code, "(10)LOT/7(21)S-9(01)09506000134352");
    }
}

#[test]
fn what_people_type_off_a_label_is_read() {
    check("(01)09506000134352(10)AB(C)1(17)201225", "(01)09506000134352(10)AB(C)1(17)201225");
    check("(01) 09506000134352 (30) 12", "(01)09506000134352(30)12");
    assert_eq!(
        refused("(01)09506000134352(77)1").detail(Lang::En),
        "at character 19, (77): unknown application identifier"
    );
    assert_eq!(refused("(01)0950600013435(10)1").code(), "gs1.too_short");
    assert_eq!(refused("(77)1").fault, Fault::UnknownIdentifier);
}

#[test]
fn digital_links_are_read() {
    check(
        "https://id.gs1.org/01/09506000134352/10/ABC%2F123?17=201225&linkType=gs1:pip",
        "(01)09506000134352(10)ABC/123(17)201225",
    );
    check("https://example.com/some/path/01/6291041500213/21/12345", "(01)06291041500213(21)12345");
    check("HTTP://example.com/00/006141411234567890", "(00)006141411234567890");
    assert_eq!(refused("https://id.gs1.org/01/09506000134353").at, 20);
    assert_eq!(refused("https://id.gs1.org/01/09506000134352/10/%zz").code(), "gs1.character");
    assert!(!gs1::is_certain("https://example.com/orders/0815"));
    assert!(!gs1::is_certain("https://example.com"));
}

#[test]
fn the_values_are_what_they_mean() {
    let found = read("]C10109506000134352112511001726120010LOT7\u{1d}21S9\u{1d}30250\u{1d}3103001750");
    assert_eq!(found.gtin(), Some("09506000134352"));
    assert_eq!(found.lot(), Some("LOT7"));
    assert_eq!(found.serial(), Some("S9"));
    assert_eq!(found.count().unwrap().to_string(), "250");
    assert_eq!(found.net_weight_kg().unwrap().to_string(), "1.750");
    assert_eq!(found.expiry(), Some(date(2026, 12, 31)), "day 00 is the last of the month");
    assert_eq!(found.produced(), Some(date(2025, 11, 30)));
    assert_eq!(read("]C100006141411234567890").sscc(), Some("006141411234567890"));
    assert_eq!(read("(17)240200").expiry(), Some(date(2024, 2, 29)), "a leap year");
}

#[test]
fn a_year_is_at_most_49_back_and_50_ahead() {
    let year = |yy: &str, today: Date| gs1::parse(&format!("17{yy}0115"), today).unwrap().expiry().unwrap().year();
    assert_eq!(year("76", TODAY), 2076);
    assert_eq!(year("77", TODAY), 1977);
    assert_eq!(year("26", TODAY), 2026);
    assert_eq!(year("00", TODAY), 2000);
    assert_eq!(year("10", date(2080, 1, 1)), 2110);
    assert_eq!(year("31", date(2080, 1, 1)), 2031);
    assert_eq!(year("30", date(2080, 1, 1)), 2130);
}

#[test]
fn an_error_says_where_and_what_in_both_languages() {
    let wrong = refused("]C1010950600013435310L1");
    assert_eq!((wrong.at, wrong.ai.as_deref(), wrong.code()), (4, Some("01"), "gs1.check_digit"));
    assert_eq!(wrong.detail(Lang::En), "at character 4, (01) GTIN: the check digit must be 2, found 3");
    assert_eq!(wrong.detail(Lang::Zh), "第 4 位,(01)商品条码:校验位应为 2,实为 3");
    let unknown = refused("]C10109506000134352881234");
    assert_eq!((unknown.at, unknown.ai.as_deref(), unknown.code()), (20, Some("8812"), "gs1.unknown_ai"));
    assert!(unknown.detail(Lang::Zh).contains("(8812):未知的应用标识符"), "{}", unknown.detail(Lang::Zh));
    for (code, expected) in [
        ("]C101095060001343", "gs1.too_short"),
        ("]C110", "gs1.too_short"),
        ("]C110123456789012345678901", "gs1.too_long"),
        ("]C110A#1", "gs1.character"),
        ("]C110批号", "gs1.character"),
        ("]C10109506000134x52", "gs1.character"),
        ("]C117260230", "gs1.date"),
        ("]C117261301", "gs1.date"),
        ("]C1AB", "gs1.no_ai"),
        ("]C1", "gs1.empty"),
        ("]C1\u{1d}\u{1d}", "gs1.empty"),
        ("]C110A\u{1d}10A", "gs1.twice"),
        ("]C131030017503102001750", "gs1.twice"),
        ("]C1010950600013435202006141410000363724", "gs1.contradiction"),
        ("]C13012\u{1d}3712", "gs1.contradiction"),
        ("]C11126010117251231", "gs1.contradiction"),
        ("]C13107001750", "gs1.unknown_ai"),
    ] {
        let found = refused(code);
        assert_eq!(found.code(), expected, "{code:?}: {found}");
        assert!(!found.remedy(Lang::Zh).is_empty());
    }
    assert_eq!(refused(&"0".repeat(gs1::CODE_MAX + 1)).code(), "gs1.too_long");
}

#[test]
fn plain_numbers_are_not_taken_for_element_strings() {
    for plain in
        ["TK-1002", "0109", "6291041500213", "WO-2026-0001", "(A)1", "A~B", "017", "一号仓", "]E06291041500213"]
    {
        assert!(!gs1::is_certain(plain) && !gs1::is_likely(plain), "{plain}");
    }
    assert!(gs1::is_likely("010950600013435210A"));
    assert!(gs1::is_likely("00006141411234567890"));
    for certain in ["]C1x", "10A\u{1d}", "(10)A", "10A{GS}21B"] {
        assert!(gs1::is_certain(certain), "{certain}");
    }
}

/// Elements that go together, in any order.
fn elements() -> impl Strategy<Value = Vec<(String, String)>> {
    let text = "[!%&'*+,./0-9:;=?A-Z_a-z-]{1,20}";
    let gtin = "[0-9]{13}".prop_map(|digits| format!("{digits}{}", gs1::check_digit(&digits).unwrap()));
    let sscc = "[0-9]{17}".prop_map(|digits| format!("{digits}{}", gs1::check_digit(&digits).unwrap()));
    let expiry = (0..=99_u8, 1..=12_u8, 0..=28_u8).prop_map(|(y, m, d)| format!("{y:02}{m:02}{d:02}"));
    let weight = (0..=6_u8, "[0-9]{6}");
    (
        proptest::option::of(sscc),
        proptest::option::of(gtin),
        proptest::option::of(text),
        proptest::option::of(text),
        proptest::option::of(expiry),
        proptest::option::of("[0-9]{1,8}"),
        proptest::option::of(weight),
    )
        .prop_map(|(sscc, gtin, lot, serial, expiry, count, weight)| {
            let known = [("00", sscc), ("01", gtin), ("10", lot), ("21", serial), ("17", expiry), ("30", count)];
            let known = known.into_iter().filter_map(|(ai, value)| Some((ai.to_owned(), value?)));
            known.chain(weight.map(|(decimals, value)| (format!("310{decimals}"), value))).collect::<Vec<_>>()
        })
        .prop_shuffle()
        .prop_filter("something", |elements| !elements.is_empty())
}

proptest! {
    #[test]
    fn what_is_encoded_is_read_back(elements in elements()) {
        let pairs: Vec<(&str, &str)> = elements.iter().map(|(ai, value)| (ai.as_str(), value.as_str())).collect();
        let code = gs1::encode(&pairs, TODAY).unwrap();
        for code in [code.clone(), format!("]C1{code}"), format!("]d2{GS}{code}{GS}"), gs1::human(&pairs)] {
            let found = gs1::parse(&code, TODAY).unwrap();
            let found: Vec<(&str, &str)> = found.elements().iter().map(|e| (e.ai.as_str(), e.value.as_str())).collect();
            prop_assert_eq!(&found, &pairs, "{:?}", code);
        }
    }

    #[test]
    fn one_wrong_digit_of_a_gtin_is_found(digits in "[0-9]{13}", place in 0..14_usize, by in 1..=9_u8) {
        let mut gtin = format!("{digits}{}", gs1::check_digit(&digits).unwrap()).into_bytes();
        gtin[place] = b'0' + (gtin[place] - b'0' + by) % 10;
        let code = format!("01{}", String::from_utf8(gtin).unwrap());
        prop_assert_eq!(gs1::parse(&code, TODAY).unwrap_err().code(), "gs1.check_digit");
    }

    #[test]
    fn no_text_makes_it_panic(code in any::<String>(), prefix in 0..6_usize, cut in any::<usize>()) {
        let prefix = ["", "]C1", "(01)", "https://a/01/", "0109506000134352", "10\u{1d}"][prefix];
        let code = format!("{prefix}{code}");
        let _ = (gs1::is_certain(&code), gs1::is_likely(&code), gs1::gtin(&code), gs1::has_check_digit(&code));
        if let Err(error) = gs1::parse(&code, TODAY) {
            prop_assert!(!error.detail(Lang::Zh).is_empty() && !error.detail(Lang::En).is_empty());
        }
        let (mut end, whole) = (cut % (code.len() + 1), &code);
        while !whole.is_char_boundary(end) { end -= 1; }
        let _ = gs1::parse(&whole[..end], TODAY);
    }

    #[test]
    fn nor_do_characters_that_matter(code in r"[\]C1Qd0-9()A/?=&%{}GS<>^|~\x1d\\xu一]{0,60}") {
        let _ = gs1::parse(&code, TODAY);
        let _ = gs1::parse(&format!("https://h/{code}/01/09506000134352/{code}?{code}"), TODAY);
    }
}
