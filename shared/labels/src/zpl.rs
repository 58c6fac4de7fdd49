//! Labels in ZPL II. The printer draws both codes itself, in whole dots, so that they are as sharp as it can print them.

use crate::code128::Code128;
use crate::layout::{Mark, layout};
use crate::{Label, LabelError, Size};

/// How fine a printer prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dpi {
    /// 203 dots an inch: 8 a millimetre.
    D203,
    /// 300 dots an inch: 12 a millimetre.
    D300,
}

impl Dpi {
    fn per_mm(self) -> f32 {
        match self {
            Self::D203 => 8.0,
            Self::D300 => 12.0,
        }
    }
}

/// The labels, one format each. `font` is the file of a font with Chinese characters in the printer's memory, for instance
/// `E:SIMSUN.TTF`.
pub fn zpl(labels: &[Label], size: Size, dpi: Dpi, font: &str) -> Result<String, LabelError> {
    let dots = |mm: f32| (mm * dpi.per_mm()).round() as u32;
    let mut out = String::new();
    for label in labels {
        // UTF-8, the size, the place of the origin.
        let (w, h) = (dots(f32::from(size.width_mm)), dots(f32::from(size.height_mm)));
        out.push_str(&format!("^XA^CI28^PW{w}^LL{h}^LH0,0\n"));
        for mark in layout(label, size)? {
            out.push_str(&match mark {
                Mark::Text { x, y, height, text } => {
                    let (x, y, height) = (dots(x), dots(y), dots(height));
                    format!("^FO{x},{y}^A@N,{height},{height},{font}^FH_^FD{}^FS\n", field(&text))
                }
                Mark::Qr { x, y, module, text, .. } => {
                    let size = whole(module, dpi).clamp(1, 10);
                    // Some printers put it ten dots lower than said, which the margin allows for.
                    format!("^FO{},{}^BQN,2,{size}^FH_^FDMA,{}^FS\n", dots(x), dots(y), field(text))
                }
                Mark::Bars { y, height, module, bars, .. } => {
                    let size = whole(module, dpi).max(1);
                    let wide = u32::try_from(bars.code.modules()).unwrap_or(u32::MAX).saturating_mul(size);
                    let x = w.saturating_sub(wide) / 2;
                    let data = data(&bars.code);
                    format!("^FO{x},{}^BY{size}^BCN,{},N,N,N,N^FH_^FD{data}^FS\n", dots(y), dots(height))
                }
            });
        }
        out.push_str("^XZ\n");
    }
    Ok(out)
}

/// Modules in whole dots; never wider than laid out, so that it stays on the label.
fn whole(module_mm: f32, dpi: Dpi) -> u32 {
    (module_mm * dpi.per_mm() + 0.001).floor() as u32
}

/// A text in a field with `^FH_`: what would end the field or begin an escape is given by its code.
fn field(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '^' | '~' | '_' | '\\' => out.push_str(&format!("_{:02X}", u32::from(c))),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A Code 128 character by character, as the printer's mode without any help of its own takes it: `>:` and `>;` begin in
/// set B and C, `>6` and `>5` switch, `>8` is FNC1, `>0` a greater-than sign.
fn data(code: &Code128) -> String {
    let mut out = String::new();
    let mut in_c = false;
    let values = code.values();
    // The printer adds check character and stop itself.
    for value in &values[..values.len().saturating_sub(2)] {
        match (*value, in_c) {
            (104, _) => out.push_str(">:"),
            (105, _) => {
                out.push_str(">;");
                in_c = true;
            }
            (99, false) => {
                out.push_str(">5");
                in_c = true;
            }
            (100, true) => {
                out.push_str(">6");
                in_c = false;
            }
            (102, _) => out.push_str(">8"),
            (pair, true) => out.push_str(&format!("{pair:02}")),
            (value, false) => match char::from(value + b' ') {
                '>' => out.push_str(">0"),
                c => out.push_str(&field(&c.to_string())),
            },
        }
    }
    out
}
