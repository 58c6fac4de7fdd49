//! 设备可用: every machine that an operation names can work.

use crate::facts::Facts;
use crate::master::EquipmentStatus;
use crate::order::Order;
use crate::permission::Permission;
use crate::refusal::Unmet;
use crate::text::Lang;

pub(super) fn check(order: &Order, facts: &Facts) -> Vec<Unmet> {
    let mut needed: Vec<_> = order.operations.iter().filter_map(|operation| operation.equipment.as_ref()).collect();
    needed.sort();
    needed.dedup();
    let mut unmet = Vec::new();
    for id in needed {
        let known = facts.equipment.iter().find(|equipment| equipment.id == *id);
        let why = match known.map(|equipment| equipment.status) {
            Some(EquipmentStatus::Available) => continue,
            Some(EquipmentStatus::Down) => facts.lang.pick("故障停机", "is down"),
            Some(EquipmentStatus::Maintenance) => facts.lang.pick("正在保养", "is being maintained"),
            None => facts.lang.pick("不在设备台账中", "is not among the equipment"),
        };
        let name = known.map_or(id.as_str(), |equipment| equipment.name.as_str());
        let detail = match facts.lang {
            Lang::Zh => format!("设备 {name}({id}){why}"),
            Lang::En => format!("{name} ({id}) {why}"),
        };
        let remedy = facts.lang.pick("修复后把设备状态设为可用", "repair it and set it to available");
        unmet.push(Unmet::new("equipment.unavailable", detail, remedy, Permission::ResourceSet.holders()));
    }
    unmet
}
