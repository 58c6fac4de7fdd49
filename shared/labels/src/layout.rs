//! Where everything stands on a label, in millimetres from its upper left corner.
//!
//! The QR code is on the left with its quiet zone, the text to its right, Code 128 along the bottom.

use qrcodegen::{QrCode, QrCodeEcc};

use crate::{Bars, Label, LabelError, Size};

/// Narrower modules of a Code 128 cannot be read with a usual scanner.
const BAR_MODULE_MIN_MM: f32 = 0.25;
/// Wider ones only take room.
const BAR_MODULE_MAX_MM: f32 = 0.5;
/// Smaller modules of a QR code cannot be read with a usual phone.
const QR_MODULE_MIN_MM: f32 = 0.3;
/// The quiet zones on each side, in modules.
const BAR_QUIET: usize = 10;
const QR_QUIET: i32 = 4;
/// How wide a character of the text is, in parts of its height: what is not ASCII is a square.
const ASCII_WIDTH: f32 = 0.58;

/// Something that is drawn.
#[derive(Clone)]
pub enum Mark<'a> {
    /// A line of text.
    Text {
        /// Its left end.
        x: f32,
        /// Its upper edge.
        y: f32,
        /// How high a character is.
        height: f32,
        /// What it says.
        text: String,
    },
    /// A QR code.
    Qr {
        /// Left of its first module.
        x: f32,
        /// Above it.
        y: f32,
        /// How large a module is.
        module: f32,
        /// Its modules.
        code: QrCode,
        /// What it says.
        text: &'a str,
    },
    /// A Code 128.
    Bars {
        /// Left of its first bar.
        x: f32,
        /// Above it.
        y: f32,
        /// How high it is.
        height: f32,
        /// How wide a module is.
        module: f32,
        /// What it says.
        bars: &'a Bars,
    },
}

/// How wide a text is.
fn width(text: &str, height: f32) -> f32 {
    text.chars().map(|c| if c.is_ascii() { ASCII_WIDTH } else { 1.0 }).sum::<f32>() * height
}

/// The part of a text that is at most so wide, and the rest.
fn split(text: &str, height: f32, room: f32) -> (&str, &str) {
    let mut used = 0.0;
    for (index, c) in text.char_indices() {
        used += if c.is_ascii() { ASCII_WIDTH } else { 1.0 } * height;
        if used > room && index > 0 {
            return text.split_at(index);
        }
    }
    (text, "")
}

/// Lays a label out.
pub fn layout(label: &Label, size: Size) -> Result<Vec<Mark<'_>>, LabelError> {
    let (w, h) = (f32::from(size.width_mm), f32::from(size.height_mm));
    let margin = (h * 0.04).max(1.5);
    let inner = w - 2.0 * margin;
    let mut marks = Vec::new();
    let mut bottom = h - margin;
    let fits = |bars: &&Bars| {
        let modules = (bars.code.modules() + 2 * BAR_QUIET) as f32;
        modules * BAR_MODULE_MIN_MM <= w
    };
    if let Some(bars) = label.bars.iter().find(fits) {
        let modules = bars.code.modules() as f32;
        let module = (w / (modules + 2.0 * BAR_QUIET as f32)).min(BAR_MODULE_MAX_MM);
        let (height, text) = ((h * 0.2).max(6.0), (h * 0.055).max(2.0));
        let top = bottom - height - text - 0.6;
        marks.push(Mark::Bars { x: (w - modules * module) / 2.0, y: top, height, module, bars });
        let (human, _) = split(&bars.human, text, inner);
        let x = margin + (inner - width(human, text)).max(0.0) / 2.0;
        marks.push(Mark::Text { x, y: bottom - text, height: text, text: human.to_owned() });
        bottom = top - 1.0;
    }
    let side = (bottom - margin).min(inner * 0.5);
    let (code, module) = qr(&label.qr, side)?;
    let quiet = QR_QUIET as f32 * module;
    // The margin is a part of its quiet zone.
    let x = margin.max(quiet);
    let whole = code.size() as f32 * module;
    marks.push(Mark::Qr { x, y: margin.max(quiet), module, code, text: &label.qr });
    let left = x + whole + quiet;
    text(label, left, margin, w - margin, bottom, h, &mut marks);
    Ok(marks)
}

/// The QR code with the strongest correction whose modules can still be read at this size.
fn qr(text: &str, side: f32) -> Result<(QrCode, f32), LabelError> {
    for correction in [QrCodeEcc::Quartile, QrCodeEcc::Medium, QrCodeEcc::Low] {
        let Ok(code) = QrCode::encode_text(text, correction) else { continue };
        let module = side / (code.size() + QR_QUIET) as f32;
        if module >= QR_MODULE_MIN_MM {
            return Ok((code, module.min(1.2)));
        }
    }
    Err(LabelError::QrTooLarge(text.to_owned()))
}

fn text<'a>(label: &Label, left: f32, top: f32, right: f32, bottom: f32, h: f32, marks: &mut Vec<Mark<'a>>) {
    let (large, small) = ((h * 0.085).max(2.8), (h * 0.062).max(2.2));
    let mut y = top;
    let mut put = |text: &str, height: f32, lines_max: usize| {
        let mut rest = text;
        for _ in 0..lines_max {
            if rest.is_empty() || y + height > bottom {
                return;
            }
            let (line, after) = split(rest, height, right - left);
            marks.push(Mark::Text { x: left, y, height, text: line.to_owned() });
            y += height * 1.3;
            rest = after;
        }
    };
    put(&label.title, large, 2);
    for line in &label.lines {
        put(line, small, 2);
    }
}
