//! The plant's own labels are read back as they were written, and what is damaged is seen.

use jiff::civil::date;
use proptest::prelude::*;
use takt_domain::label::{self, LabelError, LabelId, Material, OwnLabel};
use takt_domain::quantity::Quantity;
use takt_domain::text::Lang;

fn material(item: &str, lot: &str, label: Option<u64>) -> OwnLabel {
    OwnLabel::Material(Material {
        item: item.parse().unwrap(),
        lot: lot.into(),
        quantity: Some(Quantity::from_units(12_500, 3)),
        expiry: Some(date(2027, 3, 31)),
        label: label.map(LabelId::from_random),
    })
}

#[test]
fn a_label_is_written_as_the_documents_say() {
    // Another program may have printed this one: the format does not change under a version.
    let code = "TK1*M*R-10K*L7*12.500*2027-03-31*T";
    assert!(label::write(&material("R-10K", "L7", Some(7))).starts_with(code));
    let order = label::write(&OwnLabel::Order("WO-1".parse().unwrap()));
    assert!(order.starts_with("TK1*O*WO-1*") && order.len() == "TK1*O*WO-1*".len() + 2, "{order}");
    assert_eq!(label::write(&material("A*B%", "批\u{7}", None)).split('*').nth(2), Some("A%2AB%25"));
}

#[test]
fn what_is_wrong_with_a_label_is_said() {
    let good = label::write(&OwnLabel::Location("A-01".parse().unwrap()));
    assert!(label::is_own(&good));
    for not_own in ["TK-1002", "TK*", "TKA*M", "TK1", "R*1", ""] {
        assert!(!label::is_own(not_own), "{not_own}");
    }
    assert_eq!(label::read(&good.replace("A-01", "A-02")), Err(LabelError::Check));
    assert_eq!(label::read(&good[..good.len() - 1]), Err(LabelError::Check));
    assert_eq!(label::read(&good.replace("TK1", "TK9")), Err(LabelError::Version("9".into())));
    assert_eq!(LabelError::Check.detail(Lang::Zh), "标签校验字符不符:读错或不完整");
    assert!("T00000000000".parse::<LabelId>().is_err());
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(item in r"[^\s@\p{C}]{1,40}", lot in r"\PC{0,30}", number in any::<u64>()) {
        for written in [
            material(&item, &lot, Some(number)),
            material(&item, "", None),
            OwnLabel::Order(item.parse().unwrap()),
            OwnLabel::Location(item.parse().unwrap()),
        ] {
            let code = label::write(&written);
            prop_assert!(label::is_own(&code));
            prop_assert_eq!(label::read(&code), Ok(written), "{}", code);
        }
    }

    #[test]
    fn one_wrong_character_or_a_swap_is_seen(number in any::<u64>(), place in any::<prop::sample::Index>(), by in 0..36_usize) {
        let code = label::write(&material("R-10K", "L7", Some(number)));
        let letter = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[by];
        let at = 4 + place.index(code.len() - 4);
        let mut wrong = code.clone().into_bytes();
        wrong[at] = letter;
        if wrong != code.as_bytes() {
            prop_assert!(label::read(&String::from_utf8(wrong).unwrap()).is_err());
        }
        let mut swapped = code.clone().into_bytes();
        swapped.swap(at, at - 1);
        if swapped != code.as_bytes() {
            prop_assert!(label::read(&String::from_utf8(swapped).unwrap()).is_err());
        }
        let id = LabelId::from_random(number);
        prop_assert_eq!(id.as_str().parse::<LabelId>(), Ok(id.clone()));
    }

    #[test]
    fn no_text_makes_it_panic(code in any::<String>(), fields in r"TK1\*[MOL]\*[A*%0-9]{0,20}") {
        let _ = (label::is_own(&code), label::read(&code), label::read(&fields), code.parse::<LabelId>());
    }
}
