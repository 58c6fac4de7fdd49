//! `PUT /api/v1/devices/{device}`: names a device, or keeps people from signing in at it.

use takt_api::identity::PutDevice;
use takt_domain::decide::DomainEvent;
use takt_domain::permission::Role;
use takt_domain::refusal::{Refusal, Unmet};
use takt_records::command::{Answer, CommandError, Plan, run, text_at};
use takt_records::keep::{self, kind};
use takt_records::load::answered_before;
use takt_store::{Load, RecordWrite, SessionWrite, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};
use takt_web::queue;

use crate::device::{Seen, Setting};

pub(crate) async fn put_device<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: PutDevice = call.json()?;
    let put = put(store, call, call.segment(0), &given).await?;
    let caller = call.caller()?;
    queue::tell_ended_sessions(store, caller.plant, caller.now_ms()).await;
    answer(&put)
}

async fn put<S: Store>(store: &S, call: &Call, id: &str, given: &PutDevice) -> Result<Answer, CommandError> {
    let caller = call.caller().map_err(|_| CommandError::SessionEnded)?;
    text_at("name", &given.name, 100)?;
    if given.blocked && caller.device == id {
        let detail = caller.lang.pick("不能停用正在使用的这台终端", "nobody can block the device that they use");
        let remedy = caller.lang.pick("请在另一台终端上操作", "do it from another device");
        return Err(Refusal::one(Unmet::new("device.self", detail, remedy, &[Role::Administrator])).into());
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = [kind::DEVICE, kind::DEVICE_SETTING].map(|kind| (kind.to_owned(), id.to_owned())).to_vec();
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let record = loaded.record(kind::DEVICE, id).ok_or_else(|| CommandError::NotFound(id.to_owned()))?;
        let mut seen: Seen = record.parse()?;
        let version = loaded.record(kind::DEVICE_SETTING, id).map_or(0, |record| record.version);
        let setting = Setting { name: given.name.trim().to_owned(), blocked: given.blocked };
        let ended = if given.blocked { std::mem::take(&mut seen.sessions) } else { Vec::new() };
        // Whoever signs in at this moment is overtaken, comes again, and is refused.
        let emptied = given.blocked.then(|| seen.write(record.version));
        let body = serde_json::to_value(seen.shown(setting.clone())).unwrap_or_default();
        let mut commit = caller.commit(200, &body);
        commit.sessions = ended.into_iter().map(|id| SessionWrite::End { id }).collect();
        let kept = serde_json::to_value(&setting).unwrap_or_default();
        commit.records.extend(emptied);
        commit.records.push(RecordWrite::new(kind::DEVICE_SETTING, id, Some(version), kept));
        let data =
            serde_json::json!({"device": id, "name": setting.name, "blocked": given.blocked, "by": caller.actor.user});
        let changed = DomainEvent { kind: "device.changed.v1".into(), data };
        commit.events = keep::events(vec![changed], &caller.derived_id(), id, caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
