//! Changes a form, or the columns of an export.

use serde::Serialize;
use serde_json::json;
use takt_api::forms::{ColumnsState, FormState, PutColumns, PutForm};
use takt_domain::columns::ListOf;
use takt_domain::decide::DomainEvent;
use takt_domain::field::{Form, FormOf};
use takt_domain::permission::Permission;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::text::Lang;
use takt_store::{Load, Loaded, RecordWrite, Store};

use super::{Answer, CommandError, Plan, run};
use crate::caller::Caller;
use crate::forms::{self, StoredColumns};
use crate::keep;
use crate::load::answered_before;

/// Puts other fields on a form.
pub async fn put_form<S: Store>(
    store: &S,
    caller: &Caller,
    of: FormOf,
    given: &PutForm,
) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let loaded = load(store, caller).await?;
        let (before, version) = forms::stored(&loaded, of)?.unwrap_or_else(|| (Form::empty(of), 0));
        unchanged(given.version, version, caller.lang)?;
        let form =
            before.with_fields(given.fields.clone(), caller.lang).map_err(|problems| forms::invalid(problems, ""))?;
        let data = json!({"form": of, "before": before.fields, "fields": form.fields, "by": caller.actor.user});
        let write = forms::form_write(&form, version);
        Ok(plan(caller, write, &FormState { form, version: version + 1 }, ("form.changed.v1", of.as_str()), data))
    })
    .await
}

/// Chooses the columns of a list.
pub async fn put_columns<S: Store>(
    store: &S,
    caller: &Caller,
    list: ListOf,
    given: &PutColumns,
) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let loaded = load(store, caller).await?;
        let (before, version) = forms::columns(&loaded, list)?;
        unchanged(given.version, version, caller.lang)?;
        let all: Vec<Form> = forms::all(&loaded)?.into_iter().map(|(form, _)| form).collect();
        let problems = list.check(&given.columns, &all, caller.lang);
        if !problems.is_empty() {
            return Err(forms::invalid(problems, ""));
        }
        let columns = StoredColumns { names: given.columns.clone() };
        let data = json!({"list": list, "before": before, "columns": columns.names, "by": caller.actor.user});
        let write = forms::columns_write(list, &columns, version);
        let state = ColumnsState { list, columns: columns.names, version: version + 1 };
        Ok(plan(caller, write, &state, ("columns.changed.v1", list.as_str()), data))
    })
    .await
}

async fn load<S: Store>(store: &S, caller: &Caller) -> Result<Loaded, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.children = forms::lookup_all();
    let mut loaded = store.load(&load).await?;
    answered_before(&mut loaded, caller)?;
    Ok(loaded)
}

/// Two people who edit at once do not write over each other.
fn unchanged(given: u64, version: u64, lang: Lang) -> Result<(), CommandError> {
    if given == version {
        return Ok(());
    }
    let detail = match lang {
        Lang::Zh => format!("已有人改到第 {version} 版,您改的是第 {given} 版"),
        Lang::En => format!("somebody made version {version}, and you changed version {given}"),
    };
    let remedy = lang.pick("刷新后再改", "load it again and change that");
    let who = Permission::FormEdit.holders();
    Err(Refusal::one(Unmet::new("form.changed", detail, remedy, who)).into())
}

fn plan(
    caller: &Caller,
    write: RecordWrite,
    answer: &impl Serialize,
    (event, subject): (&str, &str),
    data: serde_json::Value,
) -> Plan {
    let body = serde_json::to_value(answer).unwrap_or_default();
    let mut commit = caller.commit(200, &body);
    commit.records.push(write);
    let changed = DomainEvent { kind: event.into(), data };
    commit.events = keep::events(vec![changed], &caller.derived_id(), subject, caller);
    Plan { commit, status: 200, body }
}
