//! BOM齐套检查: every component of the order is free where its line may take it, or held for it already.

use crate::facts::Facts;
use crate::kit;
use crate::order::Order;
use crate::permission::Permission;
use crate::refusal::Unmet;
use crate::text::Lang;

pub(super) fn check(order: &Order, facts: &Facts) -> Vec<Unmet> {
    let short = kit::kit(order, facts).into_iter().filter(|line| line.short().is_positive());
    short
        .map(|line| {
            let (item, name, unit) = (&line.item, &line.name, &line.unit);
            let (required, short) = (line.required, line.short());
            let detail = match facts.lang {
                Lang::Zh => format!("缺料:{name}({item})需要 {required} {unit},还缺 {short} {unit}"),
                Lang::En => format!("{name} ({item}): {required} {unit} are needed, {short} {unit} are short"),
            };
            let remedy = facts.lang.pick(
                "请仓库入库或调拨此物料,或先生产此半成品",
                "receive or transfer this material, or make it by an order of its own first",
            );
            Unmet::new("kit.short", detail, remedy, Permission::StockMove.holders())
        })
        .collect()
}
