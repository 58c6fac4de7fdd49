//! The last day of a lot is corrected, where it was entered wrongly or somebody has looked and found it good for longer.
//!
//! It lets stock be used, or keeps it from being used, so it is quality's to decide, with a signature. What was used or shipped
//! before was judged by the day that was known then: where nothing is left there is nothing to correct any more.

use jiff::civil::Date;

use super::Lot;
use crate::facts::Actor;
use crate::permission::Permission;
use crate::refusal::{Refusal, Unmet};
use crate::signature::Signature;
use crate::text::Lang;

/// The lot afterwards. `is_left`: something of it stands in the plant.
pub fn correct(
    lot: &Lot,
    expires: Date,
    is_left: bool,
    actor: &Actor,
    signature: &Signature,
    lang: Lang,
) -> Result<Lot, Refusal> {
    let quality = Permission::QualityDispose;
    let (item, number) = (&lot.item, &lot.number);
    let mut unmet = Vec::new();
    if !actor.may(quality) {
        unmet.push(Unmet::permission(quality, lang));
    }
    unmet.extend(signature.unmet_for(quality, lang));
    if !is_left {
        let detail = match lang {
            Lang::Zh => format!("{item} 批次 {number} 已无库存:已用完、发出或归档"),
            Lang::En => format!("nothing of lot {number} of {item} is in stock: it is used up, gone or archived"),
        };
        let remedy = lang.pick("已用部分按当时的到期日判定,无需更正", "what was used was judged by the day known then");
        unmet.push(Unmet::new("lot.gone", detail, remedy, quality.holders()));
    }
    if lot.expires == Some(expires) {
        let detail = match lang {
            Lang::Zh => format!("批次 {number} 的到期日已是 {expires}"),
            Lang::En => format!("{expires} is the last day of lot {number} already"),
        };
        unmet.push(Unmet::new(
            "lot.same_day",
            detail,
            lang.pick("填写另一日期", "give another day"),
            quality.holders(),
        ));
    }
    if let Some(made) = lot.made.filter(|made| expires < *made) {
        let detail = match lang {
            Lang::Zh => format!("批次 {number} 生产于 {made},不能在此之前到期"),
            Lang::En => format!("lot {number} was made on {made} and cannot expire before that"),
        };
        unmet.push(Unmet::new("lot.before_made", detail, lang.pick("核对日期", "check the day"), quality.holders()));
    }
    if !unmet.is_empty() {
        return Err(Refusal { unmet });
    }
    Ok(Lot { expires: Some(expires), ..lot.clone() })
}
