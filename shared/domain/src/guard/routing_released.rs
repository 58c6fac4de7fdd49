//! The routing of the product is released.

use crate::facts::Facts;
use crate::permission::Permission;
use crate::refusal::Unmet;

pub(super) fn check(facts: &Facts) -> Vec<Unmet> {
    if facts.routing_released {
        return Vec::new();
    }
    let detail = facts.lang.pick("工艺路线尚未发布", "the routing is not released");
    let remedy = facts.lang.pick("在工艺路线中设为已发布并重新导入", "set it to released and import it again");
    vec![Unmet::new("routing.not_released", detail, remedy, Permission::MasterImport.holders())]
}
