//! `docs/flow.md` is what the flow data says: `UPDATE_DOCS=1 cargo test -p takt-domain` writes it.

use std::fmt::Write;
use std::path::Path;

use takt_domain::flow::{Action, Flow};
use takt_domain::permission::{Permission, Role};
use takt_domain::text::Lang;

const HEAD: &str = "\
# The built-in flow

Generated from `shared/domain/src/flows/builtin.v1.json` and the list of permissions; do not edit it by hand. A work
order keeps the version of the flow that it was created under. Every guard has a file under `shared/domain/src/guard`
that says when it holds, and every refusal lists all guards that do not hold, with who can help.
";

/// The name of a unit variant as it travels.
fn name(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn list(names: impl IntoIterator<Item = String>) -> String {
    let names: Vec<_> = names.into_iter().collect();
    if names.is_empty() { "-".to_owned() } else { names.join(", ") }
}

fn states(flow: &Flow, out: &mut String) {
    writeln!(out, "\n## States\n\n| state | 中文 | means | actions |\n|---|---|---|---|").unwrap();
    for state in &flow.states {
        let actions = flow.actions.iter().filter(|action| action.from.contains(&state.name));
        let actions = list(actions.map(|action| format!("`{}`", action.name)));
        writeln!(out, "| `{}` | {} | {} | {actions} |", state.name, state.label.zh, name(&state.category)).unwrap();
    }
}

fn actions(flow: &Flow, out: &mut String) {
    writeln!(
        out,
        "\n## Actions\n\n| action | 中文 | in state | leads to | roles | guards | effects |\n|---|---|---|---|---|---|---|"
    )
    .unwrap();
    for action in &flow.actions {
        let from = list(action.from.iter().map(|state| format!("`{state}`")));
        let guards = action.guards.iter().map(|guard| format!("`{}`", name(guard)));
        let reason = action.reason_required.then(|| "a reason".to_owned());
        let signature = action.needs_signature().then(|| "the PIN once more".to_owned());
        let roles = action.permission.holders().iter().map(|role| role.label(Lang::En).to_owned());
        writeln!(
            out,
            "| `{}` | {} | {from} | {} | {} | {} | {} |",
            action.name,
            action.label.zh,
            to(action),
            list(roles),
            list(guards.chain(reason).chain(signature)),
            list(action.effects.iter().map(|effect| format!("`{}`", name(effect)))),
        )
        .unwrap();
    }
}

fn to(action: &Action) -> String {
    match (&action.to, &action.when_quantity_reached) {
        (Some(to), _) => format!("`{to}`"),
        (None, Some(to)) => format!("`{to}` with the last quantity"),
        (None, None) => "-".to_owned(),
    }
}

/// A table with a column for each role.
fn matrix<T>(
    out: &mut String,
    head: &str,
    rows: &[T],
    name: impl Fn(&T) -> String,
    permission: impl Fn(&T) -> Permission,
) {
    let roles: Vec<_> = Role::ALL.iter().map(|role| role.label(Lang::En)).collect();
    writeln!(out, "\n| {head} | {} |\n|---|{}", roles.join(" | "), ":-:|".repeat(roles.len())).unwrap();
    for row in rows {
        let cells: Vec<_> = Role::ALL.iter().map(|role| if role.may(permission(row)) { "yes" } else { "" }).collect();
        writeln!(out, "| {} | {} |", name(row), cells.join(" | ")).unwrap();
    }
}

fn document() -> String {
    let flow = Flow::builtin();
    let mut out = HEAD.to_owned();
    states(flow, &mut out);
    actions(flow, &mut out);
    writeln!(out, "\n## Who may take which action").unwrap();
    matrix(&mut out, "action", &flow.actions, |it| format!("`{}` {}", it.name, it.label.zh), |it| it.permission);
    writeln!(out, "\n## Who holds which permission").unwrap();
    let all = Permission::ALL;
    matrix(&mut out, "permission", all, |it| format!("`{}` {}", it.as_str(), it.label(Lang::Zh)), |it| *it);
    out
}

#[test]
fn the_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/flow.md");
    let made = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert!(kept == made, "docs/flow.md is stale: run UPDATE_DOCS=1 cargo test -p takt-domain");
}
