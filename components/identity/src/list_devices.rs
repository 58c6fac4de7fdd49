//! `GET /api/v1/devices?q=&after=&limit=`

use takt_api::Page;
use takt_records::keep::kind;
use takt_store::{ListFilter, Load, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

use crate::device::{self, Seen};

pub(crate) async fn list_devices<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["q", "after", "limit"])?;
    let caller = call.caller()?;
    let filter = ListFilter { q: call.param("q").map(str::to_owned), ..ListFilter::default() };
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::DEVICE, &filter, &page).await?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = found.items.iter().map(|record| (kind::DEVICE_SETTING.to_owned(), record.id.clone())).collect();
    let loaded = store.load(&load).await?;
    let rows = found.items.iter().map(|record| {
        let seen: Seen = record.parse()?;
        Ok(seen.shown(device::setting(&loaded, &record.id)?))
    });
    json(200, &Page { rows: rows.collect::<Result<Vec<_>, Failure>>()?, next: found.next })
}
