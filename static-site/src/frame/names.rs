//! What the navigation calls the pages of the desk, and those call themselves.

use crate::text::Text;

pub const ALERTS: Text = Text::new("预警", "Alerts");
pub const COMPARISONS: Text = Text::new("库存对账", "Comparisons");
pub const COSTS: Text = Text::new("工单成本", "Costs");
pub const COUNT_PLANS: Text = Text::new("盘点管理", "Counts: plan and review");
pub const DEPUTIES: Text = Text::new("代理人", "Deputies");
pub const EXCEPTIONS: Text = Text::new("异常看板", "Exceptions");
pub const EXCEPTION_SETTINGS: Text = Text::new("异常设置", "Exception settings");
pub const EXTRA: Text = Text::new("补料审批", "Extra issues");
pub const FIELDS: Text = Text::new("表单与报表列", "Forms and columns");
pub const FLOWS: Text = Text::new("流程", "Flows");
pub const INSPECTIONS: Text = Text::new("检验记录", "Inspections");
pub const KANBAN: Text = Text::new("看板叫料", "Kanban");
pub const LABELS: Text = Text::new("标签打印", "Labels");
pub const LIFECYCLE: Text = Text::new("生命周期", "Life cycle");
pub const LIMITS: Text = Text::new("停留期限", "Limits of states");
pub const LOTS: Text = Text::new("批次", "Lots");
pub const MORNING: Text = Text::new("晨会", "Morning meeting");
pub const NONCONFORMANCES: Text = Text::new("不合格品", "Nonconformances");
pub const PLANS: Text = Text::new("检验计划", "Inspection plans");
pub const PURCHASE: Text = Text::new("采购订单", "Purchase orders");
pub const PUT_AWAY: Text = Text::new("检验与上架", "Inspect and put away");
pub const QUALITY_SETTINGS: Text = Text::new("质量设置", "Quality settings");
pub const RECEIVE: Text = Text::new("采购收货", "Receive");
pub const RESOURCES: Text = Text::new("资源", "Resources");
pub const SALES: Text = Text::new("销售订单", "Sales orders");
pub const SCHEDULE: Text = Text::new("排程", "Schedule");
pub const SHIP: Text = Text::new("拣货出库", "Pick and ship");
pub const SHORTAGES: Text = Text::new("缺料表", "Shortages");
pub const TRACE: Text = Text::new("批次追溯", "Trace");
pub const TRAIL: Text = Text::new("库存流水", "Audit trail");
pub const WHY: Text = Text::new("为什么停着", "Why it waits");
pub const UNITS: Text = Text::new("计量单位", "Units");
