//! GS1 element strings: what trade goods, cartons and pallets carry in GS1-128, GS1 DataMatrix, GS1 QR and DataBar.
//!
//! Source: GS1 General Specifications, sections 3 (application identifiers), 7.8 (element strings in symbols, with the
//! table of predefined lengths), 7.9 (check digits) and 7.12 (the century of dates). An element string is an application
//! identifier (AI) and its value; several of them follow one another without anything between them, but for an FNC1
//! behind each one whose length is not predefined. Scanners send FNC1 as GS (0x1D); a scanner that types like a keyboard
//! sends something else instead, see [`separator`].

mod ai;
mod check;
mod date;
mod fault;
mod link;

use jiff::civil::Date;

pub use ai::{Definition, definition};
pub use check::{check_digit, gtin, has_check_digit};
pub use fault::{Fault, Gs1Error};
pub(crate) use link::decoded;

use crate::quantity::Quantity;

/// FNC1 as a scanner sends it.
pub const GS: char = '\u{1d}';

/// The longest code that is looked at, in bytes. The longest symbol, GS1 DataMatrix, holds 2,335 characters; no label has
/// more than a few hundred.
pub const CODE_MAX: usize = 1024;

/// What scanners type where they cannot type FNC1. None of the first character of these is allowed in a value, save the
/// `<` that some models begin with.
const SEPARATORS: [&str; 16] = [
    "\u{1d}", "\u{241d}", "{GS}", "[GS]", "<GS>", "{FNC1}", "[FNC1]", "<FNC1>", "\\x1D", "\\x1d", "\\u001D", "\\u001d",
    "^]", "^", "|", "~",
];

/// The separator that a text begins with, in any of the ways in which scanners send it.
pub fn separator(text: &str) -> Option<&'static str> {
    SEPARATORS.into_iter().find(|separator| text.starts_with(separator))
}

/// One application identifier with its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    /// The application identifier, for instance `01` or `3103`.
    pub ai: String,
    /// Its value, without padding or separators.
    pub value: String,
    /// Where its identifier begins in the code, in characters from 1.
    pub at: usize,
}

/// The elements of one code, each of them valid, none twice, none at odds with another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElementString {
    elements: Vec<Element>,
    today: Date,
}

/// A symbology identifier (ISO/IEC 15424) at the beginning of a code, for instance `]C1`, and the rest.
pub fn symbology(code: &str) -> (Option<&str>, &str) {
    let bytes = code.as_bytes();
    match bytes {
        [b']', letter, digit, ..] if letter.is_ascii_alphabetic() && digit.is_ascii_alphanumeric() => {
            (code.get(..3), code.get(3..).unwrap_or_default())
        }
        _ => (None, code),
    }
}

/// The symbology identifiers that say that element strings follow: GS1-128, GS1 DataBar and composite, GS1 DataMatrix, GS1
/// QR, GS1 DotCode.
const GS1_SYMBOLOGIES: [&str; 8] = ["]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1", "]Q4"];

/// True for a code that can only be meant as element strings: by its symbology, by FNC1 or what is typed for it, by
/// parentheses around a first identifier, or as a GS1 Digital Link. A string of mere digits may be anything.
pub fn is_certain(code: &str) -> bool {
    let (symbology, rest) = symbology(code);
    let spelled = |separator: &&str| separator.len() > 1 && rest.contains(*separator);
    symbology.is_some_and(|known| GS1_SYMBOLOGIES.contains(&known))
        || rest.contains(GS)
        || SEPARATORS.iter().any(spelled)
        || bracketed(rest).is_some()
        || link::is_link(rest)
}

/// True for what looks like element strings although nothing says so: a GTIN or an SSCC with its identifier at the
/// beginning. Plain codes that the plant knows come first.
pub fn is_likely(code: &str) -> bool {
    let (_, rest) = symbology(code);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    (rest.starts_with("01") && digits >= 16) || (rest.starts_with("00") && digits == 20 && rest.len() == 20)
}

/// Reads a code as a scanner sends it, as people type it off a label (with parentheses), or as a Digital Link. `today`
/// decides the century of dates.
pub fn parse(code: &str, today: Date) -> Result<ElementString, Gs1Error> {
    if code.len() > CODE_MAX {
        return Err(Gs1Error::at(1, None, Fault::TooLong { max: CODE_MAX }));
    }
    let (symbology, rest) = symbology(code);
    let offset = symbology.map_or(0, str::len);
    let elements = if link::is_link(rest) {
        link::elements(rest)?
    } else if bracketed(rest).is_some() {
        bracketed_elements(rest, offset)?
    } else {
        plain_elements(rest, offset)?
    };
    if elements.is_empty() {
        return Err(Gs1Error::at(offset + 1, None, Fault::Empty));
    }
    let found = ElementString { elements, today };
    found.judge()?;
    Ok(found)
}

/// The element strings of a symbol: FNC1 behind each one of a length that is not predefined, save the last. What is not
/// valid is refused as in [`parse`].
pub fn encode(elements: &[(&str, &str)], today: Date) -> Result<String, Gs1Error> {
    let mut code = String::new();
    for (n, (ai, value)) in elements.iter().enumerate() {
        code.push_str(ai);
        code.push_str(value);
        let predefined = definition(ai).is_some_and(|definition| definition.is_predefined());
        if !predefined && n + 1 < elements.len() {
            code.push(GS);
        }
    }
    parse(&code, today).map(|_| code)
}

/// How element strings are written for people: each identifier in parentheses.
pub fn human(elements: &[(&str, &str)]) -> String {
    elements.iter().map(|(ai, value)| format!("({ai}){value}")).collect()
}

/// The digits in parentheses at the beginning of a text, if there are two to four.
fn bracketed(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?;
    let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
    ((2..=4).contains(&digits) && inner.as_bytes().get(digits) == Some(&b')')).then(|| &inner[..digits])
}

fn bracketed_elements(text: &str, offset: usize) -> Result<Vec<Element>, Gs1Error> {
    let mut elements = Vec::new();
    let mut rest = text;
    let place = |rest: &str| offset + 1 + text.chars().count() - rest.chars().count();
    while !rest.is_empty() {
        let at = place(rest);
        let ai = bracketed(rest).ok_or_else(|| Gs1Error::at(at, None, Fault::NoIdentifier))?;
        let after = &rest[ai.len() + 2..];
        let known = definition(ai).ok_or_else(|| Gs1Error::unknown(at, ai))?;
        // A text may have parentheses of its own, even around digits.
        let begins =
            |rest: &str| bracketed(rest).is_some_and(|next| !known.takes_parentheses() || definition(next).is_some());
        let mut opened = after.match_indices('(').map(|(index, _)| index);
        let end = opened.find(|index| begins(&after[*index..])).unwrap_or(after.len());
        let value = after[..end].trim().trim_end_matches(GS);
        known.check(value, at, ai)?;
        elements.push(Element { ai: ai.to_owned(), value: value.to_owned(), at });
        rest = after[end..].trim_start();
    }
    Ok(elements)
}

fn plain_elements(text: &str, offset: usize) -> Result<Vec<Element>, Gs1Error> {
    let mut elements = Vec::new();
    let mut rest = text;
    let place = |rest: &str| offset + 1 + text.chars().count() - rest.chars().count();
    loop {
        // A separator at the beginning marks the symbol; one behind a predefined length is needless and harmless.
        while let Some(separator) = separator(rest) {
            rest = &rest[separator.len()..];
        }
        if rest.is_empty() {
            return Ok(elements);
        }
        let at = place(rest);
        let (ai, definition) = ai::at_start(rest).ok_or_else(|| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).take(4).collect();
            if digits.len() < 2 { Gs1Error::at(at, None, Fault::NoIdentifier) } else { Gs1Error::unknown(at, &digits) }
        })?;
        let after = &rest[ai.len()..];
        let until_separator = after.char_indices().find(|(index, _)| separator(&after[*index..]).is_some());
        let until_separator = until_separator.map_or(after.len(), |(index, _)| index);
        let end = if definition.is_predefined() && until_separator > definition.max {
            // All of these are digits, and a byte each, or the check says which one is not.
            (0..=definition.max).rev().find(|end| after.is_char_boundary(*end)).unwrap_or_default()
        } else {
            until_separator
        };
        let value = &after[..end];
        definition.check(value, at, ai)?;
        elements.push(Element { ai: ai.to_owned(), value: value.to_owned(), at });
        rest = &after[end..];
    }
}

impl ElementString {
    /// All elements, as they stand in the code.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    fn element(&self, ai: &str) -> Option<&Element> {
        self.elements.iter().find(|element| element.ai == ai)
    }

    /// The value of an identifier.
    pub fn value(&self, ai: &str) -> Option<&str> {
        self.element(ai).map(|element| element.value.as_str())
    }

    /// (01) the trade item, or (02) what a logistic unit contains; 14 digits.
    pub fn gtin(&self) -> Option<&str> {
        self.value("01").or_else(|| self.value("02"))
    }

    /// (10) the lot.
    pub fn lot(&self) -> Option<&str> {
        self.value("10")
    }

    /// (21) the serial number.
    pub fn serial(&self) -> Option<&str> {
        self.value("21")
    }

    /// (00) the logistic unit: 18 digits.
    pub fn sscc(&self) -> Option<&str> {
        self.value("00")
    }

    /// (11) made on.
    pub fn produced(&self) -> Option<Date> {
        date::read(self.value("11")?, self.today)
    }

    /// (17) not to be used after; where there is none, (15) best before.
    pub fn expiry(&self) -> Option<Date> {
        date::read(self.value("17").or_else(|| self.value("15"))?, self.today)
    }

    /// (30) or (37): how many pieces.
    pub fn count(&self) -> Option<Quantity> {
        let value = self.value("30").or_else(|| self.value("37"))?;
        Some(Quantity::from_units(value.parse().ok()?, 0))
    }

    /// (310n) net weight in kilograms, with n decimals.
    pub fn net_weight_kg(&self) -> Option<Quantity> {
        let element = self.elements.iter().find(|element| element.ai.starts_with("310"))?;
        let decimals = element.ai.as_bytes().get(3)?.checked_sub(b'0')?;
        Some(Quantity::from_units(element.value.parse().ok()?, decimals))
    }

    /// The code as people read it.
    pub fn human(&self) -> String {
        let elements: Vec<(&str, &str)> =
            self.elements.iter().map(|element| (element.ai.as_str(), element.value.as_str())).collect();
        human(&elements)
    }

    /// What each element is by itself was judged before; here, whether they go together.
    fn judge(&self) -> Result<(), Gs1Error> {
        for (n, element) in self.elements.iter().enumerate() {
            let same = |other: &&Element| ai::family(&other.ai) == ai::family(&element.ai);
            if let Some(first) = self.elements[..n].iter().find(same) {
                return Err(Gs1Error::of(element, Fault::Twice { first: first.at }));
            }
            if ai::is_date(&element.ai) && date::read(&element.value, self.today).is_none() {
                return Err(Gs1Error::of(element, Fault::NoDate));
            }
        }
        for (one, other) in [("01", "02"), ("30", "37")] {
            if let (Some(_), Some(element)) = (self.element(one), self.element(other)) {
                return Err(Gs1Error::of(element, Fault::Contradicts { other: one.to_owned() }));
            }
        }
        if let (Some(produced), Some(expiry), Some(element)) =
            (self.produced(), self.expiry(), self.element("17").or_else(|| self.element("15")))
            && expiry < produced
        {
            return Err(Gs1Error::of(element, Fault::Contradicts { other: "11".into() }));
        }
        Ok(())
    }
}
