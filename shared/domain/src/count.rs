//! Counts (盘点): somebody looks what stands in a place, without being told what the books say, and what differs is booked.
//!
//! Each entry carries what the books held of its place at one moment, its ledger time. What is counted less what the books
//! held then is the difference, whatever moved before or after: so stock may go on moving while it is counted, and a report
//! of production is never refused. A place that is counted otherwise than the books say, by more than the plant's rule, is
//! counted again by somebody else. The difference is booked once, against the location `@adjustment`.

mod adjust;
mod frozen;
mod line;
mod settings;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::facts::Actor;
use crate::id::{CountId, ItemId, LocationId, UserId};
use crate::order::Mark;
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Unmet};
use crate::signature::Signature;
use crate::text::Lang;

pub use adjust::{adjust, settle};
pub use frozen::{Freeze, frozen_unmet};
pub use line::{CountLine, Entry, LineState, NewEntry};
pub use settings::{Class, CountSettings, classes};

/// The most locations, items or places that the scope of a count may name.
pub const SCOPE_MAX: usize = 500;

/// One item and lot at a location, whoever it is held for: what one line of a count is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Where.
    pub location: LocationId,
    /// What.
    pub item: ItemId,
    /// Of which lot; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
}

impl Place {
    /// A text that no other place has.
    pub fn key(&self) -> String {
        let escaped = |text: &str| text.replace('%', "%25").replace('/', "%2F");
        format!("{}/{}/{}", escaped(self.location.as_str()), escaped(self.item.as_str()), escaped(&self.lot))
    }
}

/// What is counted: everything, or what stands at some locations, some items, some places. What is named in several lists
/// is their union.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// A full stocktake.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
    /// Everything at these locations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<LocationId>,
    /// These items, wherever they stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<ItemId>,
    /// Just these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
}

impl Scope {
    /// True when a place is to be counted.
    pub fn covers(&self, place: &Place) -> bool {
        self.all
            || self.locations.contains(&place.location)
            || self.items.contains(&place.item)
            || self.places.contains(place)
    }

    /// True when something of a location is to be counted.
    pub fn touches(&self, location: &LocationId) -> bool {
        self.all
            || !self.items.is_empty()
            || self.locations.contains(location)
            || self.places.iter().any(|place| place.location == *location)
    }

    /// What is wrong with it: where, and what was expected.
    pub fn faults(&self) -> Vec<(String, String)> {
        let lists = [("locations", self.locations.len()), ("items", self.items.len()), ("places", self.places.len())];
        let mut faults: Vec<_> = lists
            .into_iter()
            .filter(|(_, len)| *len > SCOPE_MAX)
            .map(|(at, _)| (format!("scope.{at}"), format!("expected at most {SCOPE_MAX}")))
            .collect();
        if !self.all && lists.iter().all(|(_, len)| *len == 0) {
            faults.push(("scope".into(), "expected locations, items, places, or all".into()));
        }
        let places = self.places.iter().map(|place| &place.location);
        if self.locations.iter().chain(places).any(LocationId::is_virtual) {
            faults.push(("scope.locations".into(), "expected places on the floor".into()));
        }
        faults
    }
}

/// Whether stock moves while it is counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CountMode {
    /// It goes on; the ledger time of each line decides.
    #[default]
    Moving,
    /// Nobody moves anything from or to the locations until the count is finished. Production goes on.
    Frozen,
}

/// Where a count stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CountState {
    /// It is being counted.
    Open,
    /// All is counted, and somebody looks at the differences.
    Counted,
    /// The differences are being booked, line by line.
    Posting,
    /// They are booked.
    Posted,
    /// It came to nothing.
    Cancelled,
}

impl CountState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Open, Self::Counted, Self::Posting, Self::Posted, Self::Cancelled];

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Counted => "counted",
            Self::Posting => "posting",
            Self::Posted => "posted",
            Self::Cancelled => "cancelled",
        }
    }

    /// The name that people read.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Open => lang.pick("盘点中", "being counted"),
            Self::Counted => lang.pick("待审核", "to be reviewed"),
            Self::Posting => lang.pick("正在过账", "being booked"),
            Self::Posted => lang.pick("已过账", "booked"),
            Self::Cancelled => lang.pick("已取消", "cancelled"),
        }
    }
}

/// What became of the lines of a count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Lines that were counted.
    pub lines: u32,
    /// Of those, lines that differ from the books.
    pub different: u32,
    /// What the differences are worth together, more and less both counted up; lines without a price are not in it.
    pub value: Quantity,
    /// Lines that differ and have no price.
    pub unpriced: u32,
    /// Lines that wait for another look.
    pub recounts: u32,
}

impl Default for Summary {
    fn default() -> Self {
        Self { lines: 0, different: 0, value: Quantity::zero(2), unpriced: 0, recounts: 0 }
    }
}

impl Summary {
    /// Adds a line.
    pub fn add(&mut self, line: &CountLine) {
        if line.state == LineState::Dropped {
            return;
        }
        self.lines += 1;
        self.recounts += u32::from(line.state == LineState::Recount);
        if line.difference().is_zero() {
            return;
        }
        self.different += 1;
        match line.value() {
            Some(value) => self.value = self.value.plus(absolute(value)).unwrap_or(self.value),
            None => self.unpriced += 1,
        }
    }
}

/// A quantity without its sign.
pub fn absolute(quantity: Quantity) -> Quantity {
    Quantity::from_units(quantity.units().abs(), quantity.scale())
}

/// A count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Its number.
    pub id: CountId,
    /// What is counted.
    pub scope: Scope,
    /// Whether stock moves meanwhile.
    pub mode: CountMode,
    /// Whoever counts is not told what the books say.
    pub blind: bool,
    /// Where it stands.
    pub state: CountState,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Who began it.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// Who said that all is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Mark>,
    /// Who had the differences booked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Mark>,
    /// When all of them were booked.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::timestamp_option")]
    pub posted_at: Option<Timestamp>,
    /// Who gave it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<Mark>,
    /// What became of its lines, since it was finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
}

impl Count {
    /// True while its locations are frozen.
    pub fn freezes(&self) -> bool {
        self.mode == CountMode::Frozen && self.state == CountState::Open
    }

    /// Says that all is counted. `uncounted` are places of its scope in which the books have something and nobody has
    /// counted; whoever finishes may leave them as they are.
    pub fn finish(
        &self,
        uncounted: &[Place],
        leave: bool,
        summary: Summary,
        mark: Mark,
        actor: &Actor,
        lang: Lang,
    ) -> Result<Self, Refusal> {
        let mut unmet = self.not_in(&[CountState::Open], Permission::CountDo, actor, lang);
        unmet.extend(recounts_left(&summary, lang));
        if summary.lines == 0 && unmet.is_empty() {
            let detail = lang.pick("还没有盘点任何一行", "nothing has been counted yet");
            let remedy = lang.pick("先盘点,或取消这次盘点", "count something, or cancel the count");
            unmet.push(Unmet::new("count.empty", detail, remedy, Permission::CountDo.holders()));
        }
        if !uncounted.is_empty() && !leave {
            unmet.push(left_out(uncounted, lang));
        }
        if !unmet.is_empty() {
            return Err(Refusal { unmet });
        }
        Ok(Self { state: CountState::Counted, finished: Some(mark), summary: Some(summary), ..self.clone() })
    }

    /// Has the differences booked. Up to the plant's limit whoever counts may; above it, or where something has no price,
    /// who approves, with a signature.
    pub fn approve(
        &self,
        summary: Summary,
        settings: &CountSettings,
        mark: Mark,
        (actor, signature): (&Actor, &Signature),
        lang: Lang,
    ) -> Result<Self, Refusal> {
        let needs = needed(&summary, settings);
        let mut unmet = self.not_in(&[CountState::Counted], needs, actor, lang);
        unmet.extend(recounts_left(&summary, lang));
        if needs == Permission::CountApprove && actor.may(needs) {
            unmet.extend(signature.unmet_for(needs, lang));
        }
        if !unmet.is_empty() {
            return Err(Refusal { unmet });
        }
        Ok(Self { state: CountState::Posting, approved: Some(mark), summary: Some(summary), ..self.clone() })
    }

    /// All lines are booked; those that could not be are to be counted again, and the count waits for them.
    pub fn posted(&self, summary: Summary, at: Timestamp) -> Self {
        if summary.recounts > 0 {
            return Self { state: CountState::Counted, approved: None, summary: Some(summary), ..self.clone() };
        }
        Self { state: CountState::Posted, posted_at: Some(at), summary: Some(summary), ..self.clone() }
    }

    /// Gives it up: nothing of it is booked.
    pub fn cancel(&self, mark: Mark, any_posted: bool, actor: &Actor, lang: Lang) -> Result<Self, Refusal> {
        let mut unmet = self.not_in(&[CountState::Open, CountState::Counted], Permission::CountDo, actor, lang);
        if any_posted && unmet.is_empty() {
            let detail =
                lang.pick("已有差异过账,不能取消", "some of its differences are booked, so it cannot be given up");
            let remedy = lang.pick("复盘或舍弃其余的行,再过账", "count the other lines again or drop them, then book");
            unmet.push(Unmet::new("count.partly_posted", detail, remedy, Permission::CountApprove.holders()));
        }
        if !unmet.is_empty() {
            return Err(Refusal { unmet });
        }
        Ok(Self { state: CountState::Cancelled, cancelled: Some(mark), ..self.clone() })
    }

    pub(crate) fn not_in(&self, states: &[CountState], needs: Permission, actor: &Actor, lang: Lang) -> Vec<Unmet> {
        let mut unmet = Vec::new();
        if !actor.may(needs) {
            unmet.push(Unmet::permission(needs, lang));
        }
        if !states.contains(&self.state) {
            unmet.push(self.over(lang));
        }
        unmet
    }

    /// What is so where a count is in another state than it has to be.
    pub(crate) fn over(&self, lang: Lang) -> Unmet {
        let state = self.state.label(lang);
        let detail = match lang {
            Lang::Zh => format!("盘点单 {} 的状态是“{state}”", self.id),
            Lang::En => format!("the count {} is {state}", self.id),
        };
        let remedy = match self.state {
            CountState::Open => lang.pick("先完成盘点", "finish counting first"),
            CountState::Counted => {
                lang.pick("请主管让其中的行复盘", "have whoever approves ask for a recount of a line")
            }
            CountState::Posting => lang.pick("请稍候", "wait a moment"),
            CountState::Posted | CountState::Cancelled => lang.pick("新建一次盘点", "begin another count"),
        };
        Unmet::new("count.state", detail, remedy, Permission::CountDo.holders())
    }
}

/// Who may have the differences booked.
pub fn needed(summary: &Summary, settings: &CountSettings) -> Permission {
    let small = summary.value <= settings.approval_value && summary.unpriced == 0;
    if small { Permission::CountDo } else { Permission::CountApprove }
}

fn recounts_left(summary: &Summary, lang: Lang) -> Option<Unmet> {
    if summary.recounts == 0 {
        return None;
    }
    let left = summary.recounts;
    let detail = match lang {
        Lang::Zh => format!("还有 {left} 行需要另一个人复盘"),
        Lang::En => format!("{left} lines have to be counted again by somebody else"),
    };
    let remedy =
        lang.pick("请另一个人复盘,或由主管舍弃这些行", "have somebody else count them, or whoever approves drop them");
    Some(Unmet::new("count.recount", detail, remedy, Permission::CountDo.holders()))
}

fn left_out(uncounted: &[Place], lang: Lang) -> Unmet {
    const NAMED: usize = 5;
    let named: Vec<String> =
        uncounted.iter().take(NAMED).map(|place| format!("{} {}", place.location, place.item)).collect();
    let (count, named) = (uncounted.len(), named.join(lang.pick("、", ", ")));
    let detail = match lang {
        Lang::Zh => format!("还有 {count} 处没有盘点:{named}"),
        Lang::En => format!("{count} places have not been counted: {named}"),
    };
    let remedy = lang.pick(
        "盘点它们(没有就填 0),或选择保持账面不变",
        "count them (0 where there is nothing), or leave them as the books have them",
    );
    Unmet::new("count.uncounted", detail, remedy, Permission::CountDo.holders())
}

/// What is not met for a count that begins and keeps these locations still.
pub fn started_unmet<'a>(
    still: impl Iterator<Item = &'a LocationId>,
    frozen: &[Freeze],
    actor: &Actor,
    lang: Lang,
) -> Vec<Unmet> {
    let mut unmet = Vec::new();
    if !actor.may(Permission::CountDo) {
        unmet.push(Unmet::permission(Permission::CountDo, lang));
    }
    for place in still {
        let by = frozen.iter().find(|freeze| freeze.location == *place).and_then(|freeze| freeze.count.as_ref());
        unmet.extend(by.map(|count| frozen::by_count(place, count, lang)));
    }
    unmet
}
