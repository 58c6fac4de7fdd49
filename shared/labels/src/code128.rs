//! Code 128 (ISO/IEC 15417) with the code sets B and C, and GS1-128: with FNC1 at the beginning and between elements.

/// GS, which stands for FNC1 in an element string.
const GS: char = '\u{1d}';
const START_B: u8 = 104;
const START_C: u8 = 105;
const TO_C: u8 = 99;
const TO_B: u8 = 100;
const FNC1: u8 = 102;
const STOP: u8 = 106;

/// The widths of bars and spaces of each character, in modules, a bar first.
const WIDTHS: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312",
    "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212",
    "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121",
    "111323", "131123", "131321", "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331",
    "132131", "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131", "311123",
    "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224", "111422", "121124",
    "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211", "241211", "221114",
    "413111", "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112",
    "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];

/// Why a text is no Code 128.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Nothing to say.
    #[error("there is nothing to encode")]
    Empty,
    /// Only printable ASCII characters can be said.
    #[error("the character {0:?} cannot be encoded in Code 128")]
    Character(char),
}

/// A symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code128 {
    values: Vec<u8>,
}

impl Code128 {
    /// A plain code.
    pub fn plain(text: &str) -> Result<Self, CodeError> {
        Self::of(text.chars().map(|c| if c == GS { Err(CodeError::Character(c)) } else { Ok(c) }))
    }

    /// GS1-128: FNC1 first, and where the element string has GS.
    pub fn gs1(elements: &str) -> Result<Self, CodeError> {
        Self::of(std::iter::once(GS).chain(elements.chars()).map(Ok))
    }

    fn of(text: impl Iterator<Item = Result<char, CodeError>>) -> Result<Self, CodeError> {
        let text: Vec<char> = text.collect::<Result<_, _>>()?;
        if let Some(bad) = text.iter().find(|c| **c != GS && !(' '..='~').contains(c)) {
            return Err(CodeError::Character(*bad));
        }
        if text.iter().all(|c| *c == GS) {
            return Err(CodeError::Empty);
        }
        Ok(Self { values: encode(&text) })
    }

    /// The values of all characters: start, data, switches of the code set, check character and stop.
    pub(crate) fn values(&self) -> &[u8] {
        &self.values
    }

    /// How wide it is, in modules, without the quiet zones of ten modules that must be on both sides.
    pub fn modules(&self) -> usize {
        self.runs().iter().map(|run| usize::from(*run)).sum()
    }

    /// Its bars and spaces from left to right in modules, a bar first.
    pub fn runs(&self) -> Vec<u8> {
        let widths = self.values.iter().filter_map(|value| WIDTHS.get(usize::from(*value)));
        widths.flat_map(|widths| widths.bytes().map(|width| width - b'0')).collect()
    }
}

/// How many digits follow from here on.
fn digits(text: &[char]) -> usize {
    text.iter().take_while(|c| c.is_ascii_digit()).count()
}

/// The shortest symbol, or nearly: two digits take one character of set C, and a switch pays from four digits on at an
/// end, from six on in the middle (ISO/IEC 15417, annex E).
fn encode(text: &[char]) -> Vec<u8> {
    let first = text.iter().take_while(|c| **c == GS).count();
    let ahead = digits(&text[first..]);
    let mut in_c = ahead >= 4 || (ahead == 2 && first + 2 == text.len());
    let mut values = vec![if in_c { START_C } else { START_B }];
    let mut at = 0;
    while let Some(c) = text.get(at) {
        if *c == GS {
            values.push(FNC1);
            at += 1;
            continue;
        }
        let ahead = digits(&text[at..]);
        if in_c && ahead >= 2 {
            values.push(digit(text[at]) * 10 + digit(text[at + 1]));
            at += 2;
            continue;
        }
        if in_c {
            values.push(TO_B);
            in_c = false;
        } else if ahead.is_multiple_of(2) && (ahead >= 6 || (ahead >= 4 && at + ahead == text.len())) {
            values.push(TO_C);
            in_c = true;
            continue;
        }
        values.push(u8::try_from(u32::from(*c)).unwrap_or(b' ').saturating_sub(b' '));
        at += 1;
    }
    let sum = values.iter().enumerate().fold(0_usize, |sum, (n, value)| (sum + n.max(1) * usize::from(*value)) % 103);
    values.push(u8::try_from(sum).unwrap_or_default());
    values.push(STOP);
    values
}

fn digit(c: char) -> u8 {
    u8::try_from(c.to_digit(10).unwrap_or_default()).unwrap_or_default()
}
