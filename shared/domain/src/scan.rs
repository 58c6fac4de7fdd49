//! What a scanned code says, and how often a label of which there is only one may be booked.
//!
//! A code is one of the plant's own labels, GS1 element strings, or a plain number, in this order. A label that is one of a
//! kind (an own label with an id, a GTIN with its serial number, an SSCC) is booked once for each kind of movement and
//! direction. What takes the material back the other way opens that again: what was issued and came back can be issued
//! once more.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::gs1::{self, ElementString, Gs1Error};
use crate::id::{ItemId, LocationId, UserId};
use crate::label::{self, LabelError, LabelId, OwnLabel};
use crate::ledger::MovementKind;
use crate::movement::NewMovement;
use crate::permission::Permission;
use crate::refusal::Unmet;
use crate::text::Lang;

/// The longest code that is read, in characters.
pub const CODE_MAX: usize = 400;

/// What a code says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// One of the plant's own labels.
    Own(OwnLabel),
    /// GS1 element strings.
    Gs1(ElementString),
    /// A number of which only the plant's records know what it is, without the scanner's prefix.
    Plain(String),
}

/// Why a code says nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It begins like one of the plant's own labels.
    #[error(transparent)]
    Own(#[from] LabelError),
    /// It is GS1.
    #[error(transparent)]
    Gs1(#[from] Gs1Error),
}

impl Unreadable {
    /// The reason in the reader's language, and what would mend it.
    pub fn unmet(&self, lang: Lang) -> Unmet {
        let (code, detail, remedy) = match self {
            Self::Own(error) => (
                error.code(),
                error.detail(lang),
                lang.pick("再扫一次;标签损坏时重新打印", "scan once more, or print the label anew"),
            ),
            Self::Gs1(error) => (error.code(), error.detail(lang), error.remedy(lang)),
        };
        Unmet::new(code, detail, remedy, Permission::StockMove.holders())
    }
}

/// What a code says. A string of digits that only looks like GS1 is plain here, see [`gs1::is_likely`]: a plant may have
/// given such numbers itself.
pub fn read(code: &str, today: Date) -> Result<Meaning, Unreadable> {
    if label::is_own(code) {
        return Ok(Meaning::Own(label::read(code)?));
    }
    if gs1::is_certain(code) {
        return Ok(Meaning::Gs1(gs1::parse(code, today)?));
    }
    Ok(Meaning::Plain(gs1::symbology(code).1.to_owned()))
}

/// Like [`read`], for a code that no record of the plant has as its number: what looks like GS1 is GS1.
pub fn read_unknown(code: &str, today: Date) -> Result<Meaning, Unreadable> {
    match read(code, today)? {
        Meaning::Plain(_) if gs1::is_likely(code) => Ok(Meaning::Gs1(gs1::parse(code, today)?)),
        meaning => Ok(meaning),
    }
}

impl Meaning {
    /// What tells this label from all others, if it is one of a kind. The same unit has the same key whichever of its codes
    /// was scanned: an own label may be printed with its id as the serial number of GS1.
    pub fn unique_key(&self) -> Option<String> {
        match self {
            Self::Own(OwnLabel::Material(material)) => Some(format!("label:{}", material.label.as_ref()?)),
            Self::Gs1(found) => {
                if let (Some(gtin), Some(serial)) = (found.value("01"), found.serial()) {
                    return Some(match serial.parse::<LabelId>() {
                        Ok(label) => format!("label:{label}"),
                        Err(_) => format!("serial:{gtin}:{serial}"),
                    });
                }
                Some(format!("sscc:{}", found.sscc()?))
            }
            _ => None,
        }
    }

    /// The lot that it names.
    pub fn lot(&self) -> Option<&str> {
        match self {
            Self::Own(OwnLabel::Material(material)) => Some(material.lot.as_str()).filter(|lot| !lot.is_empty()),
            Self::Gs1(found) => found.lot(),
            _ => None,
        }
    }

    /// True when it cannot be of this item, by its number or by its barcode.
    pub fn contradicts(&self, item: &ItemId, barcode: Option<&str>) -> bool {
        match self {
            Self::Own(OwnLabel::Material(material)) => material.item != *item,
            Self::Own(_) => true,
            Self::Gs1(found) => match (found.gtin(), barcode.and_then(gs1::gtin)) {
                (Some(scanned), Some(known)) => scanned != known,
                _ => false,
            },
            Self::Plain(_) => false,
        }
    }
}

/// One booking of a label that is one of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LabelUse {
    /// What was booked.
    pub kind: MovementKind,
    /// What: a pallet may hold several items.
    pub item: ItemId,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// Where it went; none where that is outside the plant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<LocationId>,
    /// The movement.
    pub movement: String,
    /// When it was booked.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// By whom.
    pub by: UserId,
    /// The document.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
}

/// True when material that went the way of `earlier` has come back by `now`, so that it may go that way again.
fn reopens(now: MovementKind, earlier: MovementKind) -> bool {
    use MovementKind::{Issue, Return, Shipment, Transfer};
    match now {
        Return => matches!(earlier, Issue | Shipment | Transfer),
        Issue => matches!(earlier, Return | Transfer),
        Shipment => earlier == Return,
        Transfer => matches!(earlier, Transfer | Return),
        _ => false,
    }
}

/// Adds a booking to those of a label; the earlier one, when it was booked that way already.
pub fn book(mut earlier: Vec<LabelUse>, new: LabelUse) -> Result<Vec<LabelUse>, Box<LabelUse>> {
    let same = |used: &LabelUse| used.item == new.item && used.lot == new.lot;
    let directed = |used: &LabelUse| used.kind != MovementKind::Transfer || used.to == new.to;
    let twice = earlier.iter().position(|used| same(used) && used.kind == new.kind && directed(used));
    if let Some(place) = twice {
        return Err(Box::new(earlier.swap_remove(place)));
    }
    earlier.retain(|used| !(same(used) && reopens(new.kind, used.kind)));
    earlier.push(new);
    Ok(earlier)
}

/// Why a label is not booked once more; `at` is when it was, as the plant's clock shows it.
pub fn booked_already(code: &str, used: &LabelUse, at: &str, lang: Lang) -> Unmet {
    let (kind, by, movement) = (used.kind.label(lang), &used.by, &used.movement);
    let detail = match lang {
        Lang::Zh => {
            let document = if used.document.is_empty() { String::new() } else { format!(",单据 {}", used.document) };
            format!("标签 {code} 已{kind}:{at},{by},移动 {movement}{document}")
        }
        Lang::En => {
            let document =
                if used.document.is_empty() { String::new() } else { format!(", document {}", used.document) };
            format!("the label {code} was booked already as {kind} at {at} by {by}, movement {movement}{document}")
        }
    };
    let remedy = lang.pick(
        "同一标签只记一次;如记错请先冲销原移动,部分取用请手工录入或另打标签",
        "a label is booked once; take the movement back if it was wrong; for a part of it enter by hand or print a label",
    );
    Unmet::new("scan.booked", detail, remedy, Permission::StockMove.holders())
}

/// What a movement's code says at odds with what is moved: the field, and why.
pub fn contradiction(meaning: &Meaning, movement: &NewMovement, barcode: Option<&str>, lang: Lang) -> Option<String> {
    let item = &movement.item;
    if meaning.contradicts(item, barcode) {
        return Some(match lang {
            Lang::Zh => format!("扫到的不是 {item}"),
            Lang::En => format!("what was scanned is not {item}"),
        });
    }
    let scanned = meaning.lot().filter(|scanned| !movement.lot.is_empty() && *scanned != movement.lot)?;
    Some(match lang {
        Lang::Zh => format!("扫到的批号是 {scanned},不是 {}", movement.lot),
        Lang::En => format!("the lot that was scanned is {scanned}, not {}", movement.lot),
    })
}
