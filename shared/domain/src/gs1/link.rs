//! GS1 Digital Link: the same elements as a web address, `https://any.host/01/GTIN/10/LOT?17=YYMMDD` (GS1 Digital Link
//! Standard: URI Syntax). The primary key is a GTIN or an SSCC; compressed links are not read.

use super::fault::{Fault, Gs1Error};
use super::{Element, ai};

fn after_scheme(text: &str) -> Option<&str> {
    let scheme = text
        .get(..8)
        .filter(|scheme| scheme.eq_ignore_ascii_case("https://"))
        .or_else(|| text.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("http://")))?;
    text.get(scheme.len()..)
}

/// Path and query behind the host.
fn parts(text: &str) -> Option<(&str, &str)> {
    let rest = after_scheme(text)?;
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    Some((path.split_once('/')?.1, query))
}

/// Where the primary key stands among the segments: the last 01 or 00 with a number of digits behind it.
fn primary(segments: &[&str]) -> Option<usize> {
    segments.windows(2).position(|pair| {
        matches!(pair[0], "01" | "00") && pair[1].len() >= 8 && pair[1].bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// True for a web address with a primary key in its path.
pub(super) fn is_link(text: &str) -> bool {
    parts(text).is_some_and(|(path, _)| primary(&path.split('/').collect::<Vec<_>>()).is_some())
}

pub(super) fn elements(text: &str) -> Result<Vec<Element>, Gs1Error> {
    let (path, query) = parts(text).unwrap_or_default();
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let keys = segments.get(primary(&segments).unwrap_or_default()..).unwrap_or_default();
    // Other parameters than identifiers are for whoever resolves the address.
    let query = query.split(['&', ';']).filter_map(|pair| pair.split_once('='));
    let query = query.filter(|(ai, _)| ai.len() >= 2 && ai.bytes().all(|byte| byte.is_ascii_digit()));
    let path = keys.chunks(2).map(|pair| (pair[0], pair.get(1).copied().unwrap_or_default()));
    path.chain(query).map(|(ai, value)| element(text, ai, value)).collect()
}

fn element(text: &str, ai: &str, value: &str) -> Result<Element, Gs1Error> {
    let found = ['/', '='].into_iter().find_map(|between| text.find(&format!("{ai}{between}{value}")));
    let at = 1 + found.and_then(|offset| text.get(..offset)).map_or(0, |before| before.chars().count());
    let definition = ai::definition(ai).ok_or_else(|| Gs1Error::unknown(at, ai))?;
    let value = decoded(value).ok_or_else(|| Gs1Error::at(at, Some(ai), Fault::BadCharacter { found: '%' }))?;
    // A GTIN may stand there with 8, 12 or 13 digits.
    let value = if ai == "01" && matches!(value.len(), 8 | 12 | 13) { format!("{value:0>14}") } else { value };
    definition.check(&value, at, ai)?;
    Ok(Element { ai: ai.to_owned(), value, at })
}

/// Percent-encoding undone; none where it is broken.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'%' {
            let (digits, after) = rest.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok().filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}
