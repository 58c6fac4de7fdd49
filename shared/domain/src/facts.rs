//! What a decision is made from, beside the order itself. Whoever asks has loaded it: the domain looks nothing up.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{LineId, UserId};
use crate::ledger::Balance;
use crate::lot::Lots;
use crate::master::{CrewMember, Equipment, Item, Location, LocationKind, Mould};
use crate::permission::{Permission, Role};
use crate::quantity::Quantity;
use crate::resource::EquipmentUse;
use crate::text::Lang;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The user.
    pub user: UserId,
    /// The user's roles.
    pub roles: Vec<Role>,
    /// What a machine's token allows. A machine has no roles; for people there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<Permission>>,
}

impl Actor {
    /// Somebody with roles.
    pub fn new(user: UserId, roles: Vec<Role>) -> Self {
        Self { user, roles, scopes: None }
    }

    /// A machine, with what its token allows.
    pub fn machine(user: UserId, scopes: Vec<Permission>) -> Self {
        Self { user, roles: Vec::new(), scopes: Some(scopes) }
    }

    /// True when one of the roles holds the permission, or the machine's token allows it.
    pub fn may(&self, permission: Permission) -> bool {
        match &self.scopes {
            Some(scopes) => scopes.contains(&permission),
            None => self.roles.iter().any(|role| role.may(permission)),
        }
    }
}

/// What has been reported at one operation, in the product's scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Good pieces.
    pub good: Quantity,
    /// Scrapped pieces.
    pub scrap: Quantity,
    /// Pieces sent to rework; they are reported again when they are good or scrapped.
    pub rework: Quantity,
    /// Pieces that came back from a later operation and are to be done here again.
    #[serde(default = "nothing")]
    pub redo: Quantity,
    /// Pieces that went to the supplier of this operation.
    #[serde(default = "nothing")]
    pub sent: Quantity,
    /// Pieces that came back from there.
    #[serde(default = "nothing")]
    pub received: Quantity,
    /// How long people worked, as their reports say, in seconds.
    #[serde(default)]
    pub run_s: i64,
    /// 1 while its machine is given back, which the report that completed it did; the order itself does not say so.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub freed: i64,
}

fn is_zero(count: &i64) -> bool {
    *count == 0
}

fn nothing() -> Quantity {
    Quantity::zero(0)
}

impl Progress {
    /// Nothing yet.
    pub fn none(scale: u8) -> Self {
        let zero = Quantity::zero(scale);
        Self { good: zero, scrap: zero, rework: zero, redo: zero, sent: zero, received: zero, run_s: 0, freed: 0 }
    }

    /// Moves what a counter of that name counts.
    pub fn count(&mut self, what: &str, delta: i64) {
        let of = match what {
            "good" => &mut self.good,
            "scrap" => &mut self.scrap,
            "rework" => &mut self.rework,
            "redo" => &mut self.redo,
            "sent" => &mut self.sent,
            "received" => &mut self.received,
            "run_s" => {
                self.run_s = self.run_s.saturating_add(delta);
                return;
            }
            "freed" => {
                self.freed = self.freed.saturating_add(delta);
                return;
            }
            _ => return,
        };
        *of = Quantity::from_units(of.units().saturating_add(delta), of.scale());
    }

    /// Pieces that are accounted for: good and scrapped.
    pub fn done(&self) -> Quantity {
        Quantity::from_units(self.good.units().saturating_add(self.scrap.units()), self.good.scale())
    }
}

/// Everything beside the order that its guards look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The time of the decision.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub now: Timestamp,
    /// Who asks.
    pub actor: Actor,
    /// What the books say of every material of the order and of its product.
    pub balances: Vec<Balance>,
    /// The plant's locations.
    pub locations: Vec<Location>,
    /// The machines that the order names.
    pub equipment: Vec<Equipment>,
    /// The moulds that the order names.
    pub moulds: Vec<Mould>,
    /// The crew of the order's line.
    pub crew: Vec<CrewMember>,
    /// The routing of the product is released.
    pub routing_released: bool,
    /// What has been reported, by operation.
    pub progress: BTreeMap<u16, Progress>,
    /// The reader's language.
    #[serde(default)]
    pub lang: Lang,
    /// Those who have named the actor as their deputy for now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acting_for: Vec<Actor>,
    /// The plant has chosen that a first article that fails closes reporting again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first_article_failure_closes: bool,
    /// Which order has which of the machines that only one may have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<EquipmentUse>,
    /// When something was last reported on the order; none where nothing was, or where nobody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::timestamp_option")]
    pub last_report: Option<Timestamp>,
    /// The plant's own day; none where nobody asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::date_option")]
    pub today: Option<Date>,
    /// What is known of the lots among the balances. It does not travel: whoever is told gets balances without what is not to
    /// be used, see [`Facts::without_kept_back`].
    #[serde(skip)]
    pub lots: Lots,
    /// The item that the order makes, where somebody has looked.
    #[serde(skip)]
    pub product: Option<Item>,
}

impl Facts {
    /// What is so where nothing is known beside the order: no stock, no resources, a released routing.
    pub fn bare(now: Timestamp, actor: Actor, lang: Lang) -> Self {
        Self {
            now,
            actor,
            balances: Vec::new(),
            locations: Vec::new(),
            equipment: Vec::new(),
            moulds: Vec::new(),
            crew: Vec::new(),
            routing_released: true,
            progress: BTreeMap::new(),
            lang,
            acting_for: Vec::new(),
            first_article_failure_closes: false,
            uses: Vec::new(),
            last_report: None,
            today: None,
            lots: Lots::default(),
            product: None,
        }
    }

    /// Takes away what has expired or is kept back, since nobody may use it.
    pub fn without_kept_back(mut self) -> Self {
        let lots = std::mem::take(&mut self.lots);
        self.balances.retain(|balance| lots.usable(balance));
        self
    }

    /// What has been reported at an operation.
    pub fn progress_at(&self, operation: u16, scale: u8) -> Progress {
        self.progress.get(&operation).copied().unwrap_or_else(|| Progress::none(scale))
    }

    /// How near a location is to a line for taking material: 0 beside the line, 1 in a store, 2 among finished goods.
    /// None where nothing may be taken: another line's side, quarantine, virtual and unknown locations.
    pub fn nearness(&self, location: &str, line: &LineId) -> Option<u8> {
        let location = self.locations.iter().find(|known| known.id.as_str() == location)?;
        match location.kind {
            LocationKind::Line => (location.line.is_none() || location.line.as_ref() == Some(line)).then_some(0),
            LocationKind::Store => Some(1),
            LocationKind::Finished => Some(2),
            LocationKind::Quarantine | LocationKind::Receiving => None,
        }
    }

    /// The location of a kind that belongs to the line, else one that belongs to none.
    pub fn location_for(&self, kind: LocationKind, line: &LineId) -> Option<&Location> {
        let of_kind = || self.locations.iter().filter(move |location| location.kind == kind);
        of_kind()
            .find(|location| location.line.as_ref() == Some(line))
            .or_else(|| of_kind().find(|location| location.line.is_none()))
    }
}
