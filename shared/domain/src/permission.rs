//! Roles and what they may do. One matrix, from which the documents, the refusals and the pages are made.

use serde::{Deserialize, Serialize};

use crate::text::Lang;

/// What a user is on the floor. A user has one or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Works at a line: starts, reports, pauses, raises exceptions.
    Operator,
    /// Inspects and signs.
    Inspector,
    /// Receives, issues, moves and ships.
    Storekeeper,
    /// Creates, submits and dispatches orders.
    Planner,
    /// Leads a shift: an operator who also sets resources, takes reports back and ends orders short.
    ShiftLead,
    /// Approves and looks at everything.
    Manager,
    /// Runs the system: users, master data. May do everything, since in a small plant one person does.
    Administrator,
}

impl Role {
    /// Every role, in the order in which people list them.
    pub const ALL: [Self; 7] = [
        Self::Operator,
        Self::Inspector,
        Self::Storekeeper,
        Self::Planner,
        Self::ShiftLead,
        Self::Manager,
        Self::Administrator,
    ];

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Inspector => "inspector",
            Self::Storekeeper => "storekeeper",
            Self::Planner => "planner",
            Self::ShiftLead => "shift_lead",
            Self::Manager => "manager",
            Self::Administrator => "administrator",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// The name that people read.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Operator => lang.pick("操作工", "operator"),
            Self::Inspector => lang.pick("质检员", "inspector"),
            Self::Storekeeper => lang.pick("仓管员", "storekeeper"),
            Self::Planner => lang.pick("计划员", "planner"),
            Self::ShiftLead => lang.pick("班组长", "shift lead"),
            Self::Manager => lang.pick("经理", "manager"),
            Self::Administrator => lang.pick("管理员", "administrator"),
        }
    }

    /// True when this role holds the permission.
    pub fn may(self, permission: Permission) -> bool {
        permission.holders().contains(&self)
    }
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $zh:literal, $en:literal, [$($role:ident),*];)*) => {
        /// One thing that a user may be allowed to do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum Permission {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name that travels.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The name that people read.
            pub fn label(self, lang: Lang) -> &'static str {
                match self { $(Self::$name => lang.pick($zh, $en),)* }
            }

            /// The roles that hold it. The administrator holds every one.
            pub fn holders(self) -> &'static [Role] {
                match self { $(Self::$name => &[$(Role::$role,)* Role::Administrator],)* }
            }
        }
    };
}

permissions! {
    /// See orders, the board and why an order waits.
    OrderView = "order.view", "查看工单", "see orders", [Operator, Inspector, Storekeeper, Planner, ShiftLead, Manager];
    /// Create orders.
    OrderCreate = "order.create", "创建工单", "create orders", [Planner, Manager];
    /// Ask for review of an order, and take the request back.
    OrderSubmit = "order.submit", "提交工单", "submit orders", [Planner, Manager];
    /// Approve or reject.
    OrderApprove = "order.approve", "审核工单", "approve orders", [Manager];
    /// Dispatch to the workshop, which reserves the kit.
    OrderDispatch = "order.dispatch", "派发工单", "dispatch orders", [Planner, ShiftLead, Manager];
    /// Start production.
    OrderStart = "order.start", "启动生产", "start production", [Operator, ShiftLead];
    /// Pause and resume.
    OrderPause = "order.pause", "暂停与恢复", "pause and resume", [Operator, ShiftLead];
    /// Log an exception.
    OrderException = "order.exception", "登记异常", "log exceptions", [Operator, Inspector, Storekeeper, ShiftLead];
    /// End an order before its whole quantity is reported.
    OrderComplete = "order.complete", "提前完工", "complete short", [Planner, ShiftLead, Manager];
    /// Close a completed order.
    OrderClose = "order.close", "关闭工单", "close orders", [Planner, Manager];
    /// Archive an order.
    OrderArchive = "order.archive", "归档工单", "archive orders", [Planner, Manager];
    /// Cancel an order that has not started.
    OrderCancel = "order.cancel", "取消工单", "cancel orders", [Planner, Manager];
    /// Report production.
    ReportCreate = "report.create", "报工", "report production", [Operator, ShiftLead];
    /// See reports.
    ReportView = "report.view", "查看报工", "see reports", [Operator, Inspector, Planner, ShiftLead, Manager];
    /// Take a report back.
    ReportReverse = "report.reverse", "冲销报工", "reverse reports", [ShiftLead];
    /// Record inspections.
    QualityInspect = "quality.inspect", "检验", "inspect", [Inspector];
    /// Sign as quality.
    QualitySign = "quality.sign", "质检签字", "sign as quality", [Inspector];
    /// See stock and movements.
    StockView = "stock.view", "查看库存", "see stock", [Operator, Inspector, Storekeeper, Planner, ShiftLead, Manager];
    /// Book receipts, issues, returns, transfers, shipments and scrap.
    StockMove = "stock.move", "出入库", "move stock", [Storekeeper];
    /// Take a movement back.
    StockReverse = "stock.reverse", "冲销出入库", "reverse movements", [Storekeeper];
    /// Begin counts, count, and finish them.
    CountDo = "count.do", "盘点", "count stock", [Storekeeper, Manager];
    /// Have lines counted again, and book differences that are worth more than a storekeeper may book.
    CountApprove = "count.approve", "审批盘点差异", "approve differences of counts", [Manager];
    /// Set how often what is counted, and what is told.
    CountSet = "count.set", "设置盘点规则", "set the rules of counts", [Manager];
    /// Compare balances with the ledger.
    StockAudit = "stock.audit", "库存核对", "audit stock", [Storekeeper, Manager];
    /// See items, BOMs, routings, locations, equipment and crew.
    MasterView = "master.view", "查看基础资料", "see master data", [Operator, Inspector, Storekeeper, Planner, ShiftLead, Manager];
    /// Import master data.
    MasterImport = "master.import", "导入基础资料", "import master data", [];
    /// Say that equipment is up or down, a mould usable, a person present.
    ResourceSet = "resource.set", "设置设备与人员状态", "set equipment and crew", [ShiftLead, Manager, Planner];
    /// Check oneself in and out.
    PresenceSelf = "presence.self", "本人签到", "check oneself in", [Operator, Inspector, Storekeeper, Planner, ShiftLead, Manager];
    /// See statistics: output, yield, scrap, time in state.
    InsightView = "insight.view", "查看统计", "see statistics", [Inspector, Planner, ShiftLead, Manager];
    /// Derive statistics anew from the journal.
    InsightRebuild = "insight.rebuild", "重建统计", "rebuild statistics", [];
    /// See the queue and its dead letters, have them booked after all, and refuse the less important under load.
    PlantOperate = "plant.operate", "运维", "operate the plant's servers", [];
    /// Manage users.
    UserManage = "user.manage", "管理用户", "manage users", [];
    /// Let other systems and devices call by themselves, with tokens of their own.
    MachineManage = "machine.manage", "管理接入系统与令牌", "manage connected systems and their tokens", [];
    /// Set which systems and chats are told of events, and see what became of that.
    WebhookManage = "webhook.manage", "管理 Webhook 与通知", "manage webhooks", [];

    /// See alerts for one's own roles, and say that one looks after them.
    AlertView = "alert.view", "查看预警", "see alerts", [Operator, Inspector, Storekeeper, Planner, ShiftLead, Manager];
    /// Set how long orders may be in their states.
    WatchSet = "watch.set", "设置停留期限", "set limits of states", [Planner, Manager];

    /// Raise an exception (andon).
    ExceptionRaise = "exception.raise", "上报异常", "raise exceptions", [Operator, Inspector, Storekeeper, Planner, ShiftLead, Manager];
    /// Acknowledge an exception and close it.
    ExceptionHandle = "exception.handle", "处理异常", "deal with exceptions", [Inspector, Planner, ShiftLead, Manager];
    /// Set types of exceptions, and whom they are told.
    ExceptionSetup = "exception.setup", "设置异常类型", "set up exceptions", [Manager];
    /// Draw and publish flows, choose one for new orders, and bring open orders under another version.
    FlowEdit = "flow.edit", "编辑流程", "edit flows", [Manager];

    /// Set up inspection plans, and what the plant has chosen about quality.
    QualityPlan = "quality.plan", "编制检验计划", "set up inspection plans", [Inspector, Manager];
    /// Decide what becomes of pieces that are not as they should be.
    QualityDispose = "quality.dispose", "处置不合格品", "decide on nonconformances", [Inspector, Manager];
    /// Take pieces as they are.
    QualityConcede = "quality.concede", "让步接收", "accept nonconforming pieces", [Manager];
    /// Change forms: the plant's own fields, inspection items, and the columns of reports.
    FormEdit = "form.edit", "编辑表单与报表列", "edit forms and report columns", [Manager];
    /// Fill in the plant's own fields of an order and its operations.
    OrderFields = "order.fields", "填写工单字段", "fill in the fields of orders", [Operator, Inspector, Planner, ShiftLead, Manager];
    /// Fill in the plant's own fields of an item.
    ItemFields = "item.fields", "填写物料字段", "fill in the fields of items", [Storekeeper, Planner, Manager];
    /// Plan when, where and by whom operations are done.
    SchedulePlan = "schedule.plan", "排程", "plan operations", [Planner, ShiftLead, Manager];

    /// Make, change and end purchase orders.
    PurchaseEdit = "purchase.edit", "编辑采购订单", "edit purchase orders", [Planner, Manager];
    /// Make, change and end sales orders.
    SalesEdit = "sales.edit", "编辑销售订单", "edit sales orders", [Planner, Manager];
    /// Set kanban loops, limits of extra issues and prices.
    SupplySet = "supply.set", "设置看板、补料限额与价格", "set kanban loops, limits of extra issues and prices", [Planner, Manager];
    /// Call for material by kanban.
    KanbanCall = "kanban.call", "看板叫料", "call by kanban", [Operator, Storekeeper, ShiftLead, Planner, Manager];
    /// Agree to material beyond the bill of material.
    ExtraApprove = "issue.extra", "审批补料", "approve extra issues", [ShiftLead, Manager];
    /// See what orders cost.
    CostView = "cost.view", "查看成本", "see costs", [Planner, Manager];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_permission_has_a_holder_and_a_name_of_its_own() {
        for permission in Permission::ALL {
            assert!(permission.holders().contains(&Role::Administrator), "{permission:?}");
            let same = Permission::ALL.iter().filter(|other| other.as_str() == permission.as_str());
            assert_eq!(same.count(), 1, "{permission:?}");
        }
    }

    #[test]
    fn a_role_is_found_by_the_name_that_travels() {
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.as_str()), Some(role));
            let json = serde_json::to_string(&role).unwrap_or_default();
            assert_eq!(json, format!("\"{}\"", role.as_str()));
        }
    }
}
