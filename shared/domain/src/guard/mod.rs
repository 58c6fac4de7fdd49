//! The conditions of actions, one file each. A guard says everything that is not met, with who can mend it.

mod crew_present;
mod equipment_available;
mod inspection_passed;
mod kit_complete;
mod mould_usable;
mod pause;
mod quality_signed;
mod review;
mod routing_released;
mod something_reported;

use crate::facts::Facts;
use crate::flow::Guard;
use crate::order::{InspectionKind, Order};
use crate::refusal::Unmet;

/// What of this guard does not hold for the order; nothing when it is met.
pub fn unmet(guard: Guard, order: &Order, facts: &Facts) -> Vec<Unmet> {
    match guard {
        Guard::ReviewRequested => review::requested(order, facts),
        Guard::ReviewNotRequested => review::not_requested(order, facts),
        Guard::KitComplete => kit_complete::check(order, facts),
        Guard::EquipmentAvailable => equipment_available::check(order, facts),
        Guard::CrewPresent => crew_present::check(order, facts),
        Guard::RoutingReleased => routing_released::check(facts),
        Guard::MouldUsable => mould_usable::check(order, facts),
        Guard::FirstArticlePassed => inspection_passed::check(InspectionKind::FirstArticle, order, facts),
        Guard::FinalInspectionPassed => inspection_passed::check(InspectionKind::Final, order, facts),
        Guard::QualitySigned => quality_signed::signed(order, facts),
        Guard::QualityNotSigned => quality_signed::not_signed(order, facts),
        Guard::NotPaused => pause::not_paused(order, facts),
        Guard::Paused => pause::paused(order, facts),
        Guard::SomethingReported => something_reported::check(order, facts),
    }
}
