//! What people do with a lot: keep it back, release it, block it, split it, merge it with others.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::lots::{LotAct, LotAnswer, LotSettings, MergeLots, SetLotState, SplitLot};
use takt_domain::decide::DomainEvent;
use takt_domain::id::ItemId;
use takt_domain::ledger::{Balance, Posting};
use takt_domain::lot::change::{self, Part};
use takt_domain::lot::{Lot, Lots, serial};
use takt_domain::master::{Item, Location};
use takt_domain::permission::Permission;
use takt_domain::quantity::Quantity;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::text::Lang;
use takt_store::{Expect, Load, Loaded, Store};

use super::{Answer, CommandError, Plan, quantity_at, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, MovementHead, PLANT_PARENT, kind};
use crate::load::answered_before;
use crate::{count, load, lot, signature};

/// The most parts that are merged at once.
const PARTS_MAX: usize = 50;

/// Keeps a lot back, releases it or blocks it.
pub async fn set_state<S: Store>(
    store: &S,
    caller: &Caller,
    item: &ItemId,
    number: &str,
    given: &SetLotState,
) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    let reason = given.reason.trim();
    if reason.is_empty() {
        return Err(CommandError::field("reason", caller.lang.pick("请填写原因", "expected a few words")));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = lot::record(item.as_str(), number).into_iter().chain(signature::records(caller)).collect();
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let lots = lot::known(&loaded, None)?;
        let known = lots.get(item, number).ok_or_else(|| CommandError::NotFound(format!("{item} {number}")))?;
        let signed = signature::given(caller, &loaded);
        let after = change::decide(&known.lot, given.act, reason, &caller.actor, &signed, caller.lang)?;
        let body = json!(answer(&after));
        let mut commit = caller.commit(200, &body);
        let write = lot::write(&after, known.version);
        if given.act.is_signed() {
            signature::book(caller, &mut commit, &write.id, given.act.as_str());
        }
        commit.records.push(write);
        let data = json!({
            "item": item, "lot": number, "before": known.lot.state, "state": after.state, "reason": reason,
            "by": caller.actor.user,
        });
        let what = match given.act {
            LotAct::Quarantine => "lot.quarantined.v1",
            LotAct::Release => "lot.released.v1",
            LotAct::Block => "lot.blocked.v1",
        };
        let event = DomainEvent { kind: what.into(), data };
        commit.events = keep::events(vec![event], &caller.derived_id(), item.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

fn answer(lot: &Lot) -> LotAnswer {
    LotAnswer { item: lot.item.clone(), lot: lot.number.clone(), state: lot.state, expires: lot.expires }
}

/// What splitting and merging look at.
struct World {
    item: Item,
    loaded: Loaded,
    balances: Vec<Balance>,
    lots: Lots,
    locations: Vec<Location>,
}

impl World {
    async fn load<S: Store>(store: &S, caller: &Caller, item: &ItemId, also: &[&str]) -> Result<Self, CommandError> {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.with_plant = true;
        load.records = vec![(kind::ITEM.into(), item.to_string())];
        load.records.extend(also.iter().filter_map(|number| lot::record(item.as_str(), number)));
        load.children = count::still_children();
        load.balances_of = vec![item.to_string()];
        load.lots = Some(kind::LOT.into());
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let record = loaded.record(kind::ITEM, item.as_str());
        let record = record.ok_or_else(|| {
            let detail = match caller.lang {
                Lang::Zh => format!("没有物料 {item}"),
                Lang::En => format!("there is no item {item}"),
            };
            CommandError::field("item", detail)
        })?;
        let item: Item = record.parse()?;
        if !caller.actor.may(Permission::StockMove) {
            return Err(Refusal::one(Unmet::permission(Permission::StockMove, caller.lang)).into());
        }
        let balances = loaded.balances.iter().map(|balance| load::balance(balance, item.scale));
        let balances = balances.collect::<Result<Vec<_>, _>>()?;
        let lots = lot::known(&loaded, lot::today(&loaded, caller))?;
        let locations = load::few(&loaded, kind::LOCATION)?;
        Ok(Self { item, loaded, balances, lots, locations })
    }

    /// A part that must be there, free; all of it where no quantity is given.
    fn part(
        &self,
        at: &str,
        lot: &str,
        location: &takt_domain::id::LocationId,
        quantity: Option<Quantity>,
        lang: Lang,
    ) -> Result<Part, CommandError> {
        if !self.locations.iter().any(|known| known.id == *location) {
            let detail = match lang {
                Lang::Zh => format!("没有库位 {location}"),
                Lang::En => format!("there is no location {location}"),
            };
            return Err(CommandError::field(&format!("{at}location"), detail));
        }
        let here = |balance: &&Balance| balance.location == *location && balance.lot == lot && balance.order.is_none();
        let there = self.balances.iter().find(here).map_or(0, |balance| balance.quantity.units().max(0));
        let there = Quantity::from_units(there, self.item.scale);
        if quantity.is_some_and(Quantity::is_zero) {
            let detail = lang.pick("数量须大于 0", "expected a quantity above 0");
            return Err(CommandError::field(&format!("{at}quantity"), detail));
        }
        let quantity = quantity.map(|quantity| quantity_at(&format!("{at}quantity"), quantity, self.item.scale));
        let quantity = quantity.transpose()?.unwrap_or(there);
        if !quantity.is_positive() || quantity > there {
            let (item, unit) = (&self.item.id, &self.item.unit);
            let detail = match lang {
                Lang::Zh => format!("{location} 的 {item} 批次 {lot} 可用 {there} {unit},不够 {quantity} {unit}"),
                Lang::En => format!("{there} {unit} of lot {lot} of {item} are free at {location}, not {quantity}"),
            };
            let remedy = lang.pick("核对数量与库位,或先释放预留", "check quantity and place, or free what is held");
            return Err(Refusal::one(Unmet::new("stock.short", detail, remedy, Permission::StockMove.holders())).into());
        }
        Ok(Part { lot: lot.to_owned(), location: location.clone(), quantity })
    }

    fn number(&self, at: &str, given: &str, lang: Lang) -> Result<String, CommandError> {
        text_at(at, given, lot::LOT_MAX)?;
        let number = given.trim();
        let piece = Quantity::from_units(serial::one(&self.item), self.item.scale);
        let wrong = takt_domain::lot::wrong(&self.item, number, piece, Lang::En);
        if number.is_empty() || wrong.is_some() {
            return Err(CommandError::field(at, lang.pick("请填写批次号", "expected the number of a lot")));
        }
        Ok(number.to_owned())
    }

    /// The commit of a lot that others became.
    fn plan(
        &self,
        what: &str,
        after: &Lot,
        parts: &[Part],
        reason: &str,
        caller: &Caller,
    ) -> Result<Plan, CommandError> {
        let postings: Vec<Posting> =
            parts.iter().flat_map(|part| change::renamed(&self.item.id, part, &after.number)).collect();
        let body = json!(answer(after));
        let mut commit = caller.commit(201, &body);
        commit.expect = count::may_move(&postings, &self.loaded, caller.lang)?;
        let version = self.lots.get(&self.item.id, &after.number).map_or(0, |known| known.version);
        commit.records.push(lot::write(after, version));
        let mut told: Vec<&str> = Vec::new();
        for part in parts.iter().filter(|part| part.lot != after.number) {
            if told.contains(&part.lot.as_str()) {
                continue;
            }
            told.push(&part.lot);
            if let Some(known) = self.lots.get(&self.item.id, &part.lot) {
                let id = takt_domain::lot::key(self.item.id.as_str(), &part.lot);
                commit.expect.push(Expect { kind: kind::LOT.into(), id, version: known.version });
            }
        }
        let movement = caller.derived_id();
        let reason = Some(reason.to_owned());
        let head = MovementHead { id: movement.clone(), reason, ..MovementHead::default() };
        commit.postings = keep::postings(&postings, &head, caller);
        let parts: Vec<_> = parts
            .iter()
            .map(|part| json!({"lot": part.lot, "location": part.location, "quantity": part.quantity}))
            .collect();
        let data = json!({
            "item": self.item.id, "into": after.number, "parts": parts, "expires": after.expires, "movement": movement,
            "reason": head.reason, "by": caller.actor.user,
        });
        let event = DomainEvent { kind: what.to_owned(), data };
        commit.events = keep::events(vec![event], &movement, self.item.id.as_str(), caller);
        Ok(Plan { commit, status: 201, body })
    }
}

fn refuse(unmet: Option<Unmet>) -> Result<(), Refusal> {
    unmet.map_or(Ok(()), |unmet| Err(Refusal::one(unmet)))
}

/// A part of a lot becomes a new one.
pub async fn split<S: Store>(store: &S, caller: &Caller, given: &SplitLot) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    text_at("lot", &given.lot, lot::LOT_MAX)?;
    run(store, caller, async || {
        let from = given.lot.trim();
        let world = World::load(store, caller, &given.item, &[from, given.into.trim()]).await?;
        let quantity = quantity_at("quantity", given.quantity, world.item.scale)?;
        refuse(serial::not_split(&world.item, from, quantity, caller.lang))?;
        let into = world.number("into", &given.into, caller.lang)?;
        let in_stock = world.balances.iter().any(|balance| balance.lot == into && !balance.location.is_virtual());
        if world.lots.get(&given.item, &into).is_some() || in_stock {
            let detail = match caller.lang {
                Lang::Zh => format!("批次 {into} 已存在,请改用并入"),
                Lang::En => format!("there is a lot {into} already; merge with it"),
            };
            return Err(CommandError::field("into", detail));
        }
        let part = world.part("", from, &given.location, Some(given.quantity), caller.lang)?;
        let known = world.lots.get(&given.item, from).map(|known| &known.lot);
        if given.expires.is_some() && known.is_some() {
            let detail = caller.lang.pick("只有无批次的库存才填到期日", "expected only for stock without a lot");
            return Err(CommandError::field("expires", detail));
        }
        let mut after = change::split(known, &given.item, &into, caller.now);
        after.expires = after.expires.or(given.expires);
        world.plan("lot.split.v1", &after, &[part], given.reason.trim(), caller)
    })
    .await
}

/// Parts of several lots become one.
pub async fn merge<S: Store>(store: &S, caller: &Caller, given: &MergeLots) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    if given.parts.is_empty() || given.parts.len() > PARTS_MAX {
        let detail = match caller.lang {
            Lang::Zh => format!("请填写 1 到 {PARTS_MAX} 部分"),
            Lang::En => format!("expected 1 to {PARTS_MAX} parts"),
        };
        return Err(CommandError::field("parts", detail));
    }
    for (n, part) in given.parts.iter().enumerate() {
        text_at(&format!("parts[{n}].lot"), &part.lot, lot::LOT_MAX)?;
        let same =
            |other: &takt_api::lots::MergePart| other.lot.trim() == part.lot.trim() && other.location == part.location;
        if given.parts[..n].iter().any(same) {
            let detail = caller.lang.pick("每个批次在每个库位只填一次", "expected each lot at each place once");
            return Err(CommandError::field(&format!("parts[{n}]"), detail));
        }
        if part.lot.trim() == given.into.trim() {
            let detail = caller.lang.pick("不能并入自身", "expected another lot than what they become");
            return Err(CommandError::field(&format!("parts[{n}].lot"), detail));
        }
    }
    run(store, caller, async || {
        let mut numbers: Vec<&str> = given.parts.iter().map(|part| part.lot.trim()).collect();
        let world =
            World::load(store, caller, &given.item, &[numbers.as_slice(), &[given.into.trim()]].concat()).await?;
        refuse(serial::not_merged(&world.item, caller.lang))?;
        let into = world.number("into", &given.into, caller.lang)?;
        let mut parts = Vec::with_capacity(given.parts.len());
        for (n, part) in given.parts.iter().enumerate() {
            let at = format!("parts[{n}].");
            parts.push(world.part(&at, part.lot.trim(), &part.location, part.quantity, caller.lang)?);
        }
        numbers.sort_unstable();
        numbers.dedup();
        let after = change::merge(&given.item, &numbers, &into, &world.lots, caller.now, caller.lang)?;
        world.plan("lot.merged.v1", &after, &parts, given.reason.trim(), caller)
    })
    .await
}

/// Sets what the plant has set down about lots and reservations.
pub async fn put_settings<S: Store>(store: &S, caller: &Caller, given: &LotSettings) -> Result<Answer, CommandError> {
    if given.reservation_hours == Some(0) {
        let detail = caller.lang.pick("至少 1 小时,或留空", "expected at least an hour, or nothing");
        return Err(CommandError::field("reservation_hours", detail));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![lot::settings_record()];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        if lot::settings(&loaded)?.version != given.version {
            let detail = caller.lang.pick("设置已被他人修改", "somebody else has changed the settings");
            let remedy = caller.lang.pick("重新打开后再修改", "open them again, then change them");
            return Err(Refusal::one(Unmet::new("version.stale", detail, remedy, &[])).into());
        }
        let after = LotSettings { version: given.version + 1, ..given.clone() };
        let body = json!(after);
        let mut commit = caller.commit(200, &body);
        commit.records.push(keep::few(kind::LOT_SETTINGS, PLANT_PARENT, given, Some(given.version)));
        let data = json!({"warn_days": given.warn_days, "reservation_hours": given.reservation_hours, "by": caller.actor.user});
        let event = DomainEvent { kind: "lot.settings.v1".into(), data };
        commit.events = keep::events(vec![event], &caller.derived_id(), "lots", caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
