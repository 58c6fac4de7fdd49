//! Flows as data: states, the actions that lead between them, who may take them and under which conditions.
//!
//! Guards and effects are closed lists in code; a flow only names them. The built-in flow is `flows/builtin.v1.json`,
//! which sets down the state table of the plant floor.

use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use crate::approval::Approval;
use crate::permission::Permission;
use crate::text::Label;

pub mod check;

/// The fixed set of what a state means, whatever a plant calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Not released to the floor.
    Waiting,
    /// On the floor, not begun.
    Ready,
    /// Being made.
    Running,
    /// Made.
    Done,
    /// Over.
    Closed,
}

/// One state of a flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct State {
    /// Its name in the data.
    pub name: String,
    /// What it means.
    pub category: Category,
    /// What people read.
    pub label: Label,
    /// How long an order may stay in it before somebody is told, in minutes; none leaves it to the plant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit_minutes: Option<u32>,
    /// Where an editor draws it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}

/// A place on the sheet of an editor, in pixels from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// To the right.
    pub x: u16,
    /// Down.
    pub y: u16,
}

/// A condition of an action. Each has a file under `guard/` that says when it holds and who can mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Guard {
    /// Review has been asked for.
    ReviewRequested,
    /// Review has not been asked for.
    ReviewNotRequested,
    /// Every component of the BOM is free or already held for the order: BOM齐套检查通过.
    KitComplete,
    /// Every machine that the routing names can work: 设备可用.
    EquipmentAvailable,
    /// Enough people are present on the line: 人员到位.
    CrewPresent,
    /// The routing is released.
    RoutingReleased,
    /// Every mould that the routing names can work.
    MouldUsable,
    /// At least one first-article inspection has passed: 至少一次首检合格.
    FirstArticlePassed,
    /// A final inspection has passed: 终检合格.
    FinalInspectionPassed,
    /// Quality has signed: 质检签字.
    QualitySigned,
    /// Quality has not signed yet.
    QualityNotSigned,
    /// The order is not paused.
    NotPaused,
    /// The order is paused.
    Paused,
    /// Something has been reported at the last operation.
    SomethingReported,
}

/// What an action does beside changing the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Notes that review is asked for.
    RequestReview,
    /// Takes that note back.
    EndReview,
    /// Holds the kit for the order.
    ReserveKit,
    /// Frees what is still held.
    ReleaseKit,
    /// Notes when production began.
    MarkStarted,
    /// Puts the mark "paused" on the order and its open operations.
    MarkPaused,
    /// Takes the mark off.
    MarkResumed,
    /// Writes an exception down.
    LogException,
    /// Writes a first-article inspection down.
    RecordFirstArticle,
    /// Writes a final inspection down.
    RecordFinalInspection,
    /// Writes the signature of quality down and moves the goods out of quarantine.
    SignQuality,
    /// Books a production report; only the reports call can.
    BookReport,
    /// Notes when production ended and frees what is still held.
    MarkCompleted,
    /// Marks the order as cancelled.
    MarkCancelled,
}

/// A way from some states to another, or an act within them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Its name in the data and in the address of the call.
    pub name: String,
    /// The type of the event that tells of it, with its version.
    pub event: String,
    /// The states in which it is open.
    pub from: Vec<String>,
    /// The state that it leads to; none when the order stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Who may.
    pub permission: Permission,
    /// Under which conditions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<Guard>,
    /// What it does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    /// Where the order goes when the last quantity is reported by this action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when_quantity_reached: Option<String>,
    /// A reason must be given.
    #[serde(default)]
    pub reason_required: bool,
    /// The order's own fields that must be filled, before the action or with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<String>,
    /// Who has to sign before it may be taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// The electronic signature of whoever takes it is needed: the PIN once more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub signature_required: bool,
    /// What people read.
    pub label: Label,
}

impl Action {
    /// True when whoever takes it has to sign. A signature of quality always is one, whatever a flow says.
    pub fn needs_signature(&self) -> bool {
        self.signature_required || self.effects.contains(&Effect::SignQuality)
    }
}

/// A whole flow. An order keeps the version that it was created under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Its name.
    pub name: String,
    /// Its version, from 1.
    pub version: u32,
    /// The state of a new order.
    pub initial: String,
    /// Its states, in the order in which a board shows them.
    pub states: Vec<State>,
    /// Its actions, in the order in which a page shows them.
    pub actions: Vec<Action>,
}

impl Flow {
    /// The flow that every plant has.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// The same, to be held together with flows that were loaded.
    pub fn shared_builtin() -> Arc<Self> {
        Arc::clone(&BUILTIN)
    }

    /// True while material may be held for an order in this state: once it is made, or over, nothing is.
    pub fn takes_material(&self, state: &str) -> bool {
        self.state(state).is_some_and(|state| !matches!(state.category, Category::Done | Category::Closed))
    }

    /// What an order keeps of it.
    pub fn reference(&self) -> FlowRef {
        FlowRef { name: self.name.clone(), version: self.version }
    }

    /// The state of that name.
    pub fn state(&self, name: &str) -> Option<&State> {
        self.states.iter().find(|state| state.name == name)
    }

    /// The action of that name.
    pub fn action(&self, name: &str) -> Option<&Action> {
        self.actions.iter().find(|action| action.name == name)
    }

    /// The action with that effect.
    pub fn action_with(&self, effect: Effect) -> Option<&Action> {
        self.actions.iter().find(|action| action.effects.contains(&effect))
    }

    /// True while an order in this state is not over.
    pub fn is_open(&self, state: &str) -> bool {
        self.state(state).is_some_and(|state| state.category != Category::Closed)
    }
}

/// Which flow, in which version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FlowRef {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
}

impl FlowRef {
    /// True for the flow that every plant has.
    pub fn is_builtin(&self) -> bool {
        let builtin = Flow::builtin();
        self.name == builtin.name && self.version == builtin.version
    }

    /// As one word, for instance `casting.v3`.
    pub fn id(&self) -> String {
        format!("{}.v{}", self.name, self.version)
    }
}

#[expect(clippy::expect_used, reason = "the file is part of the program; a test reads it before anyone else can")]
static BUILTIN: LazyLock<Arc<Flow>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("flows/builtin.v1.json")).map(Arc::new).expect("the built-in flow is well-formed")
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_flow_names_only_states_that_it_has() {
        let flow = Flow::builtin();
        assert!(flow.state(&flow.initial).is_some());
        for action in &flow.actions {
            for state in action.from.iter().chain(&action.to).chain(&action.when_quantity_reached) {
                assert!(flow.state(state).is_some(), "{} names {state}", action.name);
            }
        }
    }

    #[test]
    fn every_open_state_of_the_built_in_flow_has_a_way_out_and_a_way_in() {
        let flow = Flow::builtin();
        for state in &flow.states {
            let leads_here =
                |action: &&Action| action.to.iter().chain(&action.when_quantity_reached).any(|to| *to == state.name);
            assert!(
                state.name == flow.initial || flow.actions.iter().any(|action| leads_here(&action)),
                "{}",
                state.name
            );
            let leaves = |action: &Action| action.from.contains(&state.name) && action.to.is_some();
            assert!(state.name == "archived" || flow.actions.iter().any(leaves), "{}", state.name);
        }
    }
}
