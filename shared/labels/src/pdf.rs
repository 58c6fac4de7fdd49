//! Labels as PDF. What is ASCII is set in Helvetica, which each reader has; all else in STSong-Light, a font that readers
//! know by name as one for Chinese and replace by their own. So no font is embedded, and a label has a few kilobytes.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

use crate::layout::{Mark, layout};
use crate::{Label, LabelError, Paper, Size};

const POINTS_PER_MM: f32 = 72.0 / 25.4;
const A4_MM: (f32, f32) = (210.0, 297.0);
/// What printers leave white at the edges.
const EDGE_MM: f32 = 5.0;
const LATIN: Name<'static> = Name(b"F1");
const CHINESE: Name<'static> = Name(b"F2");

/// The document: a page for each label of a roll, or sheets with as many as fit.
pub fn pdf(labels: &[Label], size: Size, paper: Paper) -> Result<Vec<u8>, LabelError> {
    let (w, h) = (f32::from(size.width_mm), f32::from(size.height_mm));
    let (page, places) = match paper {
        Paper::Roll => ((w, h), vec![(0.0, 0.0)]),
        Paper::A4 => (A4_MM, places(w, h)),
    };
    let mut pages = Vec::new();
    for sheet in labels.chunks(places.len().max(1)) {
        let mut content = Content::new();
        for (label, place) in sheet.iter().zip(&places) {
            let on_page = |x: f32, y: f32| ((place.0 + x) * POINTS_PER_MM, (page.1 - place.1 - y) * POINTS_PER_MM);
            for mark in layout(label, size)? {
                draw(&mut content, &mark, on_page);
            }
        }
        pages.push(content.finish());
    }
    let contents: Vec<&[u8]> = pages.iter().map(|page| page.as_slice()).collect();
    Ok(document(&contents, page))
}

/// Where labels stand on a sheet of A4, in the middle of it.
fn places(w: f32, h: f32) -> Vec<(f32, f32)> {
    let count = |room: f32, side: f32| ((room / side).floor() as u16).max(1);
    let (across, down) = (count(A4_MM.0 - 2.0 * EDGE_MM, w), count(A4_MM.1 - 2.0 * EDGE_MM, h));
    let left = (A4_MM.0 - f32::from(across) * w) / 2.0;
    let top = (A4_MM.1 - f32::from(down) * h) / 2.0;
    let rows = (0..down).flat_map(|row| (0..across).map(move |column| (row, column)));
    rows.map(|(row, column)| (left + f32::from(column) * w, top + f32::from(row) * h)).collect()
}

fn draw(content: &mut Content, mark: &Mark<'_>, on_page: impl Fn(f32, f32) -> (f32, f32)) {
    let mut block = |x: f32, y: f32, w: f32, h: f32| {
        let (left, bottom) = on_page(x, y + h);
        content.rect(left, bottom, w * POINTS_PER_MM, h * POINTS_PER_MM);
    };
    match mark {
        Mark::Text { x, y, height, text } => {
            // The baseline is about four fifths down.
            let (left, base) = on_page(*x, y + height * 0.8);
            write(content, left, base, height * POINTS_PER_MM, text);
        }
        Mark::Qr { x, y, module, code, .. } => {
            for row in 0..code.size() {
                let mut column = 0;
                while column < code.size() {
                    let run = (column..code.size()).take_while(|at| code.get_module(*at, row)).count() as i32;
                    if run > 0 {
                        block(x + column as f32 * module, y + row as f32 * module, run as f32 * module, *module);
                    }
                    column += run.max(1);
                }
            }
            content.fill_nonzero();
        }
        Mark::Bars { x, y, height, module, bars } => {
            let mut at = *x;
            for (n, run) in bars.code.runs().into_iter().enumerate() {
                let wide = f32::from(run) * module;
                if n % 2 == 0 {
                    block(at, *y, wide, *height);
                }
                at += wide;
            }
            content.fill_nonzero();
        }
    }
}

/// One line, in as many parts as it changes between fonts.
fn write(content: &mut Content, left: f32, base: f32, size: f32, text: &str) {
    content.begin_text();
    content.next_line(left, base);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let ends = rest.char_indices().find(|(_, c)| c.is_ascii() != first.is_ascii());
        let (part, after) = rest.split_at(ends.map_or(rest.len(), |(index, _)| index));
        if first.is_ascii() {
            content.set_font(LATIN, size);
            content.show(Str(part.as_bytes()));
        } else {
            content.set_font(CHINESE, size);
            let units: Vec<u8> = part.encode_utf16().flat_map(u16::to_be_bytes).collect();
            content.show(Str(&units));
        }
        rest = after;
    }
    content.end_text();
}

fn document(contents: &[&[u8]], page_mm: (f32, f32)) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let (catalog, tree, latin, chinese, cid, descriptor) =
        (Ref::new(1), Ref::new(2), Ref::new(3), Ref::new(4), Ref::new(5), Ref::new(6));
    let ids = |n: usize| {
        let n = i32::try_from(n).unwrap_or_default();
        (Ref::new(7 + 2 * n), Ref::new(8 + 2 * n))
    };
    pdf.catalog(catalog).pages(tree);
    let count = i32::try_from(contents.len()).unwrap_or_default();
    pdf.pages(tree).kids((0..contents.len()).map(|n| ids(n).0)).count(count);
    for (n, content) in contents.iter().enumerate() {
        let (page_id, content_id) = ids(n);
        let mut page = pdf.page(page_id);
        page.media_box(Rect::new(0.0, 0.0, page_mm.0 * POINTS_PER_MM, page_mm.1 * POINTS_PER_MM));
        page.parent(tree);
        page.contents(content_id);
        page.resources().fonts().pair(LATIN, latin).pair(CHINESE, chinese);
        page.finish();
        pdf.stream(content_id, content);
    }
    pdf.type1_font(latin).base_font(Name(b"Helvetica")).encoding_predefined(Name(b"WinAnsiEncoding"));
    pdf.type0_font(chinese)
        .base_font(Name(b"STSong-Light-UniGB-UTF16-H"))
        .encoding_predefined(Name(b"UniGB-UTF16-H"))
        .descendant_font(cid);
    pdf.cid_font(cid)
        .subtype(CidFontType::Type0)
        .base_font(Name(b"STSong-Light"))
        .system_info(SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"GB1"), supplement: 4 })
        .default_width(1000.0)
        .font_descriptor(descriptor);
    pdf.font_descriptor(descriptor)
        .name(Name(b"STSong-Light"))
        .flags(FontFlags::SYMBOLIC | FontFlags::SERIF)
        .bbox(Rect::new(-25.0, -254.0, 1000.0, 880.0))
        .italic_angle(0.0)
        .ascent(880.0)
        .descent(-120.0)
        .cap_height(880.0)
        .stem_v(93.0);
    pdf.finish()
}
