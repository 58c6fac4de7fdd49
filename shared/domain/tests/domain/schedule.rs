//! Plans: whatever the orders, calendar and pins, no machine has two at once, nobody works outside working time, and what
//! comes after comes after.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use takt_domain::calendar::{Calendar, Shift, WorkTime};
use takt_domain::master::Way;
use takt_domain::order::Priority;
use takt_domain::schedule::{Direction, Job, Placed, Plan, Work, schedule};

const START_S: i64 = 1_792_454_400;

/// Two shifts with a pause between them, on six days a week.
fn work() -> WorkTime {
    let shift = |start: &str, end: &str| Shift {
        name: start.into(),
        start: start.into(),
        end: end.into(),
        weekdays: vec![1, 2, 3, 4, 5, 6],
    };
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let calendar = Calendar { zone, shifts: vec![shift("08:00", "12:00"), shift("13:00", "17:00")], days: Vec::new() };
    let at = |days: i64| Timestamp::from_second(START_S + days * 86_400).unwrap();
    calendar.between(at(-10), at(200))
}

fn jobs(pinned: bool) -> impl Strategy<Value = Vec<Job>> {
    let pin = prop::option::weighted(0.2, 0..2_000_000_i64).prop_map(move |pin| pin.filter(|_| pinned));
    let one =
        (0..4_u8, 60..40_000_i64, 1..30_i64, any::<bool>(), pin).prop_map(|(machine, work_s, parts, waits, pin)| {
            Work {
                operation: 0,
                equipment: (machine > 0).then(|| format!("M{machine}").parse().unwrap()),
                work_s,
                piece_s: work_s / parts,
                way: if waits { Way::Sequence } else { Way::Overlap },
                pinned_s: pin.map(|at| START_S + at),
            }
        });
    let priority = prop::sample::select(vec![Priority::Urgent, Priority::High, Priority::Normal, Priority::Low]);
    let due = prop::option::of(0..3_000_000_i64);
    let job = (prop::collection::vec(one, 1..5), priority, due);
    prop::collection::vec(job, 1..9).prop_map(|jobs| {
        let job = |(n, (works, priority, due)): (usize, (Vec<Work>, Priority, Option<i64>))| Job {
            order: format!("WO-{n}").parse().unwrap(),
            priority,
            due_s: due.map(|due| START_S + due),
            works: (1..).zip(works).map(|(at, one)| Work { operation: at * 10, ..one }).collect(),
        };
        jobs.into_iter().enumerate().map(job).collect()
    })
}

/// Seconds between two moments in which people work, counted interval by interval.
fn worked(work: &WorkTime, from_s: i64, to_s: i64) -> i64 {
    work.intervals().map(|(start, end)| (end.min(to_s) - start.max(from_s)).max(0)).sum()
}

fn is_well(jobs: &[Job], plan: &Plan, work: &WorkTime) -> Result<(), TestCaseError> {
    let of =
        |job: &Job| -> Vec<Placed> { plan.placed.iter().filter(|placed| placed.order == job.order).cloned().collect() };
    prop_assert!(plan.unplaced.is_empty(), "{:?}", plan.unplaced);
    for job in jobs {
        let placed = of(job);
        prop_assert_eq!(placed.len(), job.works.len());
        for (at, (one, here)) in job.works.iter().zip(&placed).enumerate() {
            prop_assert_eq!((here.operation, &here.equipment), (one.operation, &one.equipment));
            prop_assert_eq!(worked(work, here.start_s, here.finish_s), one.work_s, "all of it in working time");
            prop_assert!(work.intervals().any(|(start, end)| start <= here.start_s && here.start_s < end));
            prop_assert!(work.intervals().any(|(start, end)| start < here.finish_s && here.finish_s <= end));
            prop_assert!(here.pinned || here.start_s >= START_S, "nothing is planned for the past");
            let Some(before) = at.checked_sub(1).map(|before| &placed[before]) else { continue };
            let early = match one.way {
                Way::Sequence => here.start_s < before.finish_s,
                Way::Overlap => here.start_s < before.start_s || here.finish_s < before.finish_s,
            };
            let told = plan.conflicts.contains(&(job.order.clone(), one.operation));
            prop_assert!(!early || told, "{here:?} comes after {before:?}");
        }
        let finish_s = placed.iter().map(|one| one.finish_s).max().unwrap();
        let late = plan.late.iter().find(|(order, _)| *order == job.order).map(|(_, by_s)| *by_s);
        let is_late = job.due_s.map(|due_s| finish_s - due_s).filter(|by_s| *by_s > 0);
        prop_assert_eq!(late, is_late, "who is late is told, by how much");
    }
    for (n, one) in plan.placed.iter().enumerate() {
        for other in &plan.placed[n + 1..] {
            let same = one.equipment.is_some() && one.equipment == other.equipment;
            let meet = one.start_s < other.finish_s && other.start_s < one.finish_s;
            let told = |placed: &Placed| plan.conflicts.contains(&(placed.order.clone(), placed.operation));
            let by_hand = one.pinned && other.pinned && (told(one) || told(other));
            prop_assert!(!(same && meet) || by_hand, "{one:?} and {other:?} on one machine");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_plan_forward_holds(jobs in jobs(false)) {
        let plan = schedule(&jobs, &[], &work(), START_S, Direction::Forward);
        is_well(&jobs, &plan, &work())?;
        prop_assert!(plan.conflicts.is_empty());
    }

    #[test]
    fn a_plan_backward_holds_and_ends_before_it_is_due_or_tells(jobs in jobs(false)) {
        let plan = schedule(&jobs, &[], &work(), START_S, Direction::Backward);
        is_well(&jobs, &plan, &work())?;
        prop_assert!(plan.conflicts.is_empty());
    }

    #[test]
    fn what_a_planner_has_put_somewhere_stays_there(jobs in jobs(true), back in any::<bool>()) {
        let direction = if back { Direction::Backward } else { Direction::Forward };
        let plan = schedule(&jobs, &[], &work(), START_S, direction);
        is_well(&jobs, &plan, &work())?;
        let again = schedule(&jobs, &[], &work(), START_S, direction);
        prop_assert_eq!(&plan, &again, "the same orders have the same plan");
        for (job, one) in jobs.iter().flat_map(|job| job.works.iter().map(move |one| (job, one))) {
            let Some(pinned_s) = one.pinned_s else { continue };
            let here = plan.placed.iter().find(|here| here.order == job.order && here.operation == one.operation);
            let here = here.unwrap();
            prop_assert!(here.pinned && here.start_s >= pinned_s && worked(&work(), pinned_s, here.start_s) == 0);
        }
    }

    #[test]
    fn what_others_have_on_the_machines_stays(first in jobs(false), second in jobs(false)) {
        let before = schedule(&first, &[], &work(), START_S, Direction::Forward);
        let renamed: Vec<Job> = second.into_iter()
            .map(|job| Job { order: format!("X-{}", job.order).parse().unwrap(), ..job })
            .collect();
        let plan = schedule(&renamed, &before.placed, &work(), START_S, Direction::Backward);
        let all = Plan {
            placed: before.placed.iter().chain(&plan.placed).cloned().collect(),
            late: before.late.iter().chain(&plan.late).cloned().collect(),
            ..Plan::default()
        };
        is_well(&first.into_iter().chain(renamed).collect::<Vec<_>>(), &all, &work())?;
    }
}

#[test]
fn urgent_orders_come_first_and_the_due_date_is_met_from_behind() {
    let job = |id: &str, priority| Job {
        order: id.parse().unwrap(),
        priority,
        due_s: Some(START_S + 5 * 86_400),
        works: vec![Work {
            operation: 10,
            equipment: Some("M".parse().unwrap()),
            work_s: 3_600,
            piece_s: 60,
            way: Way::Overlap,
            pinned_s: None,
        }],
    };
    let jobs = [job("A", Priority::Normal), job("B", Priority::Urgent)];
    let plan = schedule(&jobs, &[], &work(), START_S, Direction::Forward);
    assert!(plan.placed[1].finish_s <= plan.placed[0].start_s, "{plan:?}");
    let plan = schedule(&jobs, &[], &work(), START_S, Direction::Backward);
    assert_eq!((plan.placed[0].finish_s, plan.late.len()), (plan.placed[1].start_s, 0));
}
