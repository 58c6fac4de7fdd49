//! Pieces with numbers of their own.
//!
//! A serial number is one piece: it has no parts that could be split off, and two of them are never one. Many pieces go one
//! by one, each with its own number, under one document; what belongs together is found by that, or by the order.

use super::Tracking;
use crate::ledger::Balance;
use crate::master::Item;
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::Unmet;
use crate::text::Lang;

/// One piece, in the units of an item.
pub fn one(item: &Item) -> i64 {
    10_i64.saturating_pow(u32::from(item.scale))
}

/// Why a piece with a number of its own cannot come in: it is there already.
pub fn there_already(item: &Item, lot: &str, balances: &[Balance], lang: Lang) -> Option<Unmet> {
    if item.tracking != Tracking::Serial {
        return None;
    }
    let there = |balance: &&Balance| {
        balance.item == item.id
            && balance.lot == lot
            && balance.quantity.is_positive()
            && !balance.location.is_virtual()
    };
    let location = &balances.iter().find(there)?.location;
    let detail = match lang {
        Lang::Zh => format!("{} 序列号 {lot} 已在 {location}", item.id),
        Lang::En => format!("{} with the serial number {lot} is at {location} already", item.id),
    };
    let remedy =
        lang.pick("核对序列号;确在别处时先调拨或冲销", "check the number; if it is elsewhere, move it or reverse");
    Some(Unmet::new("lot.serial_there", detail, remedy, Permission::StockMove.holders()))
}

/// Why a part of a serial number cannot become another. A piece that has no number yet may be given one.
pub fn not_split(item: &Item, from: &str, quantity: Quantity, lang: Lang) -> Option<Unmet> {
    if item.tracking != Tracking::Serial || from.is_empty() && quantity.units() == one(item) {
        return None;
    }
    let id = &item.id;
    let (detail, remedy) = if from.is_empty() {
        let detail = match lang {
            Lang::Zh => format!("{id} 按序列号管理,一个序列号只能给一件"),
            Lang::En => format!("{id} is tracked by serial number, and a number is given to one piece"),
        };
        (detail, lang.pick("每次数量填 1,逐件给号", "give each piece its number, with the quantity 1"))
    } else {
        let detail = match lang {
            Lang::Zh => format!("{id} 按序列号管理,{from} 只有一件,不能拆分"),
            Lang::En => format!("{id} is tracked by serial number: {from} is one piece and cannot be split"),
        };
        (
            detail,
            lang.pick(
                "整件移动;号码有误时冲销入库后重新收货",
                "move the piece; where its number is wrong, reverse the receipt",
            ),
        )
    };
    Some(Unmet::new("lot.serial_split", detail, remedy, Permission::StockMove.holders()))
}

/// Why several serial numbers cannot become one.
pub fn not_merged(item: &Item, lang: Lang) -> Option<Unmet> {
    if item.tracking != Tracking::Serial {
        return None;
    }
    let detail = match lang {
        Lang::Zh => format!("{} 按序列号管理,每件保留自己的号码,不能合并", item.id),
        Lang::En => {
            format!("{} is tracked by serial number: each piece keeps its own, and they are not merged", item.id)
        }
    };
    let remedy = lang.pick("逐件移动,用同一单据号归在一起", "move piece by piece, under one document");
    Some(Unmet::new("lot.serial_merge", detail, remedy, Permission::StockMove.holders()))
}
