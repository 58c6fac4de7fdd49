//! Other units of an item, such as boxes of a dozen. A quantity that comes in one of them is converted exactly into the
//! item's own unit and decimals, or refused: nothing is ever rounded into the books.

use crate::master::{Item, ItemUnit};
use crate::quantity::{self, Quantity};
use crate::text::Lang;

/// The most other units that an item has.
pub const UNITS_MAX: usize = 20;

/// The longest name of a unit, in characters.
pub const UNIT_MAX: usize = 16;

/// True for units that can be told apart, each worth something.
pub fn are_good(units: &[ItemUnit]) -> bool {
    let good = |(n, unit): (usize, &ItemUnit)| {
        let name = &unit.unit;
        let long = name.chars().count() > UNIT_MAX || name.is_empty() || name.chars().any(char::is_control);
        !long && unit.factor.is_positive() && units[..n].iter().all(|before| before.unit != *name)
    };
    units.len() <= UNITS_MAX && units.iter().enumerate().all(good)
}

/// What is wrong with the other units that an item is to have: the field, and why.
pub fn wrong(item: &Item, units: &[ItemUnit], lang: Lang) -> Option<(String, String)> {
    if units.len() > UNITS_MAX {
        let detail = match lang {
            Lang::Zh => format!("最多 {UNITS_MAX} 个单位"),
            Lang::En => format!("expected at most {UNITS_MAX} units"),
        };
        return Some(("units".into(), detail));
    }
    units.iter().enumerate().find_map(|(n, unit)| {
        let named = |name: &str| name == item.unit || units[..n].iter().any(|before| before.unit == name);
        let at = |field: &str| format!("units[{n}].{field}");
        let name = &unit.unit;
        if name.trim() != name || !are_good(&[ItemUnit { factor: Quantity::from_units(1, 0), ..unit.clone() }]) {
            let detail = match lang {
                Lang::Zh => format!("单位名称为 1 到 {UNIT_MAX} 个字符"),
                Lang::En => format!("expected a name of 1 to {UNIT_MAX} characters"),
            };
            return Some((at("unit"), detail));
        }
        if named(name) {
            let detail = match lang {
                Lang::Zh => format!("{} 已有单位 {name}", item.id),
                Lang::En => format!("{} has the unit {name} already", item.id),
            };
            return Some((at("unit"), detail));
        }
        let detail = lang.pick("换算数量必须大于 0", "expected a quantity above zero");
        (!unit.factor.is_positive()).then(|| (at("factor"), detail.to_owned()))
    })
}

/// The factor of a unit; none for the item's own, which may be named too.
fn factor(item: &Item, unit: &str) -> Option<Option<Quantity>> {
    if unit.is_empty() || unit == item.unit {
        return Some(None);
    }
    item.units.iter().find(|known| known.unit == unit).map(|known| Some(known.factor))
}

/// A quantity in the item's own unit. What is no unit of the item, or would have more decimals than the item has, is told:
/// the field, and why.
pub fn to_base(item: &Item, unit: &str, quantity: Quantity, lang: Lang) -> Result<Quantity, (&'static str, String)> {
    let Some(factor) = factor(item, unit) else {
        let names: Vec<&str> =
            std::iter::once(&item.unit).chain(item.units.iter().map(|known| &known.unit)).map(String::as_str).collect();
        let names = names.join(", ");
        let detail = match lang {
            Lang::Zh => format!("{} 没有单位 {unit},可用:{names}", item.id),
            Lang::En => format!("{unit} is no unit of {}, expected one of {names}", item.id),
        };
        return Err(("unit", detail));
    };
    let Some(factor) = factor else { return Ok(quantity) };
    exactly(quantity, factor, item.scale).ok_or_else(|| {
        let (own, scale) = (&item.unit, item.scale);
        let detail = match lang {
            Lang::Zh => format!("{quantity} {unit} 不能精确换算为 {own}(最多 {scale} 位小数)"),
            Lang::En => format!("{quantity} {unit} is no exact quantity in {own} with at most {scale} decimals"),
        };
        ("quantity", detail)
    })
}

fn exactly(quantity: Quantity, factor: Quantity, scale: u8) -> Option<Quantity> {
    let product = i128::from(quantity.units()) * i128::from(factor.units());
    let (has, wanted) = (u32::from(quantity.scale()) + u32::from(factor.scale()), u32::from(scale));
    let units = if has <= wanted {
        product.checked_mul(10_i128.pow(wanted - has))?
    } else {
        let by = 10_i128.pow(has - wanted);
        (product % by == 0).then_some(product / by)?
    };
    let units = i64::try_from(units).ok().filter(|units| units.abs() <= quantity::UNITS_MAX)?;
    Some(Quantity::from_units(units, scale))
}
