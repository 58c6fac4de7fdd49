//! Stock movements that people enter: receipt, issue, return, transfer, shipment, scrap.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::decide::CounterChange;
use crate::document::line::{Hold, LineFacts};
use crate::document::{self, DocumentState, LineRef};
use crate::facts::Actor;
use crate::id::{ItemId, LocationId, OrderId};
use crate::ledger::{Account, Balance, MovementKind, Posting};
use crate::lot::{self, Lots};
use crate::master::{Item, Location, LocationKind};
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Unmet};
use crate::text::Lang;

/// What somebody moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewMovement {
    /// What sort of movement.
    pub kind: MovementKind,
    /// What.
    pub item: ItemId,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// From; the supplier where a receipt names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<LocationId>,
    /// To; the customer where a shipment names none, scrap where scrap names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<LocationId>,
    /// How much.
    pub quantity: Quantity,
    /// For which work order, so that what is held for it is taken first and stays held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The paper or document that it belongs to.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
    /// The line of a purchase order or sales order that it is a step of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineRef>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The code that was scanned for it, as the scanner read it. What it says of item and lot must be what is moved; a label
    /// of which there is only one is booked once for each kind and direction, see [`scan`](crate::scan).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scan: String,
    /// When it happened, where that was before it is booked: at most [`OCCURRED_MAX`] ago. Now where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::timestamp_option")]
    pub occurred_at: Option<Timestamp>,
    /// The last day on which a lot may be used that comes in. The scanned label's, or by the item's shelf life, where nobody
    /// says.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::date_option")]
    pub expires: Option<Date>,
    /// The day on which that lot was made.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::date_option")]
    pub made: Option<Date>,
    /// What the supplier calls it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub supplier_lot: String,
    /// The unit of the quantity, where it is another one than the item's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
}

/// How long ago a movement may have happened that is booked now.
pub const OCCURRED_MAX: SignedDuration = SignedDuration::from_hours(31 * 24);

/// How far a device's clock may be ahead.
pub const CLOCK_AHEAD_MAX: SignedDuration = SignedDuration::from_mins(5);

/// True for a moment at which a movement that is booked now can have happened.
pub fn can_have_occurred(at: Timestamp, now: Timestamp) -> bool {
    let ago = now.duration_since(at);
    ago <= OCCURRED_MAX && ago >= -CLOCK_AHEAD_MAX
}

/// What a movement is decided from.
#[derive(Clone, Debug)]
pub struct StockFacts<'a> {
    /// Who asks.
    pub actor: &'a Actor,
    /// The item.
    pub item: &'a Item,
    /// The plant's locations.
    pub locations: &'a [Location],
    /// Every balance of the item.
    pub balances: &'a [Balance],
    /// What production has drawn of the item beyond the books, in units.
    pub owed: i64,
    /// The line that the movement names.
    pub line: Option<&'a LineFacts<'a>>,
    /// What is known of the item's lots.
    pub lots: &'a Lots,
    /// Where the movement names no lot, the lots are chosen here: what expires first is taken first.
    pub picks: bool,
    /// The reader's language.
    pub lang: Lang,
}

/// What is to be committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockChange {
    /// What moves.
    pub postings: Vec<Posting>,
    /// What is still owed to production, in the scope [`OWED_SCOPE`].
    pub counters: Vec<CounterChange>,
    /// What it moves of the line that it names, in the scope of the line's document.
    pub progress: Vec<CounterChange>,
    /// The state that the document comes into, where that is another one.
    pub document_state: Option<DocumentState>,
}

/// The scope of the counters that say what production has drawn of an item beyond the books. No order can be called so.
pub const OWED_SCOPE: &str = "@shortage";

/// The counters that follow the shortage location: each posting from it adds to what is owed, each one to it pays back.
pub fn owed_changes(postings: &[Posting]) -> Vec<CounterChange> {
    let shortage = LocationId::shortage();
    let mut changes: Vec<CounterChange> = Vec::new();
    for posting in postings {
        let units = posting.quantity.units();
        let delta = match (posting.from.location == shortage, posting.to.location == shortage) {
            (true, false) => units,
            (false, true) => -units,
            _ => continue,
        };
        match changes.iter_mut().find(|change| change.name == posting.item.as_str()) {
            Some(change) => change.delta += delta,
            None => changes.push(CounterChange {
                name: posting.item.to_string(),
                delta,
                min_after: Some(0),
                max_after: None,
            }),
        }
    }
    changes
}

/// Decides a movement.
pub fn decide(movement: &NewMovement, facts: &StockFacts<'_>) -> Result<StockChange, Refusal> {
    let lang = facts.lang;
    let mut unmet = Vec::new();
    if !facts.actor.may(Permission::StockMove) {
        unmet.push(Unmet::permission(Permission::StockMove, lang));
    }
    let (from, to) = endpoints(movement);
    unmet.extend(wrong_endpoints(movement, from.as_ref(), to.as_ref(), facts));
    if !movement.quantity.is_positive() {
        let detail = lang.pick("数量必须大于零", "the quantity must be above zero");
        unmet.push(Unmet::new(
            "quantity.not_positive",
            detail,
            lang.pick("填写数量", "enter a quantity"),
            Permission::StockMove.holders(),
        ));
    }
    if movement.kind == MovementKind::Scrap && movement.reason.trim().is_empty() {
        let detail = lang.pick("报废需要填写原因", "scrap needs a reason");
        unmet.push(Unmet::new(
            "input.reason",
            detail,
            lang.pick("填写原因", "give a reason"),
            Permission::StockMove.holders(),
        ));
    }
    if let (Some(line), Some(from), Some(to)) = (facts.line, &from, &to) {
        unmet.extend(line.unmet(movement.kind, (from, to), facts.locations, lang));
    }
    if from.as_ref().is_some_and(LocationId::is_virtual) {
        unmet.extend(lot::there_already(facts.item, &movement.lot, facts.balances, lang));
    }
    let (Some(from), Some(to), true) = (from, to, unmet.is_empty()) else {
        return Err(Refusal { unmet });
    };
    let quantity = movement.quantity.at_scale(facts.item.scale).unwrap_or(movement.quantity);
    let hold = hold(movement, &from, &to, facts);
    let mut postings = if from.is_virtual() {
        vec![posting(movement, Account::free(from.clone()), Account { location: to.clone(), order: hold.to }, quantity)]
    } else {
        take(movement, (&from, &to), quantity, &hold, facts)?
    };
    if settles(movement, &from, &to, facts) && facts.owed > 0 {
        let paid = Quantity::from_units(facts.owed.min(quantity.units()), quantity.scale());
        let settle = posting(movement, Account::free(to), Account::free(LocationId::shortage()), paid);
        postings.push(Posting { kind: MovementKind::Settle, ..settle });
    }
    let unmet = facts.lots.refused(&postings, lang);
    if !unmet.is_empty() {
        return Err(Refusal { unmet });
    }
    let counters = owed_changes(&postings);
    let (progress, document_state) = progress(facts, &postings)?;
    Ok(StockChange { postings, counters, progress, document_state })
}

/// For whom the stock is held before and after.
fn hold(movement: &NewMovement, from: &LocationId, to: &LocationId, facts: &StockFacts<'_>) -> Hold {
    let of_line = facts.line.and_then(|line| line.hold(movement.kind, from, to, facts.locations));
    of_line.unwrap_or_else(|| {
        let goes_on = !from.is_virtual() && !to.is_virtual() && movement.kind != MovementKind::Return;
        let order = movement.order.clone();
        Hold { from: order.clone(), from_free: true, to: order.filter(|_| goes_on) }
    })
}

/// True for what brings stock to where production may take it, which pays back what it drew beyond the books.
fn settles(movement: &NewMovement, from: &LocationId, to: &LocationId, facts: &StockFacts<'_>) -> bool {
    let waits = |id: &LocationId| facts.locations.iter().any(|known| known.id == *id && known.kind.waits());
    let comes_in = match movement.kind {
        MovementKind::Receipt => true,
        MovementKind::Transfer => waits(from),
        _ => false,
    };
    comes_in && !waits(to)
}

/// What the postings move of the line that the movement names, and what that makes of its document.
fn progress(
    facts: &StockFacts<'_>,
    postings: &[Posting],
) -> Result<(Vec<CounterChange>, Option<DocumentState>), Refusal> {
    let Some((line, ordered)) = facts.line.and_then(|line| Some((line, line.line()?))) else {
        return Ok((Vec::new(), None));
    };
    let changes = document::changes(line.reference, postings, facts.locations, ordered.limit());
    let unmet = document::refused(line.reference, &changes, line.counters, ordered.quantity.scale(), facts.lang);
    if !unmet.is_empty() {
        return Err(Refusal { unmet });
    }
    let state = document::state_after(line.document, line.counters, &changes);
    Ok((changes, (state != line.document.state).then_some(state)))
}

fn endpoints(movement: &NewMovement) -> (Option<LocationId>, Option<LocationId>) {
    let or = |given: &Option<LocationId>, default: fn() -> LocationId| Some(given.clone().unwrap_or_else(default));
    match movement.kind {
        MovementKind::Receipt => (or(&movement.from, LocationId::supplier), movement.to.clone()),
        MovementKind::Shipment => (movement.from.clone(), or(&movement.to, LocationId::customer)),
        MovementKind::Scrap => (movement.from.clone(), or(&movement.to, LocationId::scrap)),
        _ => (movement.from.clone(), movement.to.clone()),
    }
}

/// Which kinds of place a movement of a kind may leave and enter.
fn places(kind: MovementKind) -> Option<(&'static [&'static str], &'static [&'static str])> {
    const HELD: &[&str] = &["store", "line", "finished"];
    match kind {
        MovementKind::Receipt => Some((&["@supplier"], &["store", "line", "finished", "receiving"])),
        MovementKind::Issue => Some((&["store", "finished"], &["line"])),
        MovementKind::Return => Some((&["line", "@customer"], &["store", "finished"])),
        MovementKind::Transfer => Some((&["store", "line", "finished", "receiving"], HELD)),
        MovementKind::Shipment => Some((&["finished", "store"], &["@customer"])),
        MovementKind::Scrap => Some((HELD, &["@scrap"])),
        _ => None,
    }
}

/// The same for a movement that is a step of a document: deliveries may wait for their inspection, and go back.
fn places_of_document(
    movement: &NewMovement,
    to: Option<&LocationId>,
) -> Option<(&'static [&'static str], &'static [&'static str])> {
    let goes_back = to == Some(&LocationId::supplier());
    match movement.kind {
        MovementKind::Receipt => Some((&["@supplier"], &["store", "line", "finished", "receiving", "quarantine"])),
        MovementKind::Return if goes_back => {
            Some((&["store", "line", "finished", "receiving", "quarantine"], &["@supplier"]))
        }
        MovementKind::Return => Some((&["@customer"], &["store", "finished", "quarantine"])),
        MovementKind::Transfer => {
            Some((&["store", "line", "finished", "receiving"], &["store", "line", "finished", "receiving"]))
        }
        kind => places(kind),
    }
}

fn wrong_endpoints(
    movement: &NewMovement,
    from: Option<&LocationId>,
    to: Option<&LocationId>,
    facts: &StockFacts<'_>,
) -> Vec<Unmet> {
    let lang = facts.lang;
    let holders = Permission::StockMove.holders();
    let allowed = if facts.line.is_some() { places_of_document(movement, to) } else { places(movement.kind) };
    let Some((may_leave, may_enter)) = allowed else {
        let detail =
            lang.pick("这种移动由系统记账,不能手工录入", "movements of this kind are booked by the system alone");
        let remedy = lang.pick(
            "选择入库、领料、退料、调拨、出库或报废",
            "choose receipt, issue, return, transfer, shipment or scrap",
        );
        return vec![Unmet::new("movement.kind", detail, remedy, holders)];
    };
    let mut unmet = Vec::new();
    for (side, location, allowed) in [("from", from, may_leave), ("to", to, may_enter)] {
        let label = if side == "from" {
            lang.pick("来源库位", "the location it leaves")
        } else {
            lang.pick("目标库位", "the location it enters")
        };
        let Some(location) = location else {
            let detail = match lang {
                Lang::Zh => format!("需要{label}"),
                Lang::En => format!("{label} is needed"),
            };
            unmet.push(Unmet::new(
                &format!("location.{side}_missing"),
                detail,
                lang.pick("选择库位", "choose one"),
                holders,
            ));
            continue;
        };
        let sort = sort_of(location, facts.locations);
        if sort.is_none_or(|sort| !allowed.contains(&sort)) {
            let kind = movement.kind.label(lang);
            let detail = match (lang, sort) {
                (Lang::Zh, None) => format!("没有库位 {location}"),
                (Lang::En, None) => format!("there is no location {location}"),
                (Lang::Zh, Some(_)) => format!("{label} {location} 不能用于{kind}"),
                (Lang::En, Some(_)) => format!("{label}, {location}, does not suit a {kind}"),
            };
            unmet.push(Unmet::new(
                &format!("location.{side}_wrong"),
                detail,
                lang.pick("选择合适的库位", "choose a suitable one"),
                holders,
            ));
        }
    }
    // What is picked may stay where it is.
    let stays = facts.line.is_some_and(|line| line.reference.kind == document::DocumentKind::Sales);
    if from.is_some() && from == to && !stays {
        let detail = lang.pick("来源和目标相同", "it would leave and enter the same location");
        unmet.push(Unmet::new(
            "location.same",
            detail,
            lang.pick("选择另一个库位", "choose another location"),
            holders,
        ));
    }
    unmet
}

fn sort_of<'a>(location: &'a LocationId, locations: &[Location]) -> Option<&'a str> {
    if location.is_virtual() {
        return Some(location.as_str());
    }
    let known = locations.iter().find(|known| known.id == *location)?;
    Some(match known.kind {
        LocationKind::Store => "store",
        LocationKind::Line => "line",
        LocationKind::Quarantine => "quarantine",
        LocationKind::Finished => "finished",
        LocationKind::Receiving => "receiving",
    })
}

fn take(
    movement: &NewMovement,
    (from, to): (&LocationId, &LocationId),
    quantity: Quantity,
    hold: &Hold,
    facts: &StockFacts<'_>,
) -> Result<Vec<Posting>, Refusal> {
    let picks = facts.picks && movement.lot.is_empty();
    let here = |holder: Option<&OrderId>| {
        let matches = |balance: &&Balance| {
            let lot = if picks { facts.lots.usable(balance) } else { balance.lot == movement.lot };
            balance.location == *from && lot && balance.order.as_ref() == holder
        };
        let here = facts.balances.iter().filter(matches);
        here.map(|balance| balance.quantity.units().max(0)).fold(0, i64::saturating_add)
    };
    let free = if hold.from_free { here(None) } else { 0 };
    let held = hold.from.as_ref().map_or(0, |order| here(Some(order)));
    let available = Quantity::from_units(held + free, quantity.scale());
    if quantity > available {
        return Err(Refusal::one(short(movement, from, quantity, available, hold, facts)));
    }
    if picks {
        return Ok(pick(movement, (from, to), quantity, hold, facts));
    }
    let from_held = quantity.units().min(held);
    let enters = || Account { location: to.clone(), order: hold.to.clone() };
    let mut postings = Vec::new();
    if let (Some(order), true) = (&hold.from, from_held > 0) {
        let part = Quantity::from_units(from_held, quantity.scale());
        postings.push(posting(movement, Account::held(from.clone(), order), enters(), part));
    }
    let rest = quantity.units() - from_held;
    if rest > 0 {
        let part = Quantity::from_units(rest, quantity.scale());
        postings.push(posting(movement, Account::free(from.clone()), enters(), part));
    }
    Ok(postings)
}

/// What is there is enough: what is held comes first, and of each what expires first.
fn pick(
    movement: &NewMovement,
    (from, to): (&LocationId, &LocationId),
    quantity: Quantity,
    hold: &Hold,
    facts: &StockFacts<'_>,
) -> Vec<Posting> {
    let held_by = |holder: Option<&OrderId>| {
        let here = |balance: &&Balance| balance.location == *from && balance.order.as_ref() == holder;
        facts.lots.to_take(facts.balances.iter().filter(here))
    };
    let mut stock = hold.from.as_ref().map(|order| held_by(Some(order))).unwrap_or_default();
    stock.extend(if hold.from_free { held_by(None) } else { Vec::new() });
    let mut left = quantity.units();
    let mut postings = Vec::new();
    for balance in stock {
        let units = left.min(balance.quantity.units());
        if units > 0 {
            left -= units;
            let of_lot = NewMovement { lot: balance.lot.clone(), ..movement.clone() };
            let enters = Account { location: to.clone(), order: hold.to.clone() };
            let part = Quantity::from_units(units, quantity.scale());
            postings.push(posting(&of_lot, balance.account(), enters, part));
        }
    }
    postings
}

fn short(
    movement: &NewMovement,
    from: &LocationId,
    quantity: Quantity,
    available: Quantity,
    hold: &Hold,
    facts: &StockFacts<'_>,
) -> Unmet {
    let (item, unit) = (&movement.item, &facts.item.unit);
    let held_for_others: i64 = facts
        .balances
        .iter()
        .filter(|balance| balance.location == *from && balance.order.is_some() && balance.order != hold.from)
        .map(|balance| balance.quantity.units())
        .sum();
    let held = Quantity::from_units(held_for_others, quantity.scale());
    let detail = match facts.lang {
        Lang::Zh => {
            format!("{from} 的 {item} 可用 {available} {unit},不够 {quantity} {unit}(另有 {held} 已为其他工单预留)")
        }
        Lang::En => format!(
            "{available} {unit} of {item} are available at {from}, not {quantity} ({held} more are held for orders)"
        ),
    };
    let remedy = facts.lang.pick(
        "先入库、换库位,或释放其他工单的预留",
        "receive more, take another location, or free what other orders hold",
    );
    Unmet::new("stock.short", detail, remedy, Permission::StockMove.holders())
}

fn posting(movement: &NewMovement, from: Account, to: Account, quantity: Quantity) -> Posting {
    // What stays where it is only changes who it is held for.
    let kind = if from.location == to.location { MovementKind::Reserve } else { movement.kind };
    Posting { kind, item: movement.item.clone(), lot: movement.lot.clone(), from, to, quantity, reverses: None }
}
