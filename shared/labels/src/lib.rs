//! Labels that are printed: what stands on them, where, and how that is said to a printer.
//!
//! A [`Label`] is laid out once, in millimetres ([`layout`]), and written as PDF for any printer ([`pdf`]) or in ZPL II for
//! label printers of Zebra's kind ([`zpl`]). Each has a QR code that says everything, and a Code 128 beneath it where one
//! fits whose bars a usual scanner can read.

#![warn(missing_docs)]

pub mod code128;
mod layout;
mod pdf;
mod zpl;

pub use layout::{Mark, layout};
pub use pdf::pdf;
pub use zpl::{Dpi, zpl};

use code128::{Code128, CodeError};

/// What is printed on one label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The largest line: a number or a name.
    pub title: String,
    /// The lines below it, in their order; what does not fit is left out.
    pub lines: Vec<String>,
    /// What the QR code says.
    pub qr: String,
    /// What Code 128 may say, the best first: the first that fits is printed.
    pub bars: Vec<Bars>,
}

/// What a Code 128 says, and what people read under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bars {
    /// The symbol.
    pub code: Code128,
    /// The text under it.
    pub human: String,
}

impl Bars {
    /// A plain code; none where it has anything but printable ASCII characters.
    pub fn plain(text: &str) -> Result<Self, CodeError> {
        Ok(Self { code: Code128::plain(text)?, human: text.to_owned() })
    }

    /// GS1-128. `elements` is an element string with GS for FNC1, `human` the same with parentheses.
    pub fn gs1(elements: &str, human: &str) -> Result<Self, CodeError> {
        Ok(Self { code: Code128::gs1(elements)?, human: human.to_owned() })
    }
}

/// How large a label is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Across, in millimetres.
    pub width_mm: u16,
    /// Down, in millimetres.
    pub height_mm: u16,
}

impl Size {
    /// The smallest and the largest side, in millimetres.
    pub const SIDES_MM: (u16, u16) = (25, 200);

    /// A size that labels are printed in.
    pub fn new(width_mm: u16, height_mm: u16) -> Option<Self> {
        let (min, max) = Self::SIDES_MM;
        let fits = |side: u16| (min..=max).contains(&side);
        (fits(width_mm) && fits(height_mm) && width_mm >= height_mm).then_some(Self { width_mm, height_mm })
    }
}

/// What the labels are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// A roll: a page for each label.
    Roll,
    /// Sheets of A4: as many on each as fit.
    A4,
}

/// Why a label cannot be printed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LabelError {
    /// No QR code that can be read at this size holds it.
    #[error("the QR code of {0:?} does not fit on a label of this size")]
    QrTooLarge(String),
}
