//! The plant's own labels: what their codes say, and how it is read back.
//!
//! A code is `TK1*KIND*FIELD*...*CC`: the name and version of the format, what it is a label of, fields, and two check
//! characters. All of it is upper case where the fields are, so that a QR code packs it tightly, and none of it changes on
//! a scanner that types like a keyboard. In a field `%`, `*` and control characters are percent-encoded.
//!
//! | kind | is of | fields |
//! |---|---|---|
//! | `M` | material | item, lot, quantity, last day of use (YYYY-MM-DD), label id; all but the item may be empty |
//! | `O` | a work order | its number |
//! | `L` | a location | its code |
//!
//! The label id says that there is one such label only: what was booked with it is not booked again.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

use crate::gs1::decoded;
use crate::id::{ItemId, LocationId, OrderId};
use crate::quantity::Quantity;
use crate::text::Lang;

/// What every code of this format begins with.
pub const PREFIX: &str = "TK";

/// The version that is written.
pub const VERSION: &str = "1";

/// Digits and letters without I, L, O and U, which are easily taken for others (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Why a code that begins like one of the plant's own labels is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// A version that this program does not know.
    #[error("the label has the unknown version {0:?}")]
    Version(String),
    /// The check characters do not belong to the rest: misread, cut off, or mistyped.
    #[error("the check characters do not fit: misread or cut off")]
    Check,
    /// A kind of label that this program does not know.
    #[error("the label has the unknown kind {0:?}")]
    Kind(String),
    /// A field that cannot be so.
    #[error("the field {0} of the label cannot be read")]
    Field(&'static str),
}

impl LabelError {
    /// A stable code, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Version(_) => "label.version",
            Self::Check => "label.check",
            Self::Kind(_) => "label.kind",
            Self::Field(_) => "label.field",
        }
    }

    /// What is wrong, for people.
    pub fn detail(&self, lang: Lang) -> String {
        match (lang, self) {
            (Lang::En, error) => error.to_string(),
            (Lang::Zh, Self::Version(version)) => format!("标签版本 {version} 未知"),
            (Lang::Zh, Self::Check) => "标签校验字符不符:读错或不完整".into(),
            (Lang::Zh, Self::Kind(kind)) => format!("标签类型 {kind} 未知"),
            (Lang::Zh, Self::Field(field)) => format!("标签字段 {field} 无法读取"),
        }
    }
}

/// Two check characters: the bytes as the digits of a number to the base of 256, modulo the prime 1021, as two letters. No
/// single wrong character and no swap of neighbours stays unseen.
fn check(text: &str) -> String {
    let rest = text.bytes().fold(0_usize, |rest, byte| (rest * 256 + usize::from(byte)) % 1021);
    [LETTERS[rest / 32], LETTERS[rest % 32]].into_iter().map(char::from).collect()
}

/// The id of one label: `T`, eleven letters, two check characters. It fits where GS1 has room for a serial number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LabelId(String);

impl LabelId {
    /// The id that follows from a number drawn at random; its lowest 55 bits are used.
    pub fn from_random(number: u64) -> Self {
        let letter = |n: u32| char::from(LETTERS[usize::try_from(number >> (5 * n) & 31).unwrap_or_default()]);
        let text: String = ['T'].into_iter().chain((0..11).map(letter)).collect();
        let check = check(&text);
        Self(text + &check)
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LabelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for LabelId {
    type Err = LabelError;

    fn from_str(text: &str) -> Result<Self, LabelError> {
        let letters = text.len() == 14 && text.bytes().all(|byte| LETTERS.contains(&byte));
        if !letters || !text.starts_with('T') {
            return Err(LabelError::Field("label"));
        }
        let (body, found) = text.split_at(12);
        if check(body) == found { Ok(Self(text.to_owned())) } else { Err(LabelError::Check) }
    }
}

/// What a label of material says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    /// What.
    pub item: ItemId,
    /// Of which lot; empty for none.
    pub lot: String,
    /// How much is in it.
    pub quantity: Option<Quantity>,
    /// The last day on which it may be used.
    pub expiry: Option<Date>,
    /// Which label this is.
    pub label: Option<LabelId>,
}

/// What one of the plant's own labels says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnLabel {
    /// Material.
    Material(Material),
    /// A work order.
    Order(OrderId),
    /// A location.
    Location(LocationId),
}

/// True for a code that begins like one of the plant's own labels.
pub fn is_own(code: &str) -> bool {
    let version = code.strip_prefix(PREFIX).and_then(|rest| rest.split_once('*')).map(|(version, _)| version);
    version.is_some_and(|version| (1..=3).contains(&version.len()) && version.bytes().all(|byte| byte.is_ascii_digit()))
}

fn encoded(field: &str) -> String {
    let mut text = String::with_capacity(field.len());
    for c in field.chars() {
        if matches!(c, '%' | '*') || c.is_control() {
            let mut buffer = [0; 4];
            text.extend(c.encode_utf8(&mut buffer).bytes().map(|byte| format!("%{byte:02X}")));
        } else {
            text.push(c);
        }
    }
    text
}

/// The code of a label.
pub fn write(label: &OwnLabel) -> String {
    let (kind, fields) = match label {
        OwnLabel::Material(material) => {
            let text = |value: Option<String>| value.unwrap_or_default();
            let fields = vec![
                material.item.to_string(),
                material.lot.clone(),
                text(material.quantity.map(|quantity| quantity.to_string())),
                text(material.expiry.map(|day| day.to_string())),
                text(material.label.as_ref().map(ToString::to_string)),
            ];
            ("M", fields)
        }
        OwnLabel::Order(order) => ("O", vec![order.to_string()]),
        OwnLabel::Location(location) => ("L", vec![location.to_string()]),
    };
    let mut code = format!("{PREFIX}{VERSION}*{kind}*");
    for field in fields {
        code.push_str(&encoded(&field));
        code.push('*');
    }
    let check = check(&code);
    code + &check
}

/// What the code of a label says.
pub fn read(code: &str) -> Result<OwnLabel, LabelError> {
    let (body, found) = match code.rfind('*') {
        Some(last) => code.split_at(last + 1),
        None => return Err(LabelError::Check),
    };
    let mut parts = body.strip_suffix('*').unwrap_or(body).split('*');
    let version = parts.next().unwrap_or_default().strip_prefix(PREFIX).unwrap_or_default();
    if version != VERSION {
        return Err(LabelError::Version(version.chars().take(8).collect()));
    }
    if check(body) != found {
        return Err(LabelError::Check);
    }
    let kind = parts.next().unwrap_or_default();
    let fields: Option<Vec<String>> = parts.map(decoded).collect();
    let fields = fields.ok_or(LabelError::Field("%"))?;
    match (kind, fields.as_slice()) {
        ("M", [item, lot, quantity, expiry, label]) => Ok(OwnLabel::Material(Material {
            item: item.parse().map_err(|_| LabelError::Field("item"))?,
            lot: Some(lot.clone()).filter(|lot| lot.chars().count() <= 64).ok_or(LabelError::Field("lot"))?,
            quantity: given(quantity, "quantity")?,
            expiry: given(expiry, "expiry")?,
            label: given(label, "label")?,
        })),
        ("O", [order]) => order.parse().map(OwnLabel::Order).map_err(|_| LabelError::Field("order")),
        ("L", [location]) => location.parse().map(OwnLabel::Location).map_err(|_| LabelError::Field("location")),
        ("M" | "O" | "L", _) => Err(LabelError::Field("*")),
        (other, _) => Err(LabelError::Kind(other.chars().take(8).collect())),
    }
}

fn given<T: FromStr>(text: &str, field: &'static str) -> Result<Option<T>, LabelError> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| LabelError::Field(field))
}
