//! Where plotters draws to: SVG of lines, boxes and letters that name a class instead of a colour.

use std::convert::Infallible;
use std::fmt::Write;

use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};

type Done = Result<(), DrawingErrorKind<Infallible>>;

/// A picture that is being drawn.
pub(super) struct Svg<'a> {
    pub(super) out: &'a mut String,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Svg<'_> {
    fn add(&mut self, shape: std::fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.out.write_fmt(shape);
    }
}

/// The whole picture around what was drawn.
pub(super) fn picture(width: u32, height: u32, drawn: &str) -> String {
    format!("<svg viewBox=\"0 0 {width} {height}\" preserveAspectRatio=\"xMidYMid meet\">{drawn}</svg>")
}

fn class(colour: BackendColor) -> u8 {
    colour.rgb.0
}

fn is_seen<S: BackendStyle>(style: &S) -> bool {
    style.color().alpha > 0.0
}

fn points(points: impl IntoIterator<Item = BackendCoord>) -> String {
    points.into_iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ")
}

/// What a plant has named, as it may stand in a picture.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl DrawingBackend for Svg<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    /// Nothing here is made of single dots.
    fn draw_pixel(&mut self, _: BackendCoord, _: BackendColor) -> Done {
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        if is_seen(style) {
            let (class, width) = (class(style.color()), style.stroke_width());
            self.add(format_args!(
                "<line class=\"s{class}\" stroke-width=\"{width}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>",
                from.0, from.1, to.0, to.1
            ));
        }
        Ok(())
    }

    fn draw_rect<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S, fill: bool) -> Done {
        if is_seen(style) {
            let (class, sort) = (class(style.color()), if fill { 'f' } else { 's' });
            let (x, y) = (from.0.min(to.0), from.1.min(to.1));
            let (width, height) = ((from.0 - to.0).abs(), (from.1 - to.1).abs());
            let stroke = style.stroke_width();
            self.add(format_args!(
                "<rect class=\"{sort}{class}\" stroke-width=\"{stroke}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
            ));
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done {
        if is_seen(style) {
            let (class, width, points) = (class(style.color()), style.stroke_width(), points(path));
            self.add(format_args!("<polyline class=\"s{class}\" stroke-width=\"{width}\" points=\"{points}\"/>"));
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, at: BackendCoord, radius: u32, style: &S, fill: bool) -> Done {
        if is_seen(style) {
            let (class, sort) = (class(style.color()), if fill { 'f' } else { 's' });
            self.add(format_args!("<circle class=\"{sort}{class}\" cx=\"{}\" cy=\"{}\" r=\"{radius}\"/>", at.0, at.1));
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, around: I, style: &S) -> Done {
        if is_seen(style) {
            let (class, points) = (class(style.color()), points(around));
            self.add(format_args!("<polygon class=\"f{class}\" points=\"{points}\"/>"));
        }
        Ok(())
    }

    fn draw_text<T: BackendTextStyle>(&mut self, text: &str, style: &T, at: BackendCoord) -> Done {
        let (class, size) = (class(style.color()), style.size());
        let anchor = match style.anchor().h_pos {
            HPos::Left => "start",
            HPos::Center => "middle",
            HPos::Right => "end",
        };
        // Letters stand on a line; where that is depends on what the place means.
        let down = match style.anchor().v_pos {
            VPos::Top => size * 0.8,
            VPos::Center => size * 0.35,
            VPos::Bottom => -size * 0.2,
        };
        let y = f64::from(at.1) + down;
        self.add(format_args!(
            "<text class=\"f{class}\" x=\"{}\" y=\"{y:.0}\" font-size=\"{size:.0}\" text-anchor=\"{anchor}\">{}</text>",
            at.0,
            escaped(text)
        ));
        Ok(())
    }

    /// About: a Chinese character is as wide as it is high, a Latin one about half.
    fn estimate_text_size<T: BackendTextStyle>(
        &self,
        text: &str,
        style: &T,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let wide: f64 = text.chars().map(|each| if each.is_ascii() { 0.58 } else { 1.0 }).sum();
        Ok(((wide * style.size()).ceil() as u32, style.size().ceil() as u32))
    }
}
