//! Every text of the pages, in both languages, each in one place. What the domain says comes from the domain.

use sycamore::prelude::*;
use takt_domain::text::Lang;

use crate::app;

/// A text in Chinese and English; shown in the reader's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    zh: &'static str,
    en: &'static str,
}

impl Text {
    /// A text of one page alone.
    pub const fn new(zh: &'static str, en: &'static str) -> Self {
        Self { zh, en }
    }

    /// In the reader's language.
    pub fn get(self) -> &'static str {
        match app::lang() {
            Lang::Zh => self.zh,
            Lang::En => self.en,
        }
    }

    /// With `{}` replaced by a number, and `{s}` by the ending that English has for all but one.
    pub fn count(self, count: usize) -> String {
        self.with(&count.to_string()).replace("{s}", if count == 1 { "" } else { "s" })
    }

    /// With `{}` replaced.
    pub fn with(self, value: &str) -> String {
        self.get().replace("{}", value)
    }
}

impl From<Text> for View {
    fn from(text: Text) -> Self {
        text.get().into()
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.get().to_owned()
    }
}

impl From<Text> for MaybeDyn<std::borrow::Cow<'static, str>> {
    fn from(text: Text) -> Self {
        text.get().into()
    }
}

impl From<Text> for MaybeDyn<Option<std::borrow::Cow<'static, str>>> {
    fn from(text: Text) -> Self {
        Some(std::borrow::Cow::Borrowed(text.get())).into()
    }
}

macro_rules! texts {
    ($($name:ident: $zh:literal, $en:literal;)*) => {
        $(pub const $name: Text = Text { zh: $zh, en: $en };)*
    };
}

texts! {
    MANAGER: "经营看板", "Figures";
    HOST_OPERATIONS: "运行监控", "Operations";
    MANAGEMENT: "管理", "Management";
    FLOOR: "现场", "Shop floor";
    MENU: "菜单", "Menu";
    ACTIVE: "可以登录", "May sign in";
    AGAIN: "再试一次", "Try again";
    ALL: "全部", "All";
    ALL_LINES: "所有产线", "All lines";
    AT_ADJUSTMENT: "调整", "adjustment";
    AT_CUSTOMER: "客户", "customer";
    AT_PRODUCTION: "生产", "production";
    AT_SCRAP: "报废", "scrap";
    AT_SHORTAGE: "待补账", "shortage";
    AT_SUPPLIER: "供应商", "supplier";
    AVAILABLE: "可用", "Available";
    BACK: "返回", "Back";
    BOARD: "看板", "Board";
    BOARD_EMPTY: "没有工单在此状态", "No order here";
    BOOK: "收发", "Move";
    BOOKED: "已记账", "Booked";
    BEING_BOOKED: "正在入账", "being booked";
    BOOKED_REPORT: "已报工", "Report booked";
    BOOK_NOW: "记账", "Book";
    BY_DEVICE: "设备", "by device";
    BY_HAND: "手工", "by hand";
    BY_INTERFACE: "接口", "by interface";
    BY_SCAN: "扫码", "scanned";
    CANCELLED: "已取消", "Cancelled";
    CHECK_IN: "签到", "Check in";
    CHECK_OUT: "签退", "Check out";
    CLEAR: "清空", "Clear";
    CLOSE: "关闭", "Close";
    CONFLICTS: "录入冲突", "Entry conflicts";
    COUNTS: "盘点", "Counts";
    CREATED: "新建", "Created";
    CREATED_ORDER: "已建工单 {}", "Order {} made";
    CREATE_ORDER: "新建工单", "Make the order";
    CUSTOMER: "客户", "Customer";
    DESK: "管理台", "Desk";
    DEVICE_FULL: "本机存储已满,没有网络时请不要离开本页", "This device is full: do not leave this page while the network is away";
    DOCUMENT: "单号", "Document";
    DONE: "“{}”已完成", "“{}” is done";
    DUE: "交期", "Due";
    ENDED: "不可登录", "May not sign in";
    EQUIPMENT: "设备", "Equipment";
    EQUIPMENT_AVAILABLE: "可用", "available";
    EQUIPMENT_DOWN: "故障", "down";
    EQUIPMENT_MAINTENANCE: "保养中", "in maintenance";
    ERASE: "删除一位", "Erase";
    EXCEPTIONS: "异常", "Exceptions";
    FAIL: "不合格", "Fail";
    FILL_IN: "请填写:{}", "Please fill in: {}";
    FILL_IN_FIELDS: "填写", "Fill in";
    FINAL_INSPECTION: "终检", "Final inspection";
    FIRST_ARTICLE: "首检", "First article";
    FREE: "可用", "free";
    FROM: "从", "From";
    GIVE_UP: "不再等待", "Stop waiting";
    GOOD: "合格", "Good";
    HELD: "已留", "held";
    HELD_FOR: "为 {} 预留", "held for {}";
    HIGH: "优先", "High";
    HISTORY: "经过", "History";
    INSPECTIONS: "检验", "Inspections";
    IN_REVIEW: "审核中", "In review";
    IN_STATE: "停留", "In this state";
    ITEM: "物料", "Item";
    JUST_NOW: "刚刚", "just now";
    KEPT_HERE: "还没有送到,已存在本机,会自动发送", "Not delivered yet: kept on this device, sent by itself";
    KIND: "种类", "Kind";
    KIT_COMPLETE: "已齐套", "complete";
    KIT_SHORT: "缺 {} 种", "{} short";
    LABELS: "标签", "Labels";
    LABEL_BOOKED: "此标签已记账:{}", "This label was booked: {}";
    LANGUAGE: "语言", "Language";
    LINE: "产线", "Line";
    LOADING: "正在读取", "Loading";
    LOCATION: "库位", "Location";
    LOST: "没有网络或服务器无应答", "No network, or the server does not answer";
    LOST_HINT: "请检查网络,稍后再试。没有任何数据丢失。", "Check the network and try again. Nothing is lost.";
    LOT: "批号", "Lot";
    LOW: "不急", "Low";
    MATERIAL: "物料", "Material";
    MATERIALS_COUNT: "{} 种", "{} part{s}";
    MAY_MAKE_USERS: "新用户", "New user";
    ME: "我", "Me";
    MORE: "更多", "More";
    MOULDS: "模具", "Moulds";
    MOVEMENTS: "流水", "Ledger";
    MYSELF: "我", "me";
    MY_LINE: "本线", "My line";
    NAME: "姓名", "Name";
    NAVIGATION: "导航", "Navigation";
    NEW_ORDER: "新工单", "New order";
    NEXT_STEP: "下一步", "Next step";
    NORMAL: "普通", "Normal";
    NOTE: "备注", "Note";
    NOTHING_LEFT: "没有要做的了。", "Nothing is left to do.";
    NOTHING_TYPED: "请先输入数量", "Type a quantity first";
    NOT_NOW: "现在还不能", "Not yet";
    NOT_NOW_HINT: "点一下就知道缺什么、找谁。", "Tap one to see what is missing and who can help.";
    NOT_PRESENT: "不在岗", "absent";
    NOT_USABLE: "不可用", "not usable";
    NO_ANSWER: "还没有收到结果", "No answer yet";
    NO_ANSWER_HINT: "也许已经记账,也许没有。再发一次是安全的:同一笔只会记一次。", "It may be booked or not. Sending it again is safe: it is booked once.";
    REPORT_QUEUED: "已收到报工,正在入账", "Report received, being booked";
    NO_CREW: "此产线还没有人员", "Nobody belongs to this line";
    NO_EQUIPMENT: "此产线没有设备", "No equipment at this line";
    NO_ITEM_ON_LABEL: "此码没有物料", "This code names no item";
    NO_MATERIAL: "不需要物料", "none needed";
    NO_MOVEMENTS: "没有流水", "No movements";
    NO_ORDERS: "没有工单", "No orders";
    NO_REPORTS: "还没有报工", "No reports yet";
    NO_STOCK: "没有库存", "No stock";
    NO_SUCH_PAGE: "没有这个页面", "There is no such page";
    NO_USERS: "没有用户", "No users";
    OCCURRED: "发生于 {}", "happened {}";
    ON_HAND: "现存", "On hand";
    OFFLINE: "离线", "Offline";
    OFFLINE_AS_OF: "离线,截至 {}", "Offline, as of {}";
    ONCE_MORE: "再记一次", "Once more";
    OPEN_ORDERS: "未完", "Open";
    OPERATION: "工序", "Operation";
    OPERATIONS: "工序", "Operations";
    OWN_FIELDS: "自定义字段", "More about it";
    OPTIONAL: "可不填", "optional";
    ORDER: "工单", "Order";
    ORDERS: "工单", "Orders";
    ORDER_HINT: "领给哪张工单,可不填", "for which order, optional";
    OWED: "待补账", "Owed";
    OWED_HINT: "生产已用、账上还缺的数量,下次入库自动补平。", "Used by production beyond the books; the next receipt settles it.";
    PASS: "合格", "Pass";
    PAUSED: "已暂停", "Paused";
    PIN: "密码", "PIN";
    PIN_DIGITS: "密码,已输入 {} 位", "PIN, {} digit{s} typed";
    PIN_TO_SIGN: "输入密码签名", "PIN, to sign";
    PIN_HINT: "4 到 12 位数字", "4 to 12 digits";
    PIN_KEEP: "不填则不变", "unchanged when empty";
    PENDING: "待入账", "Being booked";
    PLANT: "工厂", "Plant";
    PLANT_NUMBER: "工厂编号", "Plant number";
    PRESENT: "在岗", "present";
    PRINT: "打印", "Print";
    PRIORITY: "优先级", "Priority";
    PRODUCT: "产品", "Product";
    QUANTITY: "数量", "Quantity";
    QUARANTINE: "待检", "In quarantine";
    REASON: "原因", "Reason";
    REASON_HINT: "写几个字", "a few words";
    REASON_NEEDED: "请写明原因", "Please say why";
    REMARK: "说明", "Remark";
    REPORT: "报工", "Report";
    REPORTS: "报工记录", "Reports";
    REPORT_CLOSED: "现在不能报工", "Nothing can be reported now";
    REPORT_REVERSED: "报工已冲销", "Report reversed";
    RESERVED: "已留", "Held";
    RESULT: "结果", "Result";
    RESULT_NEEDED: "请选合格或不合格", "Choose pass or fail";
    REVERSE: "冲销", "Reverse";
    REVERSED: "已冲销", "Reversed";
    REVERSED_BOOKED: "已冲销", "Reversed";
    REVERSE_HINT: "原记录保留,另记一笔相反的。", "The entry stays; its opposite is booked beside it.";
    REVERSE_MOVEMENT: "冲销这笔", "Reverse this";
    REVERSE_REPORT: "冲销报工", "Reverse the report";
    REWORK: "返工", "Rework";
    ROLES: "角色", "Roles";
    SAVE: "保存", "Save";
    SAVED: "已保存", "Saved";
    SCANNED_NOW: "刚才已扫过并记账:{}。再记一次?", "Scanned and booked just now: {}. Once more?";
    SCAN_HINT: "扫码或输入物料、工单、库位", "Scan or type an item, order or location";
    SCAN_ITEM: "扫描或输入物料", "Scan or type an item";
    SCRAP: "报废", "Scrap";
    SCRAP_REASON: "报废原因", "Scrap reason";
    SEARCH: "查找", "Search";
    SEARCH_ORDERS: "查找工单、产品、客户", "Find an order, product or customer";
    SEND_AGAIN: "再发一次", "Send again";
    SESSION_LAPSED: "登录已过期,请重新登录", "Your session has ended; please sign in again";
    SHORT_BY: "缺 {}", "short {}";
    SHOTS: "模次 {}", "shots {}";
    SIGNED: "质检已签字", "Signed by quality";
    SIGN_IN: "登录", "Sign in";
    SIGN_IN_NEEDS: "请填用户名和至少 4 位密码", "Type the user and at least 4 digits";
    SIGN_OUT: "退出登录", "Sign out";
    SKIP: "跳到内容", "Skip to content";
    SLOGAN: "车间报工与库存", "The shop floor, booked as it happens";
    STATE: "状态", "State";
    STATUS: "状态", "Status";
    STOCK: "库存", "Stock";
    SURE: "确定吗?这一步不能撤回。", "Are you sure? This cannot be undone.";
    TO: "到", "To";
    TOO_MUCH: "此处最多 {}", "At most {} here";
    TO_START: "回到首页", "To the start";
    UNDERSTOOD: "知道了", "I see";
    UNKNOWN_CODE: "不认识这个码:{}", "This code is not known: {}";
    UNREADABLE: "看不懂服务器的回答", "The answer cannot be read";
    UNREADABLE_HINT: "请刷新页面;如仍出现,请告诉管理员。", "Reload the page; if it stays, tell the administrator.";
    URGENT: "加急", "Urgent";
    USABLE: "可用", "usable";
    USER: "用户名", "User";
    USERS: "用户", "Users";
    VALID_UNTIL: "登录有效到 {}", "Signed in until {}";
    WAITS_FOR: "正在等", "Waiting for";
    WHERE: "放在哪里", "Where it stands";
    WHO: "可找:", "Ask: ";
    WHO_IS_HERE: "谁在岗", "Who is here";
    WHY_NOT: "还缺这些:", "This is missing:";
    WRONG_FIELDS: "请改正标出的字段", "Please correct the fields that are marked";
}
