//! Statistics over HTTP: the background rolls up by itself, what is taken back is gone, and a rebuild gives the same.

use jiff::Timestamp;
use serde_json::{Value, json};
use takt_api::host::Host;
use takt_api::insight::{
    CycleTimeRow, Measure, OrderCountRow, OutputRow, RequestRow, Rollups, ScrapRow, StateTimeRow, Statistics,
};
use takt_api::production::{Pieces, Production};
use takt_api::reports::Report;
use takt_tests::client::{Client, Raw, key};
use takt_tests::host::{Fresh, run, run_well};
use takt_tests::ledger::{self, escaped};
use takt_tests::plant::{self, People, SMALL};
use takt_tests::wait::until;

/// Monday in Shanghai, where the plant is: the day shift goes from 08:00 to 20:00.
const DAY: &str = "2026-03-02";

fn report(order: &str, good: u32, scrap: &[(&str, u32)], ended: &str) -> Value {
    let ended: Timestamp = format!("{DAY}T{ended}+08:00").parse().expect("a time");
    let scrap: Vec<_> =
        scrap.iter().map(|(reason, quantity)| json!({"reason": reason, "quantity": quantity.to_string()})).collect();
    let began = ended.checked_sub(jiff::SignedDuration::from_mins(10)).expect("a time");
    json!({
        "order": order, "operation": SMALL.operation, "good": good.to_string(), "scrap": scrap,
        "started_at": began, "ended_at": ended,
    })
}

fn rollups(client: &Client) -> Rollups {
    client.get("/api/v1/rollups").ok().json()
}

/// Waits until the background has nothing left to read.
fn rolled_up(client: &Client, since: Timestamp) {
    // Events have milliseconds.
    let since = since.as_millisecond();
    until("the background has rolled up", || rollups(client).as_of.filter(|as_of| as_of.as_millisecond() >= since));
    let mut before = rollups(client).events;
    until("the background is at rest", || {
        std::thread::sleep(std::time::Duration::from_millis(1200));
        let now = rollups(client).events;
        let rests = now == before;
        before = now;
        rests.then_some(())
    });
}

fn rows<T: serde::de::DeserializeOwned>(client: &Client, path: &str) -> Vec<T> {
    let page: Statistics<T> = client.get(&format!("/api/v1/insight/{path}")).ok().json();
    assert_eq!(page.time_zone, "Asia/Shanghai");
    assert_eq!(page.next, None);
    page.rows
}

struct Worked {
    host: Fresh,
    people: People,
    order: String,
    second: String,
}

/// Two orders on a Monday: one is completed, of the other a report is taken back.
fn worked() -> Worked {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);
    let second = people.running(SMALL.product, "20", SMALL.line);
    let send = |client: &Client, body: Value| -> Report { client.post("/api/v1/reports", body).ok().json() };
    send(&people.operator, report(&order, 3, &[("bent", 1)], "09:05:00"));
    send(&people.operator, report(&order, 4, &[], "09:14:59"));
    send(&people.lead, report(&order, 2, &[], "20:00:00"));
    send(&people.lead, report(&second, 5, &[("bent", 2), ("刮伤", 1)], "10:00:00"));
    let wrong = send(&people.operator, report(&second, 6, &[("bent", 3)], "09:10:00"));
    let path = format!("/api/v1/reports/{}/reversal", wrong.id);
    let now = Timestamp::now();
    people.lead.post(&path, json!({"reason": "counted twice"})).ok();
    rolled_up(&people.manager, now);
    Worked { host, people, order, second }
}

#[test]
fn output_yield_and_scrap_agree_with_what_was_reported() {
    let Worked { host: _host, people, .. } = worked();
    let day = format!("from={DAY}&to={DAY}");
    let hours: Vec<OutputRow> = rows(&people.manager, &format!("output?{day}&period=hour&by=operator"));
    let told: Vec<_> = hours
        .iter()
        .map(|row| {
            let hour = row.period.from.to_string();
            let who = row.operator.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{hour} {who} {} {} {} {}", row.good, row.scrap, row.run_s, row.reports)
        })
        .collect();
    let expected = [
        "2026-03-02T01:00:00Z operator 7 1 1200 2",
        "2026-03-02T02:00:00Z lead 5 3 600 1",
        "2026-03-02T12:00:00Z lead 2 0 600 1",
    ];
    assert_eq!(told, expected);

    let shifts: Vec<OutputRow> = rows(&people.planner, &format!("output?{day}&period=shift&by=line"));
    let told: Vec<_> = shifts
        .iter()
        .map(|row| {
            let shift = row.shift.as_ref().expect("work was in a shift");
            let line = row.line.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{} {} {line} {} {}", shift.date, shift.name, row.good, row.yield_ratio.expect("there are pieces"))
        })
        .collect();
    assert_eq!(told, ["2026-03-02 夜班 L1 2 1.0000", "2026-03-02 白班 L1 12 0.7500"]);

    let total: Vec<OutputRow> = rows(&people.lead, &format!("yield?{day}"));
    assert_eq!(total.len(), 1);
    assert_eq!((total[0].good.to_string(), total[0].operation), ("14".into(), Some(SMALL.operation)));
    assert_eq!(total[0].yield_ratio.map(|ratio| ratio.to_string()).as_deref(), Some("0.7777"));
    assert_eq!((total[0].item.as_str(), &total[0].line, &total[0].shift), (SMALL.product, &None, &None));

    let path = format!("/api/v1/insight/production?{day}");
    let all: Production = people.manager.get(&path).ok().json();
    let told = |pieces: &Pieces| [pieces.made, pieces.good, pieces.scrap].map(|quantity| quantity.to_string());
    assert_eq!(told(&all.total), ["14", "14", "4"]);
    assert_eq!(all.total.first_pass_ratio.map(|ratio| ratio.to_string()).as_deref(), Some("0.7777"));
    assert_eq!((all.days.len(), all.lines.len(), told(&all.days[0].pieces)), (1, 1, told(&all.total)));
    let reasons: Vec<_> = all.scrap.iter().map(|row| (row.reason.as_str(), row.cumulative_permille)).collect();
    assert_eq!(reasons, [("bent", 750), ("刮伤", 1000)]);

    let scrap: Vec<ScrapRow> = rows(&people.inspector, &format!("scrap?{day}&period=day"));
    let told: Vec<_> = scrap.iter().map(|row| format!("{} {} {}", row.reason, row.scrap, row.times)).collect();
    assert_eq!(told, ["bent 3 2", "刮伤 1 1"]);
    let one: Vec<ScrapRow> = rows(&people.inspector, &format!("scrap?{day}&reason={}", escaped("刮伤")));
    assert_eq!(one.len(), 1);
    let night: Vec<OutputRow> = rows(&people.manager, &format!("output?{day}&shift={}", escaped("夜班")));
    assert_eq!(night[0].good.to_string(), "2");
    let other: Vec<OutputRow> = rows(&people.manager, &format!("output?{day}&line=L2"));
    assert_eq!(other, []);
    let morning = format!("from={}&to={}", escaped("2026-03-02T09:00:00+08:00"), escaped("2026-03-02T09:15:00+08:00"));
    let morning: Vec<OutputRow> = rows(&people.manager, &format!("output?{morning}"));
    assert_eq!((morning.len(), morning[0].good.to_string()), (1, "7".to_owned()));
}

#[test]
fn requests_by_hour_are_what_was_booked_in_it() {
    let Worked { host: _host, people, .. } = worked();
    let all: Vec<RequestRow> = rows(&people.manager, "requests?period=hour");
    let count = |kind: &str| all.iter().filter(|row| row.kind == kind).map(|row| row.requests).sum::<i64>();
    // Two orders were brought to where they take reports, five reports booked, one of them taken back.
    let expected = [
        ("order.created.v1", 2),
        ("order.dispatched.v1", 2),
        ("order.started.v1", 2),
        ("order.reported.v1", 5),
        ("stock.moved.v1", 1),
        ("plant.imported.v1", 1),
    ];
    for (kind, times) in expected {
        assert_eq!(count(kind), times, "{kind}: {all:?}");
    }
    assert!(all.iter().all(|row| row.period.to.duration_since(row.period.from).as_secs() == 3600));
    let one: Vec<RequestRow> = rows(&people.manager, "requests?kind=order.reported.v1");
    assert_eq!(one.iter().map(|row| row.requests).collect::<Vec<_>>(), [5]);
    assert!(people.operator.get("/api/v1/insight/requests").status == 403, "statistics are for who may see them");
}

#[test]
fn times_in_states_and_of_orders_agree_with_their_histories() {
    let Worked { host: _host, people, order, second } = worked();
    for id in [&order, &second] {
        let history = plant::order(&people.manager, id).order.history;
        let mut expected: Vec<(String, i64)> = Vec::new();
        let mut entered = &history[0];
        for entry in history.iter().filter(|entry| entry.state != history[0].state) {
            if entry.state != entered.state {
                expected.push((entered.state.clone(), entry.at.duration_since(entered.at).as_secs()));
                entered = entry;
            }
        }
        expected.sort();
        let found: Vec<StateTimeRow> = rows(&people.manager, &format!("states?by=order&order={}", escaped(id)));
        assert!(found.iter().all(|row| row.order.as_ref().map(ToString::to_string).as_ref() == Some(id)));
        let found: Vec<_> = found.into_iter().map(|row| (row.state, row.total_s)).collect();
        assert_eq!(found, expected);
    }
    let done = plant::order(&people.manager, &order).order;
    let ended = done.completed.as_ref().expect("it is completed").at;
    let lead_s = ended.duration_since(done.history[0].at).as_secs();
    let cycle_s = ended.duration_since(done.started.as_ref().expect("it was started").at).as_secs();
    let times: Vec<CycleTimeRow> = rows(&people.manager, "cycle-times?by=item,order");
    let told: Vec<_> = times.iter().map(|row| (row.measure, row.total_s, row.orders, row.mean_s)).collect();
    assert_eq!(told, [(Measure::Cycle, cycle_s, 1, cycle_s), (Measure::Lead, lead_s, 1, lead_s)]);
    let counts: Vec<OrderCountRow> = rows(&people.manager, "orders");
    let told: Vec<_> = counts.iter().map(|row| format!("{} {} {}", row.line, row.state, row.orders)).collect();
    assert_eq!(told, ["L1 completed 1", "L1 in_progress 1"]);
    let none: Vec<StateTimeRow> = rows(&people.manager, "states?from=2020-01-01&to=2020-01-02");
    assert_eq!(none, []);
}

#[test]
fn a_rebuild_gives_the_same_answers_here_and_from_elsewhere() {
    let Worked { host, people, .. } = worked();
    let ask = || -> Vec<Value> {
        let paths = [
            "output?from=2026-03-02&to=2026-03-02&period=hour&by=line,operator,operation",
            "scrap?from=2026-03-01&period=total&to=2026-04-01&by=line,operator",
            "states?by=line,item,order",
            "cycle-times?by=order",
            "orders",
        ];
        // Without their age: a sign-in is an event as well.
        let rows = |path: &&str| -> Value {
            let page: Statistics<Value> = people.manager.get(&format!("/api/v1/insight/{path}")).ok().json();
            assert!(!page.rows.is_empty(), "{path}");
            page.rows.into()
        };
        paths.iter().map(rows).collect()
    };
    let (before, status) = (ask(), rollups(&people.manager));
    assert_eq!((status.generation, status.unreadable, status.rebuilding), (1, 0, None));
    let target = ["rollup", "rebuild", "--target", &host.base, "--user", "admin"];
    let said = run_well(&target, &[("TAKT_PIN", plant::PIN)]);
    assert!(said.starts_with("rollup: rebuilt, generation 2 has "), "{said}");
    assert_eq!(ask(), before);
    let after = rollups(&people.manager);
    assert!(after.generation == 2 && after.events >= status.events, "{after:?} after {status:?}");

    let data = host.data.path().display().to_string();
    let said = run_well(&["rollup", "rebuild", "--data", &data], &[]);
    assert!(said.starts_with("rollup: rebuilt, generation 3 has "), "{said}");
    assert_eq!(ask(), before);
    let said = run_well(&["rollup", "status", "--data", &data], &[]);
    assert!(
        said.starts_with(&format!("rollup: generation 3 has {} events, as of ", rollups(&people.manager).events)),
        "{said}"
    );
    let refused = run(&["rollup", "rebuild", "--target", &host.base, "--user", "manager"], &[("TAKT_PIN", plant::PIN)]);
    assert!(!refused.status.success(), "a manager does not hold the permission");
    ledger::check(&people.manager);
}

#[test]
fn the_same_key_begins_one_rebuild() {
    let host = Fresh::small();
    let people = People::at(&host);
    let key = key();
    let begin = || people.admin.send("POST", "/api/v1/rollups/rebuild", Some(&key), Some(&json!({})));
    let first = begin().expect_status(200);
    let again = begin().expect_status(200);
    assert_eq!(first.body, again.body);
    let generation = first.json::<Value>()["generation"].as_u64().expect("a number");
    until("the rebuild has taken over", || (u64::from(rollups(&people.admin).generation) == generation).then_some(()));
    assert_eq!(begin().expect_status(200).body, first.body);
    assert_eq!(rollups(&people.admin).rebuilding, None, "the answer of then is no second rebuild");
}

#[test]
fn pages_of_statistics_hold_every_row_once() {
    let Worked { host: _host, people, .. } = worked();
    let path = "/api/v1/insight/output?from=2026-03-02&to=2026-03-02&period=hour&by=operator";
    let whole: Statistics<OutputRow> = people.manager.get(path).ok().json();
    let (mut found, mut after) = (Vec::new(), String::new());
    loop {
        let page: Statistics<OutputRow> = people.manager.get(&format!("{path}&limit=1{after}")).ok().json();
        assert!(page.rows.len() <= 1);
        found.extend(page.rows);
        match page.next {
            Some(next) => after = format!("&after={}", escaped(&next)),
            None => break,
        }
    }
    assert_eq!(found, whole.rows);
    assert_eq!(found.len(), 3);
}

#[test]
fn questions_that_cannot_be_are_refused() {
    let host = Fresh::small();
    let people = People::at(&host);
    let check = |query: &str, at: &str| {
        let problem = people.manager.get(&format!("/api/v1/insight/{query}")).expect_problem(422, "invalid");
        assert_eq!(problem.errors.iter().map(|error| error.at.as_str()).collect::<Vec<_>>(), [at], "{query}");
    };
    check("output?period=week", "period");
    check("states?period=shift", "period");
    check("output?from=yesterday", "from");
    check("output?from=2026-02-30", "from");
    check("output?to=2026-03-02T08:00:00", "to");
    check("output?from=2026-03-03&to=2026-03-01", "to");
    check("output?from=2020-01-01&to=2026-01-01&period=hour", "to");
    check("output?from=-009999-01-01&period=day", "from");
    check("output?by=order", "by");
    check("states?by=operator", "by");
    check("output?by=line,colour", "by");
    check("output?operation=ten", "operation");
    check("output?operation=70000", "operation");
    check("output?limit=0", "limit");
    check("output?after=nonsense", "after");
    let unknown =
        |query: &str| people.manager.get(&format!("/api/v1/insight/{query}")).expect_problem(400, "bad-request");
    unknown("output?order=WO-1");
    unknown("scrap?state=running");
    unknown("orders?from=2026-01-01");
    people.operator.get("/api/v1/insight/output").expect_problem(403, "forbidden");
    check("production?from=yesterday", "from");
    check("production?from=2026-03-03&to=2026-03-01", "to");
    check("production?from=2026-01-01&to=2026-04-03", "to");
    check("peaks?to=2026-03-02T08:00:00Z", "to");
    check("peaks?from=-009999-01-01&to=-009999-01-02", "to");
    unknown("production?by=line");
    unknown("peaks?line=L1");
    people.operator.get("/api/v1/insight/production").expect_problem(403, "forbidden");
    people.operator.get("/api/v1/insight/peaks").expect_problem(403, "forbidden");
}

#[test]
fn a_host_says_to_who_operates_it_what_it_measured_and_to_nobody_else() {
    let host = Fresh::small();
    let people = People::at(&host);
    let asked = Timestamp::now();
    for _ in 0..20 {
        people.operator.get("/api/v1/plant").ok();
        people.manager.get("/api/v1/items").ok();
        people.manager.get("/api/v1/insight/peaks").ok();
    }
    let ask = || people.admin.get("/api/v1/host").ok().json::<Host>();
    // A sample is five seconds long, and the next one has what the first was too early for.
    let figures = until("the host has measured the requests", || {
        ask().figures.filter(|figures| {
            let since = figures.fine.iter().filter(|sample| sample.at > asked);
            (0..3).all(|class| since.clone().map(|sample| sample.classes[class].requests).sum::<u64>() >= 20)
        })
    });
    assert!(figures.cpus > 0 && figures.machine_memory_kib > 100_000, "{figures:?}");
    for sample in &figures.fine {
        assert!(sample.memory_kib > 10_000 && sample.span_s >= 5, "{sample:?}");
        for class in sample.classes.iter().filter(|class| class.requests > class.refused) {
            assert!(0 < class.p50_us && class.p50_us <= class.p95_us && class.p95_us <= class.p99_us, "{class:?}");
        }
    }
    people.admin.get("/api/v1/host?all=1").expect_problem(400, "bad-request");
    for other in [&people.manager, &people.operator] {
        other.get("/api/v1/host").expect_problem(403, "forbidden");
    }
}

#[test]
fn the_background_is_not_set_to_work_from_outside_without_its_token() {
    let host = Fresh::small();
    let ask = |method: &str, path: &str, token: Option<&str>| {
        let headers = token.map(|token| ("authorization", format!("Bearer {token}"))).into_iter().collect();
        let raw = Raw { method, path, headers, body: Vec::new() };
        host.client().raw(&raw).unwrap_or_else(|error| panic!("{path}: {error}")).status
    };
    assert_eq!(ask("POST", "/internal/v1/tick", None), 401);
    assert_eq!(ask("POST", "/internal/v1/tick", Some("")), 401);
    assert_eq!(ask("POST", "/internal/v1/tick", Some("guess")), 401);
    assert_eq!(ask("GET", "/internal/v1/tick", None), 405);
    assert!(matches!(ask("POST", "/internal/v1/wake", None), 404 | 405));
}
