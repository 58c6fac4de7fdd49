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

/// Pictures in a second.
const RATE: usize = 5;
/// For so many pictures each of several codes is seen, and then nothing.
const SHOWN: usize = 8;
const BETWEEN: usize = 2;

/// A film, in a file that goes away with it.
pub struct Film(Folder);

impl Film {
    /// A QR code.
    pub fn of_qr(text: &str) -> Self {
        Self::of_pictures(&[qr(text)])
    }

    /// QR codes one after another, each for a while and then nothing, over and over.
    pub fn of_qrs(texts: &[&str]) -> Self {
        let nothing = picture(20, 20, |_, _| false);
        let shown = |text: &&str| [vec![qr(text); SHOWN], vec![nothing.clone(); BETWEEN]].concat();
        Self::of_pictures(&texts.iter().flat_map(shown).collect::<Vec<_>>())
    }

    /// A Code 128.
    pub fn of_bars(code: &Code128) -> Self {
        let runs = code.runs().into_iter().enumerate();
        let modules: Vec<bool> = runs.flat_map(|(n, run)| vec![n % 2 == 0; usize::from(run)]).collect();
        Self::of_pictures(&[picture(modules.len(), modules.len() / 3, |x, _| modules[x])])
    }

    /// Nothing to be read.
    pub fn of_nothing() -> Self {
        Self::of_pictures(&[picture(20, 20, |_, _| false)])
    }

    /// What the browser plays over and over: of each picture luminance first, then two planes of no colour.
    fn of_pictures(pictures: &[Vec<u8>]) -> Self {
        let mut bytes = format!("YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420mpeg2\n").into_bytes();
        // One alone is no film.
        for luma in pictures.iter().cycle().take(pictures.len().max(2)) {
            bytes.extend(b"FRAME\n");
            bytes.extend(luma);
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

fn qr(text: &str) -> Vec<u8> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).expect("the text fits into a QR code");
    let size = usize::try_from(code.size()).expect("a code has a size");
    let at = |n: usize| i32::try_from(n).expect("a code is small");
    picture(size, size, |x, y| code.get_module(at(x), at(y)))
}

/// The luminance of one picture.
fn picture(width: usize, height: usize, is_dark: impl Fn(usize, usize) -> bool) -> Vec<u8> {
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
    luma
}
