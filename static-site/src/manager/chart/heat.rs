//! A heat map: a box for each hour of each row, the darker the more.

use plotters::chart::ChartBuilder;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea};
use plotters::element::Rectangle;
use plotters::style::{Color, IntoFont};

use super::backend::{Svg, picture};
use super::{Ink, SHADES};

type Drawn = Result<(), DrawingAreaErrorKind<std::convert::Infallible>>;

/// Rows of 24 hours, the first at the top.
pub(crate) struct Cells<'a> {
    pub(crate) names: &'a [String],
    pub(crate) rows: &'a [Vec<i64>],
    /// Hours that are marked.
    pub(crate) marked: &'a [u8],
}

/// Which shade a number has: none where there is nothing, else the lightest to the darkest in even steps up to the most.
fn shade(times: i64, most: i64) -> Option<u8> {
    let step = (times - 1).saturating_mul(SHADES.into()).checked_div(most.max(1))?;
    (times > 0).then(|| u8::try_from(step).unwrap_or(SHADES - 1))
}

/// The map as a picture.
pub(crate) fn heat(width: u32, of: &Cells<'_>) -> String {
    let row = if of.rows.len() > 10 { 17 } else { 30 };
    let height = u32::try_from(of.rows.len()).unwrap_or(0) * row + 46;
    let mut drawn = String::new();
    let area = Svg { out: &mut drawn, width, height }.into_drawing_area();
    let _ = draw(&area, of);
    drop(area);
    picture(width, height, &drawn)
}

fn draw(area: &DrawingArea<Svg<'_>, Shift>, of: &Cells<'_>) -> Drawn {
    let count = of.rows.len().max(1) as f64;
    let most = of.rows.iter().flatten().copied().max().unwrap_or(0);
    let (room, _) = area.dim_in_pixel();
    let mut chart = ChartBuilder::on(area)
        .margin_top(4)
        .margin_right(8)
        .x_label_area_size(38)
        .y_label_area_size(56)
        .build_cartesian_2d(-0.5..23.5, count - 0.5..-0.5)?;
    let rows = |y: &f64| {
        let place = y.round();
        let is_row = (y - place).abs() < 1e-6 && place >= 0.0;
        is_row.then(|| of.names.get(place as usize).cloned()).flatten().unwrap_or_default()
    };
    let hours = |x: &f64| {
        let hour = x.round() as i64;
        if (x - x.round()).abs() > 1e-6 {
            return String::new();
        }
        let is_marked = of.marked.iter().any(|marked| i64::from(*marked) == hour);
        if is_marked { format!("▲{hour}") } else { hour.to_string() }
    };
    chart
        .configure_mesh()
        .disable_mesh()
        .axis_style(Ink::Edge.colour().stroke_width(1))
        .x_labels(if room < 560 { 8 } else { 24 })
        .y_labels(of.rows.len().min(if of.rows.len() > 10 { 16 } else { 10 }))
        .x_label_formatter(&hours)
        .y_label_formatter(&rows)
        .label_style(("sans-serif", 13_u32).into_font().color(&Ink::Text.colour()))
        .draw()?;
    for (place, row) in of.rows.iter().enumerate() {
        let y = place as f64;
        let cells = row.iter().enumerate().filter_map(|(hour, times)| Some((hour as f64, shade(*times, most)?)));
        chart.draw_series(cells.map(|(x, shade)| {
            Rectangle::new([(x - 0.46, y - 0.44), (x + 0.46, y + 0.44)], Ink::shade(shade).filled())
        }))?;
    }
    Ok(())
}
