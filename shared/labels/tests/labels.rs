//! Labels are read back by a decoder that is not ours, from what a printer is told to draw.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at once")]

use std::collections::HashMap;

use lopdf::content::Content;
use lopdf::{Document, Object};
use rxing::{BarcodeFormat, DecodeHints, helpers};
use takt_labels::{Bars, Dpi, Label, LabelError, Paper, Size, layout, pdf, zpl};

const GS1: &str = "01069012345678921727093010LOT7\u{1d}21T0123456789AB7C";
const HUMAN: &str = "(01)06901234567892(17)270930(10)LOT7(21)T0123456789AB7C";
const SHORT: &str = "010690123456789221T0123456789AB7C";
const SHORT_HUMAN: &str = "(01)06901234567892(21)T0123456789AB7C";
const OWN: &str = "TK1*M*R-10K*批次7*500*2027-09-30*T0123456789AB7C*K3";

fn label() -> Label {
    Label {
        title: "R-10K 贴片电阻 10kΩ ±1% 0603".into(),
        lines: vec!["批号 LOT7".into(), "数量 500 pcs".into(), "有效期 2027-09-30".into()],
        qr: OWN.into(),
        bars: vec![
            Bars::gs1(GS1, HUMAN).unwrap(),
            Bars::gs1(SHORT, SHORT_HUMAN).unwrap(),
            Bars::plain("R-10K").unwrap(),
        ],
    }
}

fn size(width: u16, height: u16) -> Size {
    Size::new(width, height).unwrap()
}

/// A page as a printer would show it: black blocks on white, so many dots a point.
struct Picture {
    width: usize,
    height: usize,
    luma: Vec<u8>,
}

const DOTS_PER_POINT: f32 = 8.0;

fn number(object: &Object) -> f32 {
    object.as_float().unwrap()
}

/// Draws the filled rectangles of a page of a PDF, and collects its texts.
fn page(document: &Document, n: u32) -> (Picture, Vec<Vec<u8>>) {
    let id = document.get_pages()[&n];
    let page = document.get_dictionary(id).unwrap();
    let bounds: Vec<f32> = page.get(b"MediaBox").unwrap().as_array().unwrap().iter().map(number).collect();
    let dots = |points: f32| (points * DOTS_PER_POINT).round() as usize;
    let (width, height) = (dots(bounds[2]), dots(bounds[3]));
    let mut picture = Picture { width, height, luma: vec![255; width * height] };
    let mut texts = Vec::new();
    for operation in Content::decode(&document.get_page_content(id)).unwrap().operations {
        match operation.operator.as_str() {
            "re" => {
                let [x, y, w, h] = [0, 1, 2, 3].map(|n| number(&operation.operands[n]));
                assert!(x >= 0.0 && y >= 0.0 && x + w <= bounds[2] && y + h <= bounds[3], "nothing is cut off");
                for row in dots(bounds[3] - y - h)..dots(bounds[3] - y) {
                    picture.luma[row * width + dots(x)..row * width + dots(x + w)].fill(0);
                }
            }
            "Tj" => texts.push(operation.operands[0].as_str().unwrap().to_vec()),
            _ => {}
        }
    }
    (picture, texts)
}

/// What the QR code of a picture says.
fn read_qr(picture: &Picture) -> String {
    let luma = |x: usize, y: usize| picture.luma[y * picture.width + x];
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(picture.width, picture.height, luma);
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one QR code");
    grids[0].decode().unwrap().1
}

/// What its bars say.
fn read_bars(picture: &Picture) -> String {
    decoded(picture, false)
}

/// With `gs1` as a scanner does that is set to it: FNC1 is told, by the prefix and as GS.
fn decoded(picture: &Picture, gs1: bool) -> String {
    let format = BarcodeFormat::CODE_128;
    let hints = DecodeHints::default().with(rxing::DecodeHintValue::TryHarder(true));
    let mut hints = hints.with(rxing::DecodeHintValue::AssumeGs1(gs1));
    let (luma, width, height) = (picture.luma.clone(), picture.width as u32, picture.height as u32);
    let found = helpers::detect_in_luma_with_hints(luma, width, height, Some(format), &mut hints);
    found.unwrap_or_else(|error| panic!("{format:?} cannot be read: {error}")).getText().to_owned()
}

#[test]
fn both_codes_of_a_printed_label_are_read_by_a_decoder() {
    for (width, height, said) in [(150, 100, GS1), (100, 60, SHORT), (70, 50, "R-10K")] {
        let bytes = pdf(&[label()], size(width, height), Paper::Roll).unwrap();
        let document = Document::load_mem(&bytes).unwrap();
        let (picture, texts) = page(&document, 1);
        assert_eq!(read_qr(&picture), OWN, "{width}x{height}");
        let bars = decoded(&picture, said != "R-10K");
        // What does not fit gives way to the next.
        assert_eq!(bars.trim_start_matches("]C1"), said, "{width}x{height}");
        let chinese: Vec<u8> = "批号".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert!(texts.contains(&chinese), "{texts:?}");
        assert!(texts.iter().any(|text| text.starts_with(b"R-10K")));
    }
}

#[test]
fn a_small_label_has_both_codes_too() {
    let small =
        Label { bars: vec![Bars::plain("WO-2026-0001").unwrap()], qr: "TK1*O*WO-2026-0001*AB".into(), ..label() };
    let bytes = pdf(std::slice::from_ref(&small), size(60, 40), Paper::Roll).unwrap();
    let (picture, _) = page(&Document::load_mem(&bytes).unwrap(), 1);
    assert_eq!(read_qr(&picture), small.qr);
    assert_eq!(read_bars(&picture), "WO-2026-0001");
}

#[test]
fn sheets_hold_as_many_as_fit_and_rolls_one_a_page() {
    let labels = vec![label(); 17];
    let pages = |width, height, paper| {
        let document = Document::load_mem(&pdf(&labels, size(width, height), paper).unwrap()).unwrap();
        document.get_pages().len()
    };
    assert_eq!(pages(100, 60, Paper::Roll), 17);
    // Two across and four down.
    assert_eq!(pages(100, 60, Paper::A4), 3);
    assert_eq!(pages(60, 40, Paper::A4), 1);
    let bytes = pdf(&labels[..2], size(100, 60), Paper::A4).unwrap();
    let (mut picture, _) = page(&Document::load_mem(&bytes).unwrap(), 1);
    // The left half of the sheet.
    for row in 0..picture.height {
        let from = row * picture.width + picture.width / 2;
        picture.luma[from..(row + 1) * picture.width].fill(255);
    }
    assert_eq!(read_qr(&picture), OWN);
}

#[test]
fn a_reader_is_told_of_a_chinese_font_that_is_not_embedded() {
    let document = Document::load_mem(&pdf(&[label()], size(100, 60), Paper::Roll).unwrap()).unwrap();
    let mut found = HashMap::new();
    for object in document.objects.values() {
        if let Ok(dictionary) = object.as_dict()
            && let (Ok(base), Ok(kind)) = (dictionary.get(b"BaseFont"), dictionary.get(b"Subtype"))
        {
            let encoding = dictionary.get(b"Encoding").and_then(Object::as_name).unwrap_or_default();
            found.insert(base.as_name().unwrap().to_vec(), (kind.as_name().unwrap().to_vec(), encoding.to_vec()));
        }
    }
    assert_eq!(found[&b"STSong-Light".to_vec()].0, b"CIDFontType0");
    assert_eq!(found[&b"STSong-Light-UniGB-UTF16-H".to_vec()], (b"Type0".to_vec(), b"UniGB-UTF16-H".to_vec()));
    assert_eq!(found[&b"Helvetica".to_vec()].0, b"Type1");
}

#[test]
fn every_text_that_code_128_can_say_is_read_back() {
    let texts = [
        "1",
        "12",
        "123",
        "1234",
        "12345",
        "123456",
        "A1",
        "A12345B",
        "A123456B",
        "AB1234",
        "1234AB",
        "~ !\"#$%&'()*+,-./",
        "WO-2026-00017",
        "00123456789012345675",
        "a>b_c^d",
        "9999999",
        "AB12CD3456EF7890123",
    ];
    for text in texts {
        let bars = Bars::plain(text).unwrap();
        let mut luma = Vec::new();
        for row in 0..40 {
            let runs = bars.code.runs();
            luma.extend(std::iter::repeat_n(255, 40));
            for (n, run) in runs.iter().enumerate() {
                luma.extend(std::iter::repeat_n(if n % 2 == 0 { 0 } else { 255 }, usize::from(*run) * 3));
            }
            luma.extend(std::iter::repeat_n(255, 40));
            assert_eq!(luma.len() % (row + 1), 0);
        }
        let picture = Picture { width: luma.len() / 40, height: 40, luma };
        assert_eq!(read_bars(&picture), text);
    }
    assert!(Bars::plain("批号").is_err() && Bars::plain("").is_err() && Bars::plain("a\u{1d}").is_err());
}

#[test]
fn zpl_says_size_language_texts_and_both_codes() {
    let tricky = Label { title: "A^B~C_D 批".into(), ..label() };
    for (dpi, width, dots) in [(Dpi::D203, 150, 1200), (Dpi::D300, 150, 1800)] {
        let text = zpl(&[tricky.clone(), label()], size(width, 100), dpi, "E:SIMSUN.TTF").unwrap();
        assert_eq!(text.matches("^XA").count(), 2);
        assert_eq!(text.matches("^XZ").count(), 2);
        assert_eq!(text.matches("^FD").count(), text.matches("^FS").count());
        assert!(text.contains("^CI28") && text.contains(&format!("^PW{dots}")), "{text}");
        assert!(text.contains("^FDA_5EB_7EC_5FD 批^FS"), "what ends a field is escaped: {text}");
        assert!(text.contains(&format!("^FDMA,{OWN}^FS")) && text.contains(",E:SIMSUN.TTF^FH_"), "{text}");
        // FNC1, the pairs of the GTIN and dates in set C, then the lot in set B; FNC1 behind it.
        assert!(text.contains("^BCN,") && text.contains("^FD>;>80106901234567892172709301"), "{text}");
        let data = text.split("^BCN").nth(1).unwrap();
        assert!(data.contains("LOT7>8"), "{data}");
        for place in text.match_indices("^FO") {
            let (x, rest) = text[place.0 + 3..].split_once(',').unwrap();
            let y: String = rest.chars().take_while(char::is_ascii_digit).collect();
            assert!(x.parse::<u32>().unwrap() < dots && y.parse::<u32>().unwrap() < dots * 100 / 150);
        }
    }
}

#[test]
fn what_does_not_fit_is_an_error_and_no_unreadable_code() {
    let long = Label { qr: "批".repeat(400), ..label() };
    assert!(matches!(pdf(&[long], size(60, 40), Paper::Roll), Err(LabelError::QrTooLarge(_))));
    for (width, height) in [(24, 24), (60, 201), (40, 60), (0, 0)] {
        assert_eq!(Size::new(width, height), None, "{width}x{height}");
    }
    let no_bars = Label { bars: Vec::new(), title: "很长的名称".repeat(60), ..label() };
    let laid_out = layout(&no_bars, size(60, 40)).unwrap();
    assert!(laid_out.len() < 12, "what does not fit is left out");
}
