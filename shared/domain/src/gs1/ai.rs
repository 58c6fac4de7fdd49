//! The application identifiers that are understood, with the shapes of their values (General Specifications, 3.2).

use super::check;
use super::fault::{Fault, Gs1Error};

/// What a value is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Digits.
    Number,
    /// Digits, the last of which is a check digit.
    Checked,
    /// Six digits that are a day.
    Date,
    /// The 82 characters of table 7.11-1.
    Text,
}

/// The shape of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The identifier; `n` stands for any digit, the number of decimals.
    pub ai: &'static str,
    /// The fewest characters.
    pub min: usize,
    /// The most characters.
    pub max: usize,
    kind: Kind,
    /// What it is, in Chinese.
    pub zh: &'static str,
    /// What it is, in English.
    pub en: &'static str,
}

const fn of(ai: &'static str, min: usize, max: usize, kind: Kind, zh: &'static str, en: &'static str) -> Definition {
    Definition { ai, min, max, kind, zh, en }
}

/// Every identifier that is understood. What is not among them is an error, since nobody could say where its value ends.
const DEFINITIONS: &[Definition] = &[
    of("00", 18, 18, Kind::Checked, "物流单元", "SSCC"),
    of("01", 14, 14, Kind::Checked, "商品条码", "GTIN"),
    of("02", 14, 14, Kind::Checked, "内装商品条码", "GTIN of the content"),
    of("10", 1, 20, Kind::Text, "批号", "lot"),
    of("11", 6, 6, Kind::Date, "生产日期", "production date"),
    of("12", 6, 6, Kind::Date, "付款日期", "due date"),
    of("13", 6, 6, Kind::Date, "包装日期", "packaging date"),
    of("15", 6, 6, Kind::Date, "保质期", "best before"),
    of("16", 6, 6, Kind::Date, "停售日期", "sell by"),
    of("17", 6, 6, Kind::Date, "有效期", "expiry"),
    of("20", 2, 2, Kind::Number, "产品变体", "variant"),
    of("21", 1, 20, Kind::Text, "序列号", "serial number"),
    of("22", 1, 20, Kind::Text, "消费品变体", "consumer variant"),
    of("235", 1, 28, Kind::Text, "第三方序列号", "third-party serial"),
    of("240", 1, 30, Kind::Text, "附加产品编号", "additional item number"),
    of("241", 1, 30, Kind::Text, "客户方料号", "customer's part number"),
    of("242", 1, 6, Kind::Number, "定制变体号", "made-to-order variation"),
    of("243", 1, 20, Kind::Text, "包装组件号", "packaging component"),
    of("250", 1, 30, Kind::Text, "第二序列号", "secondary serial number"),
    of("251", 1, 30, Kind::Text, "源实体参考号", "reference to the source"),
    of("254", 1, 20, Kind::Text, "位置扩展码", "GLN extension"),
    of("30", 1, 8, Kind::Number, "数量", "count"),
    of("310n", 6, 6, Kind::Number, "净重(千克)", "net weight, kg"),
    of("311n", 6, 6, Kind::Number, "长度(米)", "length, m"),
    of("312n", 6, 6, Kind::Number, "宽度(米)", "width, m"),
    of("313n", 6, 6, Kind::Number, "高度(米)", "height, m"),
    of("314n", 6, 6, Kind::Number, "面积(平方米)", "area, m2"),
    of("315n", 6, 6, Kind::Number, "净容量(升)", "net volume, l"),
    of("316n", 6, 6, Kind::Number, "净体积(立方米)", "net volume, m3"),
    of("330n", 6, 6, Kind::Number, "毛重(千克)", "gross weight, kg"),
    of("331n", 6, 6, Kind::Number, "物流长度(米)", "logistic length, m"),
    of("335n", 6, 6, Kind::Number, "物流容量(升)", "logistic volume, l"),
    of("336n", 6, 6, Kind::Number, "物流体积(立方米)", "logistic volume, m3"),
    of("37", 1, 8, Kind::Number, "内装数量", "count of the content"),
    of("400", 1, 30, Kind::Text, "客户订单号", "customer's order number"),
    of("401", 1, 30, Kind::Text, "托运代码", "consignment number"),
    of("402", 17, 17, Kind::Checked, "装运标识", "shipment number"),
    of("403", 1, 30, Kind::Text, "路径代码", "routing code"),
    of("410", 13, 13, Kind::Checked, "交货地", "ship to"),
    of("411", 13, 13, Kind::Checked, "受票方", "bill to"),
    of("412", 13, 13, Kind::Checked, "供货方", "purchased from"),
    of("413", 13, 13, Kind::Checked, "最终目的地", "ship for"),
    of("414", 13, 13, Kind::Checked, "物理位置", "location"),
    of("415", 13, 13, Kind::Checked, "开票方", "invoicing party"),
    of("416", 13, 13, Kind::Checked, "生产或服务地", "production location"),
    of("417", 13, 13, Kind::Checked, "参与方", "party"),
    of("420", 1, 20, Kind::Text, "邮政编码", "postal code"),
    of("422", 3, 3, Kind::Number, "原产国", "country of origin"),
    of("8008", 8, 12, Kind::Number, "生产日期时间", "production time"),
    of("90", 1, 30, Kind::Text, "双方约定信息", "agreed between partners"),
    of("9n", 1, 90, Kind::Text, "公司内部信息", "internal"),
];

fn fits(pattern: &str, ai: &str) -> bool {
    let same = |(pattern, digit): (u8, u8)| pattern == digit || (pattern == b'n' && digit.is_ascii_digit());
    pattern.len() == ai.len() && pattern.bytes().zip(ai.bytes()).all(same)
}

/// The shape of an identifier's value.
pub fn definition(ai: &str) -> Option<&'static Definition> {
    let known = DEFINITIONS.iter().find(|definition| fits(definition.ai, ai))?;
    // A measure of six digits has at most six decimals.
    let decimals_fit = known.ai.len() != 4 || !known.ai.ends_with('n') || ai.as_bytes()[3] <= b'6';
    decimals_fit.then_some(known)
}

/// The identifier that a text begins with. None is the beginning of another.
pub(super) fn at_start(text: &str) -> Option<(&str, &'static Definition)> {
    (2..=4).find_map(|length| {
        let ai = text.get(..length)?;
        Some((ai, definition(ai)?))
    })
}

/// What may be there once: an identifier, and a measure whatever its decimals.
pub(super) fn family(ai: &str) -> &str {
    match definition(ai) {
        Some(definition) if definition.ai.len() == 4 && definition.ai.ends_with('n') => &ai[..3],
        _ => ai,
    }
}

/// True for an identifier whose value is a day.
pub(super) fn is_date(ai: &str) -> bool {
    definition(ai).is_some_and(|definition| definition.kind == Kind::Date)
}

impl Definition {
    /// True for a length that is predefined (table 7.8.5-2): its first two digits say it, and no FNC1 follows.
    pub fn is_predefined(&self) -> bool {
        let first = self.ai.get(..2).unwrap_or_default();
        matches!(first, "00" | "01" | "02" | "03" | "04" | "20" | "41")
            || matches!(self.ai.as_bytes(), [b'1', b'1'..=b'9', ..] | [b'3', b'1'..=b'6', ..])
    }

    /// True where a value may have parentheses in it.
    pub(super) fn takes_parentheses(&self) -> bool {
        self.kind == Kind::Text
    }

    /// Judges one value by itself.
    pub(super) fn check(&self, value: &str, at: usize, ai: &str) -> Result<(), Gs1Error> {
        let wrong = |fault| Err(Gs1Error::at(at, Some(ai), fault));
        let length = value.chars().count();
        let allowed = |c: char| if self.kind == Kind::Text { is_text(c) } else { c.is_ascii_digit() };
        if length < self.min {
            return wrong(Fault::TooShort { min: self.min, found: length });
        }
        if length > self.max {
            return wrong(Fault::TooLong { max: self.max });
        }
        if let Some(bad) = value.chars().find(|c| !allowed(*c)) {
            return wrong(Fault::BadCharacter { found: bad });
        }
        if self.kind == Kind::Checked && !check::has_check_digit(value) {
            let digits = value.get(..value.len() - 1).unwrap_or_default();
            let expected = check::check_digit(digits).unwrap_or_default();
            return wrong(Fault::CheckDigit { expected, found: value.chars().last().unwrap_or('?') });
        }
        Ok(())
    }
}

/// The 82 characters that values may have (General Specifications, table 7.11-1).
fn is_text(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!\"%&'()*+,-./_:;<=>?".contains(c)
}
