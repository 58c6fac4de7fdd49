//! `GET /api/v1/labels?of=&id=&...`: labels as PDF or ZPL. Nothing is written: the same call prints the same labels, and
//! the ids of those of which there is only one follow from the batch that the caller drew.

mod content;
mod wanted;

use takt_api::problem::ProblemType;
use takt_domain::master::{CrewMember, Item, Location};
use takt_domain::order::Order;
use takt_domain::permission::Permission;
use takt_domain::refusal::{Refusal, Unmet};
use takt_labels::{Label, LabelError, pdf, zpl};
use takt_records::keep::kind;
use takt_records::scan::today;
use takt_store::{Load, Loaded, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, file};

use wanted::{Of, Print, Wanted};

pub(crate) async fn print_labels<S: Store>(store: &S, call: &Call) -> Outcome {
    let wanted = wanted::wanted(call)?;
    let caller = call.caller()?;
    if wanted.of == Of::Badge && !caller.actor.may(Permission::ResourceSet) {
        return Err(Refusal::one(Unmet::permission(Permission::ResourceSet, caller.lang)).into());
    }
    let of = match wanted.of {
        Of::Item => kind::ITEM,
        Of::Location => kind::LOCATION,
        Of::Order => kind::ORDER,
        Of::Badge => kind::CREW,
    };
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = wanted.ids.iter().map(|id| (of.to_owned(), id.clone())).collect();
    let loaded = store.load(&load).await?;
    let mut labels = Vec::new();
    for id in &wanted.ids {
        for nth in 0..wanted.copies {
            labels.push(label(&wanted, id, nth, &loaded, call)?);
        }
    }
    let fits = |error: LabelError| Failure::field("size", error.to_string());
    match &wanted.print {
        Print::Pdf(paper) => file("labels.pdf", "application/pdf", pdf(&labels, wanted.size, *paper).map_err(fits)?),
        Print::Zpl { dpi, font } => {
            let text = zpl(&labels, wanted.size, *dpi, font).map_err(fits)?;
            file("labels.zpl", "text/plain; charset=utf-8", text.into_bytes())
        }
    }
}

fn label(wanted: &Wanted, id: &str, nth: usize, loaded: &Loaded, call: &Call) -> Result<Label, Failure> {
    let missing = || Failure::because(ProblemType::NotFound, id);
    let caller = call.caller()?;
    match wanted.of {
        Of::Item => {
            let item: Item = loaded.record(kind::ITEM, id).ok_or_else(missing)?.parse()?;
            let id = wanted
                .batch
                .as_ref()
                .map(|batch| content::label_id([&caller.plant.to_string(), batch, id, &wanted.lot, &nth.to_string()]));
            content::of_item(&item, wanted, id, today(caller))
        }
        Of::Location => {
            Ok(content::of_location(&loaded.record(kind::LOCATION, id).ok_or_else(missing)?.parse::<Location>()?))
        }
        Of::Order => Ok(content::of_order(&loaded.record(kind::ORDER, id).ok_or_else(missing)?.parse::<Order>()?)),
        Of::Badge => {
            let member: CrewMember = loaded.record(kind::CREW, id).ok_or_else(missing)?.parse()?;
            content::of_badge(&member).ok_or_else(|| Failure::field("id", format!("{id} has no badge")))
        }
    }
}
