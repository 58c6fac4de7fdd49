//! Big keys for quantities, for hands in gloves. No keyboard of the phone covers the page; a real one works too.

use sycamore::prelude::*;
use takt_domain::quantity::Quantity;

use crate::text;
use crate::ui::{icon, keyboard, tap};

/// The longest number that is taken, in characters.
const LENGTH_MAX: usize = 12;

/// What `text` becomes when `key` is pressed. A point only where the item has decimals, and no more digits than it has.
pub fn press(text: &str, key: char, scale: u8) -> String {
    let mut next = text.to_owned();
    let decimals = text.split_once('.').map(|(_, decimals)| decimals.len());
    match key {
        '<' => {
            next.pop();
        }
        '.' if scale == 0 || decimals.is_some() => {}
        '.' if text.is_empty() => next.push_str("0."),
        '.' => next.push('.'),
        _ if decimals.is_some_and(|decimals| decimals >= usize::from(scale)) || text.len() >= LENGTH_MAX => {}
        digit if text == "0" => next = digit.to_string(),
        digit => next.push(digit),
    }
    next
}

/// The quantity that a text means, at a scale; zero where nothing is typed yet, none where it is no quantity.
pub fn quantity(text: &str, scale: u8) -> Option<Quantity> {
    let text = text.trim().trim_end_matches('.');
    if text.is_empty() {
        return Some(Quantity::zero(scale));
    }
    text.parse::<Quantity>().ok()?.at_scale(scale).ok().filter(|quantity| !quantity.is_negative())
}

/// The keys. They write into whatever `target` says.
pub fn view(target: impl Fn() -> Signal<String> + Copy + 'static, scale: u8) -> View {
    keyboard::write_to(target, scale);
    let key = move |key: char, face: View, name: &'static str| {
        let hidden = key == '.' && scale == 0;
        let class = if hidden { "key blank" } else { "key" };
        let hit = tap(move || {
            let target = target();
            target.set(press(&target.get_clone_untracked(), key, scale));
        });
        view! { button(r#type="button", class=class, aria-label=name, disabled=hidden, on:click=hit) { (face) } }
    };
    let digits = "123456789".chars().zip(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    let mut keys: Vec<_> = digits.map(|(digit, face)| key(digit, face.into(), face)).collect();
    keys.push(key('.', ".".into(), "."));
    keys.push(key('0', "0".into(), "0"));
    keys.push(key('<', icon::ERASE.into(), text::ERASE.get()));
    view! { div(class="pad") { (keys) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keys: &str, scale: u8, expected: &str) {
        let typed = keys.chars().fold(String::new(), |text, key| press(&text, key, scale));
        assert_eq!(typed, expected, "{keys}");
    }

    #[test]
    fn keys_write_a_number_of_the_items_scale() {
        check("12", 0, "12");
        check("1.2", 0, "12");
        check(".5", 3, "0.5");
        check("1.23456", 3, "1.234");
        check("1..2", 3, "1.2");
        check("05", 0, "5");
        check("12<3", 0, "13");
        check("<", 0, "");
        check("12345678901234", 0, "123456789012");
    }

    #[test]
    fn a_typed_text_is_a_quantity_or_none() {
        assert_eq!(quantity("", 0).map(|q| q.to_string()), Some("0".into()));
        assert_eq!(quantity("1.", 2).map(|q| q.to_string()), Some("1.00".into()));
        assert!(quantity("-1", 0).is_none());
        assert!(quantity("1.5", 0).is_none());
        assert!(quantity("x", 0).is_none());
    }
}
