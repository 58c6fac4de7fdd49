//! The state table of the built-in flow, written down once more and independently of it: what an order is, which acts are
//! open, and what they do. A walk holds it against the real thing.
#![allow(dead_code, reason = "each walk takes what it needs")]

/// How many pieces the order is for.
pub(crate) const QUANTITY: u32 = 10;

/// What somebody tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    Submit,
    Withdraw,
    Approve,
    Reject,
    Dispatch,
    Start,
    InspectFirst(bool),
    Report(u32),
    Pause,
    Resume,
    Exception,
    Complete,
    InspectFinal(bool),
    Sign,
    Close,
    Archive,
    Cancel,
}

impl Act {
    pub(crate) const ALL: [Self; 19] = [
        Self::Submit,
        Self::Withdraw,
        Self::Approve,
        Self::Reject,
        Self::Dispatch,
        Self::Start,
        Self::InspectFirst(true),
        Self::InspectFirst(false),
        Self::Report(1),
        Self::Report(4),
        Self::Pause,
        Self::Resume,
        Self::Exception,
        Self::Complete,
        Self::InspectFinal(true),
        Self::InspectFinal(false),
        Self::Sign,
        Self::Close,
        Self::Archive,
    ];

    /// The name that the flow gives it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Withdraw => "withdraw",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Dispatch => "dispatch",
            Self::Start => "start",
            Self::InspectFirst(_) => "inspect-first-article",
            Self::Report(_) => "report",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Exception => "exception",
            Self::Complete => "complete",
            Self::InspectFinal(_) => "inspect-final",
            Self::Sign => "sign",
            Self::Close => "close",
            Self::Archive => "archive",
            Self::Cancel => "cancel",
        }
    }
}

/// What is so beside the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct World {
    pub(crate) equipment: bool,
    pub(crate) crew: bool,
    pub(crate) mould: bool,
    pub(crate) routing: bool,
    pub(crate) material: bool,
}

impl World {
    pub(crate) const GOOD: Self = Self { equipment: true, crew: true, mould: true, routing: true, material: true };
}

/// The order as the model sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Model {
    pub(crate) state: &'static str,
    pub(crate) review: bool,
    pub(crate) paused: bool,
    pub(crate) first: bool,
    /// The latest final inspection.
    pub(crate) last: Option<bool>,
    pub(crate) signed: bool,
    pub(crate) cancelled: bool,
    pub(crate) reported: u32,
}

impl Model {
    pub(crate) fn new() -> Self {
        Self {
            state: "pending_review",
            review: false,
            paused: false,
            first: false,
            last: None,
            signed: false,
            cancelled: false,
            reported: 0,
        }
    }

    /// The order after the act; none where it is forbidden.
    pub(crate) fn after(&self, act: Act, world: World) -> Option<Self> {
        let mut next = self.clone();
        let here = self.state;
        let open = match act {
            Act::Submit => here == "pending_review" && !self.review,
            Act::Withdraw | Act::Approve | Act::Reject => here == "pending_review" && self.review,
            Act::Dispatch => here == "approved" && world.material,
            Act::Start => here == "ready" && world.equipment && world.crew && world.mould && world.routing,
            Act::InspectFirst(_) | Act::Exception => here == "in_progress",
            Act::Report(pieces) => {
                here == "in_progress" && !self.paused && self.first && self.reported + pieces <= QUANTITY
            }
            Act::Pause => here == "in_progress" && !self.paused,
            Act::Resume => here == "in_progress" && self.paused,
            Act::Complete => here == "in_progress" && self.reported > 0,
            Act::InspectFinal(_) => here == "completed" && !self.signed,
            Act::Sign => here == "completed" && !self.signed && self.last == Some(true),
            Act::Close => here == "completed" && self.signed && self.last == Some(true),
            Act::Archive => {
                let over = self.cancelled || self.signed && self.last == Some(true);
                matches!(here, "completed" | "closed") && over
            }
            Act::Cancel => matches!(here, "pending_review" | "approved" | "ready"),
        };
        if !open {
            return None;
        }
        match act {
            Act::Submit => next.review = true,
            Act::Withdraw | Act::Reject => next.review = false,
            Act::Approve => {
                next.review = false;
                next.state = "approved";
            }
            Act::Dispatch => next.state = "ready",
            Act::Start => next.state = "in_progress",
            Act::InspectFirst(pass) => next.first |= pass,
            Act::Report(pieces) => {
                next.reported += pieces;
                if next.reported >= QUANTITY {
                    next.state = "completed";
                }
            }
            Act::Pause => next.paused = true,
            Act::Resume => next.paused = false,
            Act::Exception => {}
            Act::Complete => {
                next.state = "completed";
                next.paused = false;
            }
            Act::InspectFinal(pass) => next.last = Some(pass),
            Act::Sign => next.signed = true,
            Act::Close => next.state = "closed",
            Act::Archive => next.state = "archived",
            Act::Cancel => {
                next.state = "closed";
                next.cancelled = true;
            }
        }
        Some(next)
    }

    /// The act that brings the order on towards its end while all is well beside it.
    pub(crate) fn forward(&self) -> Option<Act> {
        Some(match self.state {
            "pending_review" if self.review => Act::Approve,
            "pending_review" => Act::Submit,
            "approved" => Act::Dispatch,
            "ready" => Act::Start,
            "in_progress" if self.paused => Act::Resume,
            "in_progress" if !self.first => Act::InspectFirst(true),
            "in_progress" => Act::Report((QUANTITY - self.reported).min(4)),
            "completed" if self.last != Some(true) => Act::InspectFinal(true),
            "completed" if !self.signed => Act::Sign,
            "completed" => Act::Close,
            "closed" => Act::Archive,
            _ => return None,
        })
    }
}

/// Numbers that look random and are the same for the same seed (a linear congruential generator with the constants of
/// Knuth's MMIX).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2_862_933_555_777_941_757).wrapping_add(3_037_000_493))
    }

    /// From 0 to `sides` - 1.
    pub(crate) fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    /// Any act; an order is cancelled seldom, since little comes after it.
    pub(crate) fn act(&mut self) -> Act {
        if self.roll(60) == 0 { Act::Cancel } else { Act::ALL[self.roll(Act::ALL.len())] }
    }
}
