//! What a phone's camera sees: a label in front of something grey, as the film that Chromium plays instead of a camera.

use std::fs;
use std::path::PathBuf;

use qrcodegen::{QrCode, QrCodeEcc};
use takt_labels::code128::Code128;

use crate::host::Folder;

const WIDTH: usize = 640;
const HEIGHT: usize = 480;
/// Light modules around a code.
const QUIET: usize = 10;
const GROUND: u8 = 110;
const LIGHT: u8 = 220;
const DARK: u8 = 40;

/// A film, in a file that goes away with it.
pub struct Film(Folder);

impl Film {
    /// A QR code.
    pub fn of_qr(text: &str) -> Self {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).expect("the text fits into a QR code");
        let size = usize::try_from(code.size()).expect("a code has a size");
        let at = |n: usize| i32::try_from(n).expect("a code is small");
        Self::of(size, size, |x, y| code.get_module(at(x), at(y)))
    }

    /// A Code 128.
    pub fn of_bars(code: &Code128) -> Self {
        let runs = code.runs().into_iter().enumerate();
        let modules: Vec<bool> = runs.flat_map(|(n, run)| vec![n % 2 == 0; usize::from(run)]).collect();
        Self::of(modules.len(), modules.len() / 3, |x, _| modules[x])
    }

    /// Nothing to be read.
    pub fn of_nothing() -> Self {
        Self::of(20, 20, |_, _| false)
    }

    /// One picture, which the browser plays over and over: luminance first, then two planes of no colour.
    fn of(width: usize, height: usize, is_dark: impl Fn(usize, usize) -> bool) -> Self {
        let scale = (WIDTH / (width + 2 * QUIET)).min(HEIGHT / (height + 2 * QUIET)).min(8);
        assert!(scale > 0, "the code does not fit");
        let (wide, high) = ((width + 2 * QUIET) * scale, (height + 2 * QUIET) * scale);
        let (left, top) = ((WIDTH - wide) / 2, (HEIGHT - high) / 2);
        let mut luma = vec![GROUND; WIDTH * HEIGHT];
        for y in 0..high {
            for x in 0..wide {
                let module = (x / scale).checked_sub(QUIET).zip((y / scale).checked_sub(QUIET));
                let dark = module.is_some_and(|(x, y)| x < width && y < height && is_dark(x, y));
                luma[(top + y) * WIDTH + left + x] = if dark { DARK } else { LIGHT };
            }
        }
        let mut bytes = format!("YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420mpeg2\n").into_bytes();
        for _ in 0..2 {
            bytes.extend(b"FRAME\n");
            bytes.extend(&luma);
            bytes.extend(vec![128; WIDTH * HEIGHT / 2]);
        }
        let folder = Folder::new();
        fs::write(folder.path().join("seen.y4m"), bytes).expect("a temporary folder is writable");
        Self(folder)
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.0.path().join("seen.y4m")
    }
}
