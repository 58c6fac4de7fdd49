//! Bars with lines over them, and lines alone, along something that is told apart by its place.

use plotters::chart::ChartBuilder;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::{Circle, Rectangle};
use plotters::series::LineSeries;
use plotters::style::{Color, IntoFont, ShapeStyle};

use super::backend::{Svg, picture};
use super::{Ink, top};

type Drawn = Result<(), DrawingAreaErrorKind<std::convert::Infallible>>;

const LETTERS: u32 = 13;

/// Bars, and perhaps a line: over the same scale, or in percent over a scale of its own at the right.
pub(crate) struct Bars<'a> {
    /// What stands under each place.
    pub(crate) names: &'a [String],
    pub(crate) bars: &'a [f64],
    /// Of the same scale.
    pub(crate) line: Option<&'a [f64]>,
    /// What the line goes through follow each other; else there are marks alone.
    pub(crate) joined: bool,
    /// In percent.
    pub(crate) percent: Option<&'a [f64]>,
}

/// Lines over the same places.
pub(crate) struct Lines<'a> {
    pub(crate) names: &'a [String],
    /// A place without a number interrupts its line.
    pub(crate) lines: &'a [Vec<Option<f64>>],
    /// Behind each number of the scale, such as ` %`.
    pub(crate) unit: &'a str,
    /// The end of the scale, where it is known.
    pub(crate) most: Option<f64>,
}

/// Bars as a picture.
pub(crate) fn bars(width: u32, height: u32, of: &Bars<'_>) -> String {
    let mut drawn = String::new();
    let area = Svg { out: &mut drawn, width, height }.into_drawing_area();
    let _ = draw_bars(&area, of);
    drop(area);
    picture(width, height, &drawn)
}

/// Lines as a picture.
pub(crate) fn lines(width: u32, height: u32, of: &Lines<'_>) -> String {
    let mut drawn = String::new();
    let area = Svg { out: &mut drawn, width, height }.into_drawing_area();
    let _ = draw_lines(&area, of);
    drop(area);
    picture(width, height, &drawn)
}

/// The name of a place; nothing between two.
fn name(names: &[String], x: f64) -> String {
    let place = x.round();
    if (x - place).abs() > 1e-6 || place < 0.0 {
        return String::new();
    }
    names.get(place as usize).cloned().unwrap_or_default()
}

/// How many names have room beside each other.
fn fitting(names: &[String], room: u32) -> usize {
    let longest = names.iter().map(|name| name.chars().map(|each| if each.is_ascii() { 8 } else { 14 }).sum::<u32>());
    let each = longest.max().unwrap_or(8) + 14;
    names.len().min((room / each) as usize).max(1)
}

/// A number of a scale, short.
pub(super) fn short(number: f64) -> String {
    let thousands = |number: f64, name: &str| format!("{}{name}", (number * 10.0).round() / 10.0);
    match number.abs() {
        size if size >= 1e6 => thousands(number / 1e6, "M"),
        size if size >= 1e4 => thousands(number / 1e3, "k"),
        _ => format!("{}", (number * 100.0).round() / 100.0),
    }
}

fn letters() -> plotters::style::TextStyle<'static> {
    ("sans-serif", LETTERS).into_font().color(&Ink::Text.colour())
}

fn stroke(ink: Ink, width: u32) -> ShapeStyle {
    ink.colour().stroke_width(width)
}

fn draw_bars(area: &DrawingArea<Svg<'_>, Shift>, of: &Bars<'_>) -> Drawn {
    let count = of.names.len().max(1) as f64;
    let most = of.bars.iter().chain(of.line.unwrap_or_default()).copied().fold(0.0, f64::max);
    let (room, _) = area.dim_in_pixel();
    let mut builder = ChartBuilder::on(area);
    builder.margin_top(8).margin_left(2).margin_right(20).x_label_area_size(26).y_label_area_size(44);
    if of.percent.is_some() {
        builder.right_y_label_area_size(48);
    }
    let mut chart = builder
        .build_cartesian_2d(-0.5..count - 0.5, 0.0..top(most))?
        .set_secondary_coord(-0.5..count - 0.5, 0.0..108.0);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(Ink::Edge.colour().mix(0.0))
        .bold_line_style(stroke(Ink::Edge, 1))
        .axis_style(stroke(Ink::Edge, 1))
        .x_labels(fitting(of.names, room.saturating_sub(70)))
        .y_labels(5)
        .x_label_formatter(&|x| name(of.names, *x))
        .y_label_formatter(&|y| short(*y))
        .label_style(letters())
        .draw()?;
    let bar = |(place, value): (usize, &f64)| {
        let at = place as f64;
        Rectangle::new([(at - 0.34, 0.0), (at + 0.34, *value)], Ink::First.colour().filled())
    };
    chart.draw_series(of.bars.iter().enumerate().map(bar))?;
    if let Some(line) = of.line {
        let points = || line.iter().enumerate().map(|(place, value)| (place as f64, *value));
        if of.joined {
            chart.draw_series(LineSeries::new(points(), stroke(Ink::Second, 2)))?;
        }
        let radius = if of.joined { 3 } else { 7 };
        chart.draw_series(points().map(|at| Circle::new(at, radius, Ink::Second.colour().filled())))?;
    }
    if let Some(percent) = of.percent {
        chart
            .configure_secondary_axes()
            .axis_style(stroke(Ink::Edge, 1))
            .y_labels(6)
            .y_label_formatter(&|y: &f64| format!("{y:.0} %"))
            .label_style(letters())
            .draw()?;
        let points = || percent.iter().enumerate().map(|(place, value)| (place as f64, *value));
        chart.draw_secondary_series(LineSeries::new(points(), stroke(Ink::Second, 2)))?;
        chart.draw_secondary_series(points().map(|at| Circle::new(at, 3, Ink::Second.colour().filled())))?;
    }
    Ok(())
}

fn draw_lines(area: &DrawingArea<Svg<'_>, Shift>, of: &Lines<'_>) -> Drawn {
    let last = of.names.len().saturating_sub(1).max(1) as f64;
    let most = of.lines.iter().flatten().flatten().copied().fold(0.0, f64::max);
    let (room, _) = area.dim_in_pixel();
    let mut chart = ChartBuilder::on(area)
        .margin_top(8)
        .margin_left(2)
        .margin_right(18)
        .x_label_area_size(26)
        .y_label_area_size(74)
        .build_cartesian_2d(0.0..last, 0.0..of.most.unwrap_or_else(|| top(most)))?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(Ink::Edge.colour().mix(0.0))
        .bold_line_style(stroke(Ink::Edge, 1))
        .axis_style(stroke(Ink::Edge, 1))
        .x_labels(fitting(of.names, room.saturating_sub(80)))
        .y_labels(5)
        .x_label_formatter(&|x| name(of.names, *x))
        .y_label_formatter(&|y| format!("{}{}", short(*y), of.unit))
        .label_style(letters())
        .draw()?;
    for (line, ink) in of.lines.iter().zip([Ink::First, Ink::Second, Ink::Third]) {
        let known = line.iter().enumerate().map(|(place, value)| value.map(|value| (place as f64, value)));
        let known: Vec<Option<(f64, f64)>> = known.collect();
        for part in known.split(Option::is_none).filter(|part| !part.is_empty()) {
            let points: Vec<(f64, f64)> = part.iter().flatten().copied().collect();
            if let [only] = points[..] {
                chart.draw_series([Circle::new(only, 3, ink.colour().filled())])?;
            }
            chart.draw_series(LineSeries::new(points, stroke(ink, 2)))?;
        }
    }
    Ok(())
}
