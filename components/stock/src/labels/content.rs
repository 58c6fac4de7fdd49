//! What stands on a label, and what its codes say.

use jiff::civil::Date;
use sha2::{Digest, Sha256};
use takt_domain::gs1;
use takt_domain::label::{self, LabelId, Material, OwnLabel};
use takt_domain::master::{CrewMember, Item, Location};
use takt_domain::order::Order;
use takt_labels::{Bars, Label};
use takt_web::failure::Failure;

use super::wanted::Wanted;

/// Words on a label are for everybody who may see it: in both languages.
fn line(zh: &str, en: &str, value: impl std::fmt::Display) -> String {
    format!("{zh} {en}: {value}")
}

pub(super) fn of_item(item: &Item, wanted: &Wanted, id: Option<LabelId>, today: Date) -> Result<Label, Failure> {
    let quantity = wanted.quantity.map(|quantity| quantity.at_scale(item.scale)).transpose();
    let quantity = quantity.map_err(|error| Failure::field("quantity", error.to_string()))?;
    let mut lines = vec![item.name.clone()];
    lines.extend(Some(&wanted.lot).filter(|lot| !lot.is_empty()).map(|lot| line("批号", "Lot", lot)));
    lines.extend(quantity.map(|quantity| line("数量", "Qty", format_args!("{quantity} {}", item.unit))));
    lines.extend(wanted.expiry.map(|day| line("有效期", "Exp", day)));
    lines.extend(id.as_ref().map(|id| line("标签", "Label", id)));
    let bars = bars(item, wanted, id.as_ref(), today);
    let material =
        Material { item: item.id.clone(), lot: wanted.lot.clone(), quantity, expiry: wanted.expiry, label: id };
    Ok(Label { title: item.id.to_string(), lines, qr: label::write(&OwnLabel::Material(material)), bars })
}

/// The id of one label: it follows from whose it is, of what, and which one of the batch.
pub(super) fn label_id(of: [&str; 5]) -> LabelId {
    let mut hash = Sha256::new();
    for part in of {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    LabelId::from_random(hash.finalize().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// GS1-128 where the item has a GTIN, with the label's id as serial number; else its number. The first that fits is
/// printed, so what says most comes first, and what tells one label from another is left out last.
fn bars(item: &Item, wanted: &Wanted, id: Option<&LabelId>, today: Date) -> Vec<Bars> {
    let gtin = item.barcode.as_deref().and_then(gs1::gtin);
    let expiry = wanted.expiry.map(|day| day.strftime("%y%m%d").to_string());
    let lot = Some(wanted.lot.clone()).filter(|lot| !lot.is_empty());
    let id = id.map(ToString::to_string);
    let mut found = Vec::new();
    if let Some(gtin) = &gtin {
        let all: Vec<(&str, &str)> = [("17", &expiry), ("10", &lot), ("21", &id)]
            .into_iter()
            .filter_map(|(ai, value)| Some((ai, value.as_deref()?)))
            .collect();
        let kept = [&["17", "10", "21"][..], &["10", "21"], if id.is_some() { &["21"] } else { &["10"] }, &[]];
        for kept in kept {
            let elements: Vec<(&str, &str)> = [("01", gtin.as_str())]
                .into_iter()
                .chain(all.iter().copied().filter(|(ai, _)| kept.contains(ai)))
                .collect();
            // A lot with characters that GS1 does not have is left to the QR code.
            let code = gs1::encode(&elements, today).ok();
            found.extend(code.and_then(|code| Bars::gs1(&code, &gs1::human(&elements)).ok()));
        }
        found.dedup();
    }
    found.extend(Bars::plain(item.id.as_str()).ok());
    found
}

pub(super) fn of_location(location: &Location) -> Label {
    Label {
        title: location.id.to_string(),
        lines: vec![location.name.clone()],
        qr: label::write(&OwnLabel::Location(location.id.clone())),
        bars: Bars::plain(location.id.as_str()).into_iter().collect(),
    }
}

pub(super) fn of_order(order: &Order) -> Label {
    let mut lines = vec![order.item_name.clone(), order.item.to_string(), line("数量", "Qty", order.quantity)];
    lines.push(line("产线", "Line", &order.line));
    lines.extend(order.due.map(|due| line("交期", "Due", due)));
    lines.extend(Some(&order.customer).filter(|customer| !customer.is_empty()).cloned());
    Label {
        title: order.id.to_string(),
        lines,
        qr: label::write(&OwnLabel::Order(order.id.clone())),
        bars: Bars::plain(order.id.as_str()).into_iter().collect(),
    }
}

/// A badge says what the crew list says; none where there is nothing.
pub(super) fn of_badge(member: &CrewMember) -> Option<Label> {
    let badge = member.badge.clone()?;
    let mut lines = vec![member.user.to_string()];
    lines.extend(member.line.as_ref().map(|at| line("产线", "Line", at)));
    let bars = Bars::plain(&badge).into_iter().collect();
    Some(Label { title: member.name.clone(), lines, qr: badge, bars })
}
