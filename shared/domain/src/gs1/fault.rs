//! What is wrong with a code, where, and in words.

use super::{Element, ai};
use crate::text::Lang;

/// Why a code cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.detail(Lang::En))]
pub struct Gs1Error {
    /// Where the element begins, in characters from 1.
    pub at: usize,
    /// Its application identifier, where there is one.
    pub ai: Option<String>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with one element, or between two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is no element at all.
    Empty,
    /// No application identifier stands where one must.
    NoIdentifier,
    /// Nobody knows this application identifier.
    UnknownIdentifier,
    /// The value has fewer characters than it must.
    TooShort {
        /// The fewest.
        min: usize,
        /// What is there.
        found: usize,
    },
    /// The value has more characters than it may: most often the FNC1 behind it is missing.
    TooLong {
        /// The most.
        max: usize,
    },
    /// A character that this value may not have.
    BadCharacter {
        /// The character.
        found: char,
    },
    /// The last digit does not belong to those before it: misread or mistyped.
    CheckDigit {
        /// The one that would.
        expected: u8,
        /// The one that is there.
        found: char,
    },
    /// There is no such day.
    NoDate,
    /// The identifier was there before.
    Twice {
        /// Where, in characters from 1.
        first: usize,
    },
    /// Two elements that cannot both be so.
    Contradicts {
        /// The other one's identifier.
        other: String,
    },
}

impl Gs1Error {
    pub(super) fn at(at: usize, ai: Option<&str>, fault: Fault) -> Self {
        Self { at, ai: ai.map(str::to_owned), fault }
    }

    pub(super) fn of(element: &Element, fault: Fault) -> Self {
        Self::at(element.at, Some(&element.ai), fault)
    }

    pub(super) fn unknown(at: usize, digits: &str) -> Self {
        Self::at(at, Some(digits), Fault::UnknownIdentifier)
    }

    /// A stable code, for programs.
    pub fn code(&self) -> &'static str {
        match self.fault {
            Fault::Empty => "gs1.empty",
            Fault::NoIdentifier => "gs1.no_ai",
            Fault::UnknownIdentifier => "gs1.unknown_ai",
            Fault::TooShort { .. } => "gs1.too_short",
            Fault::TooLong { .. } => "gs1.too_long",
            Fault::BadCharacter { .. } => "gs1.character",
            Fault::CheckDigit { .. } => "gs1.check_digit",
            Fault::NoDate => "gs1.date",
            Fault::Twice { .. } => "gs1.twice",
            Fault::Contradicts { .. } => "gs1.contradiction",
        }
    }

    /// What is wrong and where, for people.
    pub fn detail(&self, lang: Lang) -> String {
        let what = match lang {
            Lang::Zh => self.fault.zh(),
            Lang::En => self.fault.en(),
        };
        let Some(ai) = &self.ai else {
            return match lang {
                Lang::Zh => format!("第 {} 位:{what}", self.at),
                Lang::En => format!("at character {}: {what}", self.at),
            };
        };
        let known = ai::definition(ai);
        match lang {
            Lang::Zh => format!("第 {} 位,({ai}){}:{what}", self.at, known.map_or("", |known| known.zh)),
            Lang::En => {
                let name = known.map(|known| format!(" {}", known.en)).unwrap_or_default();
                format!("at character {}, ({ai}){name}: {what}", self.at)
            }
        }
    }

    /// What would mend it.
    pub fn remedy(&self, lang: Lang) -> &'static str {
        match self.fault {
            Fault::TooLong { .. } | Fault::UnknownIdentifier => lang.pick(
                "检查扫码枪是否传送 FNC1(GS)分隔符;标签有误时请供应商更正,或手工录入",
                "see that the scanner sends FNC1 (GS); where the label is wrong have the supplier mend it, or enter by hand",
            ),
            _ => lang.pick("再扫一次;仍不行则手工录入并更换标签", "scan once more; else enter by hand and replace the label"),
        }
    }
}

impl Fault {
    fn zh(&self) -> String {
        match self {
            Self::Empty => "没有内容".into(),
            Self::NoIdentifier => "这里应是应用标识符(两到四位数字)".into(),
            Self::UnknownIdentifier => "未知的应用标识符".into(),
            Self::TooShort { min, found } => format!("至少 {min} 个字符,只有 {found} 个"),
            Self::TooLong { max } => format!("最多 {max} 个字符,可能缺少分隔符 FNC1"),
            Self::BadCharacter { found } => format!("不允许的字符 {}", found.escape_debug()),
            Self::CheckDigit { expected, found } => format!("校验位应为 {expected},实为 {found}"),
            Self::NoDate => "没有这一天".into(),
            Self::Twice { first } => format!("重复出现,第 {first} 位已有"),
            Self::Contradicts { other } => format!("与 ({other}) 矛盾"),
        }
    }

    fn en(&self) -> String {
        match self {
            Self::Empty => "there is nothing".into(),
            Self::NoIdentifier => "expected an application identifier of two to four digits".into(),
            Self::UnknownIdentifier => "unknown application identifier".into(),
            Self::TooShort { min, found } => format!("at least {min} characters, found {found}"),
            Self::TooLong { max } => format!("at most {max} characters; perhaps the separator FNC1 is missing"),
            Self::BadCharacter { found } => format!("the character {} is not allowed", found.escape_debug()),
            Self::CheckDigit { expected, found } => format!("the check digit must be {expected}, found {found}"),
            Self::NoDate => "there is no such day".into(),
            Self::Twice { first } => format!("there already is one at character {first}"),
            Self::Contradicts { other } => format!("at odds with ({other})"),
        }
    }
}
