//! The settings of exceptions while they are edited: everything as it was typed.

use takt_domain::exception::{ExceptionSettings, ExceptionType, LEVELS_MAX, Level, TYPES_MAX};
use takt_domain::permission::Role;
use takt_domain::text::Label;

use crate::slug::is_slug;
use crate::text::Text;

const MINUTES: Text =
    Text::new("请填写整数分钟,每一级都比上一级晚", "Give whole minutes, each level later than the one before");
const ROLES: Text = Text::new("每一级至少选一个角色", "Choose at least one role for each level");
const NAMES: Text = Text::new("每个类型都要有中文名和英文名", "Give each type a name in Chinese and in English");
const ID: Text = Text::new(
    "编号用小写字母、数字和下划线,字母开头:{}",
    "A number is made of small letters, digits and underscores, a letter first: {}",
);
const TWICE: Text = Text::new("编号重复:{}", "The number {} is there twice");
const COUNT: Text = Text::new("至少要有一个类型和一级通知", "Keep at least one type and one level");
const TOO_MANY: Text = Text::new("最多 24 个类型、8 级通知", "At most 24 types and 8 levels");

/// Who is told, and when.
#[derive(Clone, Debug, Default)]
pub(super) struct DraftLevel {
    pub(super) minutes: String,
    pub(super) roles: Vec<Role>,
}

/// A type.
#[derive(Clone, Debug, Default)]
pub(super) struct DraftType {
    pub(super) id: String,
    pub(super) zh: String,
    pub(super) en: String,
    /// Separated by semicolons.
    pub(super) causes: String,
    /// Its own levels; the plant's where there are none.
    pub(super) levels: Vec<DraftLevel>,
    /// Not saved yet: its id may still change.
    pub(super) is_new: bool,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Draft {
    pub(super) types: Vec<DraftType>,
    pub(super) levels: Vec<DraftLevel>,
}

impl Draft {
    /// As they were saved.
    pub(super) fn of(settings: &ExceptionSettings) -> Self {
        let kind = |kind: &ExceptionType| DraftType {
            id: kind.id.clone(),
            zh: kind.label.zh.clone(),
            en: kind.label.en.clone(),
            causes: kind.causes.join("; "),
            levels: drafts(&kind.levels),
            is_new: false,
        };
        Self { types: settings.types.iter().map(kind).collect(), levels: drafts(&settings.levels) }
    }

    /// What is to be saved, or what is wrong with it, in the reader's language.
    pub(super) fn read(&self) -> Result<ExceptionSettings, String> {
        if self.types.is_empty() || self.levels.is_empty() {
            return Err(COUNT.get().into());
        }
        let too_many = |levels: &[DraftLevel]| levels.len() > LEVELS_MAX;
        if self.types.len() > TYPES_MAX
            || too_many(&self.levels)
            || self.types.iter().any(|kind| too_many(&kind.levels))
        {
            return Err(TOO_MANY.get().into());
        }
        let mut types: Vec<ExceptionType> = Vec::with_capacity(self.types.len());
        for kind in &self.types {
            let id = kind.id.trim().to_owned();
            if kind.is_new && !is_slug(&id) {
                return Err(ID.with(&id));
            }
            if types.iter().any(|other| other.id == id) {
                return Err(TWICE.with(&id));
            }
            let label = Label { zh: kind.zh.trim().to_owned(), en: kind.en.trim().to_owned() };
            if label.zh.is_empty() || label.en.is_empty() {
                return Err(NAMES.get().into());
            }
            let causes = kind.causes.split([';', ';']).map(str::trim).filter(|cause| !cause.is_empty());
            let causes = causes.map(str::to_owned).collect();
            types.push(ExceptionType { id, label, levels: levels(&kind.levels)?, causes });
        }
        let settings = ExceptionSettings { types, levels: levels(&self.levels)? };
        // What the server would refuse all the same is said before it is sent, by the same code.
        match settings.faults().into_iter().next() {
            Some((at, detail)) => Err(format!("{at}: {detail}")),
            None => Ok(settings),
        }
    }
}

fn drafts(levels: &[Level]) -> Vec<DraftLevel> {
    let draft = |level: &Level| DraftLevel { minutes: (level.after_s / 60).to_string(), roles: level.roles.clone() };
    levels.iter().map(draft).collect()
}

fn levels(drafts: &[DraftLevel]) -> Result<Vec<Level>, String> {
    let mut levels: Vec<Level> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let minutes: Option<u32> = draft.minutes.trim().parse().ok();
        let after_s = minutes.and_then(|minutes| minutes.checked_mul(60));
        let later = |after_s: &u32| levels.last().is_none_or(|before| before.after_s < *after_s);
        let after_s = after_s.filter(later).ok_or_else(|| String::from(MINUTES))?;
        if draft.roles.is_empty() {
            return Err(ROLES.get().into());
        }
        levels.push(Level { after_s, roles: draft.roles.clone() });
    }
    Ok(levels)
}
