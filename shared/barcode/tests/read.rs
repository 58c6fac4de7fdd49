//! Codes are drawn by other programs, put into a picture as a camera would see it, and read.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at once")]

use qrcodegen::{QrCode, QrCodeEcc};
use rxing::{BarcodeFormat, EncodeHintValue, EncodeHints, Writer};
use takt_barcode::{Found, read};
use takt_labels::code128::Code128;

/// How large a picture is, in points: less than a phone gives.
const WIDTH: usize = 640;
const HEIGHT: usize = 480;

const ELEMENTS: &str = "01069012345678921727093010LOT7\u{1d}21T0123";

/// A grey picture with a code on a light label that lies in the middle of something darker.
struct Picture(Vec<u8>);

impl Picture {
    /// `is_dark` says it of the modules of a code, which is so many modules wide and high.
    fn of(width: usize, height: usize, scale: usize, is_dark: impl Fn(usize, usize) -> bool) -> Self {
        let quiet = 10;
        let mut luma: Vec<u8> = (0..WIDTH * HEIGHT).map(|n| 90 + (n % WIDTH / 16) as u8).collect();
        let (wide, high) = ((width + 2 * quiet) * scale, (height + 2 * quiet) * scale);
        assert!(wide <= WIDTH && high <= HEIGHT, "{wide} x {high} does not fit");
        let (left, top) = ((WIDTH - wide) / 2, (HEIGHT - high) / 2);
        for y in 0..high {
            for x in 0..wide {
                let module = (x / scale).checked_sub(quiet).zip((y / scale).checked_sub(quiet));
                let dark = module.is_some_and(|(x, y)| x < width && y < height && is_dark(x, y));
                luma[(top + y) * WIDTH + left + x] = if dark { 40 } else { 220 };
            }
        }
        Self(luma)
    }

    fn qr(text: &str) -> Self {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).unwrap();
        let size = code.size() as usize;
        Self::of(size, size, 6, |x, y| code.get_module(x as i32, y as i32))
    }

    fn bars(code: &Code128, scale: usize) -> Self {
        let runs = code.runs().into_iter().enumerate();
        let modules: Vec<bool> = runs.flat_map(|(n, run)| vec![n % 2 == 0; usize::from(run)]).collect();
        Self::of(modules.len(), 40, scale, |x, _| modules[x])
    }

    /// One of the symbols that this project does not draw itself.
    fn other(format: BarcodeFormat, text: &str, gs1: bool) -> Self {
        let hints = EncodeHints::default().with(EncodeHintValue::Margin("0".into()));
        // Only the shorter way to write Data Matrix knows FNC1.
        let compact = EncodeHintValue::DataMatrixCompact(gs1);
        let hints = hints.with(EncodeHintValue::Gs1Format(gs1)).with(compact);
        let code = rxing::MultiFormatWriter.encode_with_hints(text, &format, 0, 0, &hints).unwrap();
        let (width, height) = (code.width() as usize, code.height() as usize);
        let tall = if height == 1 { 40 } else { height };
        Self::of(width, tall, 4, |x, y| code.get(x as u32, if height == 1 { 0 } else { y as u32 }))
    }

    fn inverted(mut self) -> Self {
        self.0.iter_mut().for_each(|luma| *luma = 255 - *luma);
        self
    }

    /// As it looks to whoever holds the phone on its side.
    fn upright(&self) -> (Vec<u8>, u32, u32) {
        let turned = (0..WIDTH).flat_map(|x| (0..HEIGHT).rev().map(move |y| self.0[y * WIDTH + x]));
        (turned.collect(), HEIGHT as u32, WIDTH as u32)
    }

    fn read(&self, hard: bool) -> Option<Found> {
        read(&self.0, WIDTH as u32, HEIGHT as u32, hard)
    }
}

fn check(picture: &Picture, code: &str, is_sure: bool) {
    for hard in [false, true] {
        assert_eq!(picture.read(hard), Some(Found { code: code.to_owned(), is_sure }), "{code:?}, hard: {hard}");
    }
}

#[test]
fn the_labels_of_the_plant_are_read_with_whatever_stands_on_them() {
    for text in ["TK1*M*R-10K*批次7*500*2027-09-30*T0123456789AB7C*K3", "TK1*O*WO-2026-0001*AB", "R-10K", "成品库-01"]
    {
        check(&Picture::qr(text), text, true);
    }
    check(&Picture::bars(&Code128::plain("WO-2026-0001").unwrap(), 3), "WO-2026-0001", false);
}

#[test]
fn fnc1_of_every_gs1_symbol_is_told_at_the_beginning_and_between_elements() {
    check(&Picture::bars(&Code128::gs1(ELEMENTS).unwrap(), 1), &format!("]C1{ELEMENTS}"), false);
    check(&Picture::other(BarcodeFormat::DATA_MATRIX, ELEMENTS, true), &format!("]d2{ELEMENTS}"), true);
    check(&Picture::other(BarcodeFormat::QR_CODE, ELEMENTS, true), &format!("]Q3{ELEMENTS}"), true);
}

#[test]
fn trade_codes_and_old_codes_are_read_too() {
    check(&Picture::other(BarcodeFormat::EAN_13, "6901234567892", false), "6901234567892", false);
    check(&Picture::other(BarcodeFormat::EAN_8, "96385074", false), "96385074", false);
    check(&Picture::other(BarcodeFormat::CODE_39, "B-17", false), "B-17", false);
    check(&Picture::other(BarcodeFormat::ITF, "16901234567899", false), "16901234567899", false);
    check(&Picture::other(BarcodeFormat::DATA_MATRIX, "R-10K", false), "R-10K", true);
}

#[test]
fn a_hard_look_finds_bars_that_stand_upright_and_symbols_that_are_light_on_dark() {
    let bars = Picture::bars(&Code128::plain("WO-2026-0001").unwrap(), 2);
    let (luma, width, height) = bars.upright();
    assert_eq!(read(&luma, width, height, false), None);
    assert_eq!(read(&luma, width, height, true).unwrap().code, "WO-2026-0001");
    let etched = Picture::qr("R-10K").inverted();
    assert_eq!(etched.read(true).unwrap().code, "R-10K");
}

#[test]
fn where_there_is_no_code_none_is_found_and_a_picture_of_a_wrong_size_is_refused() {
    let blank = Picture::of(20, 20, 4, |_, _| false);
    let checks = Picture::of(20, 20, 6, |x, y| (x + y) % 2 == 0);
    for picture in [blank, checks] {
        assert_eq!((picture.read(false), picture.read(true)), (None, None));
    }
    assert_eq!(read(&[0; 10], 640, 480, true), None);
    assert_eq!(read(&[], 0, 0, true), None);
    // A part of a longer code of the same bars is not taken for one.
    let short = Picture::other(BarcodeFormat::ITF, "123456", false);
    assert_eq!((short.read(false), short.read(true)), (None, None));
}
