//! Charts: plotters lays out scales, axes and marks; what is drawn is SVG whose colours are classes, so that they follow the
//! reader's theme. Here alone quantities become floating point: for places on a picture.

mod backend;
mod heat;
mod lines;

pub(crate) use heat::{Cells, heat};
pub(crate) use lines::{Bars, Lines, bars, lines};

use plotters::style::RGBColor;

/// What something is drawn in: a class of `manager.css`.
#[derive(Clone, Copy)]
pub(crate) enum Ink {
    Text = 1,
    Edge,
    First,
    Second,
    Third,
    /// The lightest of five shades; the darkest is four further.
    Shade,
}

/// Shades of a heat map.
pub(crate) const SHADES: u8 = 5;

impl Ink {
    /// The colour that the backend takes for the class.
    fn colour(self) -> RGBColor {
        RGBColor(self as u8, 0, 0)
    }

    /// A shade, 0 the lightest.
    fn shade(n: u8) -> RGBColor {
        RGBColor(Self::Shade as u8 + n.min(SHADES - 1), 0, 0)
    }
}

/// How wide a chart is drawn, in pixels: about as wide as it stands, so that its letters keep their size.
pub(crate) fn width() -> u32 {
    let window = sycamore::web::window();
    let wide = window.inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(1024.0);
    // As in manager.css: one column, or two beside the navigation.
    let room = if wide < 900.0 {
        wide - 54.0
    } else if wide < 1300.0 {
        wide - 300.0
    } else {
        (wide.min(1980.0) - 330.0) / 2.0
    };
    room.clamp(280.0, 1400.0) as u32
}

/// The end of an axis a little above the most that there is.
fn top(most: f64) -> f64 {
    if most > 0.0 { most * 1.08 } else { 1.0 }
}

/// How wide a chart is drawn that has a row of its own.
pub(crate) fn full_width() -> u32 {
    let window = sycamore::web::window();
    let wide = window.inner_width().ok().and_then(|width| width.as_f64()).unwrap_or(1024.0);
    (if wide < 900.0 { wide - 54.0 } else { wide - 300.0 }).clamp(280.0, 1400.0) as u32
}

/// At most so many characters; wide ones count twice.
pub(crate) fn cut(text: &str, most: usize) -> String {
    let mut room = most;
    let mut kept = String::new();
    for character in text.chars() {
        let wide = if character.is_ascii() { 1 } else { 2 };
        if wide > room {
            return kept + "…";
        }
        room -= wide;
        kept.push(character);
    }
    kept
}
