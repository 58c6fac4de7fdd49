//! Reads the code in a picture, as a scanner would send it: QR code, Data Matrix, Code 128, EAN-13, EAN-8, Code 39 and
//! ITF-14. FNC1 stays: a GS1 symbol is told with its symbology identifier (`]C1`, `]d2`, `]Q3`) in front, and GS between
//! elements whose length is not predefined.

#![warn(missing_docs)]

use std::collections::HashSet;

use rxing::common::{BitArray, HybridBinarizer, Result};
use rxing::datamatrix::DataMatrixReader;
use rxing::oned::{Code39Reader, Code128Reader, ITFReader, MultiFormatUPCEANReader, OneDReader};
use rxing::qrcode::cpp_port::QrReader;
use rxing::{
    BarcodeFormat, Binarizer, BinaryBitmap, DecodeHints, Exceptions, Luma8Source, RXingResult, RXingResultMetadataType,
    RXingResultMetadataValue, Reader,
};

/// What a picture says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The code, with its symbology identifier where it is GS1.
    pub code: String,
    /// The symbol mends its own errors, so that one look is enough. Bars are believed when two pictures agree.
    pub is_sure: bool,
}

/// The digits of ITF that are believed: those of a carton. A part of any longer code of bars reads as a shorter one.
const ITF_DIGITS: u32 = 14;

/// Looks at a picture, a byte for each of its points, row by row. `hard` looks longer: at every row, at bars that stand
/// upright, and at symbols that are light on dark.
///
/// A label may have a square symbol and bars; the square one says more, so it comes first.
pub fn read(luma: &[u8], width: u32, height: u32, hard: bool) -> Option<Found> {
    let source = Luma8Source::new_with_slice(luma, width, height).ok()?;
    let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
    let hints = DecodeHints {
        TryHarder: Some(hard),
        AssumeGs1: Some(true),
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE, BarcodeFormat::EAN_13, BarcodeFormat::EAN_8])),
        AllowedLengths: Some(vec![ITF_DIGITS]),
        ..DecodeHints::default()
    };
    let square = |picture: &mut BinaryBitmap<_>| {
        let found = QrReader.decode_with_hints(picture, &hints);
        found.or_else(|_| DataMatrixReader.decode_with_hints(picture, &hints)).ok()
    };
    let found = square(&mut picture).map(|found| (found, true));
    let found = found.or_else(|| Bars.decode_with_hints(&mut picture, &hints).ok().map(|found| (found, false)));
    let found = found.or_else(|| {
        hard.then(|| picture.invert())?;
        square(&mut picture).map(|found| (found, true))
    });
    found.map(|(found, is_sure)| Found { code: told(&found), is_sure }).filter(|found| !found.code.is_empty())
}

/// The code as a scanner sends it.
fn told(found: &RXingResult) -> String {
    let text = found.getText();
    let known = found.getRXingResultMetadata().get(&RXingResultMetadataType::SYMBOLOGY_IDENTIFIER);
    let Some(RXingResultMetadataValue::SymbologyIdentifier(symbology)) = known else { return text.to_owned() };
    let symbology = match symbology.as_str() {
        "]C1" => "]C1",
        // The second of each pair says beside that the symbol names its character set.
        "]d2" | "]d5" => "]d2",
        "]Q3" | "]Q4" => "]Q3",
        _ => return text.to_owned(),
    };
    let elements = text.strip_prefix(symbology).unwrap_or(text).trim_start_matches(GS);
    format!("{symbology}{elements}")
}

/// FNC1 between elements.
const GS: char = '\u{1d}';

/// All kinds of bars at once, since finding a row's bars takes longer than reading them.
struct Bars;

impl OneDReader for Bars {
    fn decode_row(&mut self, n: u32, row: &BitArray, hints: &DecodeHints) -> Result<RXingResult> {
        let found = MultiFormatUPCEANReader::new(hints).decode_row(n, row, hints);
        let found = found.or_else(|_| Code128Reader.decode_row(n, row, hints));
        let found = found.or_else(|_| Code39Reader::default().decode_row(n, row, hints));
        found.or_else(|_| ITFReader::default().decode_row(n, row, hints))
    }
}

impl Reader for Bars {
    fn decode<B: Binarizer>(&mut self, picture: &mut BinaryBitmap<B>) -> Result<RXingResult> {
        self.decode_with_hints(picture, &DecodeHints::default())
    }

    fn decode_with_hints<B: Binarizer>(
        &mut self,
        picture: &mut BinaryBitmap<B>,
        hints: &DecodeHints,
    ) -> Result<RXingResult> {
        let found = self._do_decode(picture, hints);
        if found.is_ok() || hints.TryHarder != Some(true) || !picture.is_rotate_supported() {
            return found.map_err(|_| Exceptions::NOT_FOUND);
        }
        self._do_decode(&mut picture.rotate_counter_clockwise(), hints)
    }
}
