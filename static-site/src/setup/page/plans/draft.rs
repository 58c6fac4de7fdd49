//! A characteristic of a plan while it is edited: everything as it was typed.

use takt_domain::quality::{Characteristic, Measure};
use takt_domain::quantity::{Quantity, SCALE_MAX};
use takt_domain::text::Label;

use crate::slug::{is_slug, slug};
use crate::text::{self, Text};

const NAMES: Text =
    Text::new("请填写每个项目的中文名和英文名", "Give each characteristic a name in Chinese and in English");
const ID: Text = Text::new(
    "编号用小写字母、数字和下划线,字母开头:“{}”",
    "A number is made of small letters, digits and underscores, a letter first: “{}”",
);
const TWICE: Text = Text::new("编号重复:{}", "The number {} is there twice");
const LIMIT: Text =
    Text::new("“{}”的上下限要填数字,至少填一个", "The limits of “{}” are numbers, at least one of them");
const DECIMALS: Text = Text::new("“{}”的小数位不对", "The decimals of “{}” are no number that can be");
const TURNED: Text = Text::new("“{}”的上限低于下限", "The upper limit of “{}” is below the lower one");
const NONE_REQUIRED: Text = Text::new("至少要有一个必检项目", "Keep at least one characteristic that is required");

/// How a characteristic is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Judged {
    #[default]
    Number,
    YesNo,
    Photo,
}

#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) id: String,
    pub(super) zh: String,
    pub(super) en: String,
    pub(super) judged: Judged,
    pub(super) lower: String,
    pub(super) upper: String,
    pub(super) unit: String,
    pub(super) decimals: String,
    pub(super) required: bool,
    /// Not saved yet: its id may still change. Afterwards it names what was found in inspections that are over.
    pub(super) is_new: bool,
}

impl Draft {
    /// One that nobody has filled in.
    pub(super) fn new() -> Self {
        Self {
            id: String::new(),
            zh: String::new(),
            en: String::new(),
            judged: Judged::Number,
            lower: String::new(),
            upper: String::new(),
            unit: String::new(),
            decimals: "2".into(),
            required: true,
            is_new: true,
        }
    }

    /// As it was saved.
    pub(super) fn of(known: &Characteristic) -> Self {
        let mut draft = Self {
            id: known.id.clone(),
            zh: known.label.zh.clone(),
            en: known.label.en.clone(),
            required: known.required,
            is_new: false,
            ..Self::new()
        };
        let limit = |limit: &Option<Quantity>| limit.map_or_else(String::new, |limit| limit.to_string());
        match &known.measure {
            Measure::Number { lower, upper, unit, decimals } => {
                (draft.lower, draft.upper) = (limit(lower), limit(upper));
                (draft.unit, draft.decimals) = (unit.clone(), decimals.to_string());
            }
            Measure::YesNo => draft.judged = Judged::YesNo,
            Measure::PhotoNote => draft.judged = Judged::Photo,
        }
        draft
    }

    /// Takes an English name; a new one whose id nobody has chosen is called after it.
    pub(super) fn name(&mut self, english: String) {
        if self.is_new && (self.id.is_empty() || self.id == slug(&self.en)) {
            self.id = slug(&english);
        }
        self.en = english;
    }

    fn measure(&self) -> Result<Measure, String> {
        let limit = |typed: &str| match typed.trim() {
            "" => Ok(None),
            typed => typed.parse::<Quantity>().map(Some).map_err(|_| LIMIT.with(&self.zh)),
        };
        match self.judged {
            Judged::YesNo => Ok(Measure::YesNo),
            Judged::Photo => Ok(Measure::PhotoNote),
            Judged::Number => {
                let (lower, upper) = (limit(&self.lower)?, limit(&self.upper)?);
                if lower.is_none() && upper.is_none() {
                    return Err(LIMIT.with(&self.zh));
                }
                if lower.zip(upper).is_some_and(|(lower, upper)| upper < lower) {
                    return Err(TURNED.with(&self.zh));
                }
                let decimals = self.decimals.trim().parse().ok().filter(|decimals| *decimals <= SCALE_MAX);
                let decimals = decimals.ok_or_else(|| DECIMALS.with(&self.zh))?;
                Ok(Measure::Number { lower, upper, unit: self.unit.trim().to_owned(), decimals })
            }
        }
    }

    fn read(&self) -> Result<Characteristic, String> {
        let label = Label { zh: self.zh.trim().to_owned(), en: self.en.trim().to_owned() };
        if label.zh.is_empty() || label.en.is_empty() {
            return Err(NAMES.get().into());
        }
        let id = self.id.trim().to_owned();
        if self.is_new && !is_slug(&id) {
            return Err(ID.with(&id));
        }
        Ok(Characteristic { id, label, measure: self.measure()?, required: self.required })
    }
}

/// All of them, or what is wrong, in the reader's language.
pub(super) fn read(drafts: &[Draft]) -> Result<Vec<Characteristic>, String> {
    let mut read: Vec<Characteristic> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let one = draft.read()?;
        if read.iter().any(|other| other.id == one.id) {
            return Err(TWICE.with(&one.id));
        }
        read.push(one);
    }
    match read.iter().any(|one| one.required) {
        true => Ok(read),
        false => Err(if read.is_empty() { text::FILL_IN.with(NAMES.get()) } else { NONE_REQUIRED.get().into() }),
    }
}
