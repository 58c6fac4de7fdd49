//! What a plant has set down about purchase, sales, kanban, extra issues and costs.

use serde::{Deserialize, Serialize};

use crate::kanban;
use crate::quantity::Quantity;

/// The plant's settings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SupplySettings {
    /// How much more than ordered may be delivered, in percent, where a line says nothing.
    #[serde(default)]
    pub tolerance_percent: u8,
    /// After how many minutes a kanban call that nobody fulfilled is late.
    #[serde(default = "half_an_hour")]
    pub kanban_late_minutes: u32,
    /// How much beyond the bill of material may be issued with a reason alone, in percent of what the order needs of the
    /// item. What is more waits for an approval.
    #[serde(default)]
    pub extra_percent: u8,
    /// Issues beyond the bill of material need no approval up to this much, in the item's unit, whatever the percentage says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra_quantity: Option<Quantity>,
    /// The currency of prices, as ISO 4217 has it.
    #[serde(default = "yuan")]
    pub currency: String,
    /// What an hour of somebody's work costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labour_rate: Option<Quantity>,
    /// What an hour of a machine costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine_rate: Option<Quantity>,
}

fn half_an_hour() -> u32 {
    30
}

fn yuan() -> String {
    "CNY".to_owned()
}

impl Default for SupplySettings {
    fn default() -> Self {
        Self {
            tolerance_percent: 0,
            kanban_late_minutes: half_an_hour(),
            extra_percent: 0,
            extra_quantity: None,
            currency: yuan(),
            labour_rate: None,
            machine_rate: None,
        }
    }
}

impl SupplySettings {
    /// What is wrong with them: where, and what was expected.
    pub fn faults(&self) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        for (at, percent) in [("tolerance_percent", self.tolerance_percent), ("extra_percent", self.extra_percent)] {
            if percent > 100 {
                faults.push((at.to_owned(), "expected at most 100".into()));
            }
        }
        if self.kanban_late_minutes == 0 || self.kanban_late_minutes > kanban::LATE_MINUTES_MAX {
            faults.push(("kanban_late_minutes".into(), format!("expected 1 to {} minutes", kanban::LATE_MINUTES_MAX)));
        }
        if self.currency.len() != 3 || !self.currency.chars().all(|c| c.is_ascii_uppercase()) {
            faults.push(("currency".into(), "expected three capital letters, for instance CNY".into()));
        }
        let amounts = [
            ("extra_quantity", self.extra_quantity),
            ("labour_rate", self.labour_rate),
            ("machine_rate", self.machine_rate),
        ];
        for (at, amount) in amounts {
            if amount.is_some_and(Quantity::is_negative) {
                faults.push((at.to_owned(), "expected nothing below zero".into()));
            }
        }
        faults
    }
}
