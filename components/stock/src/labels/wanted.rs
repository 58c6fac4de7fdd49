//! What the query asks for, checked.

use jiff::civil::Date;
use takt_domain::quantity::Quantity;
use takt_labels::{Dpi, Paper, Size};
use takt_web::call::Call;
use takt_web::failure::Failure;

/// How many ids one call may name, copies of each it may ask for, and labels it may print.
const IDS_MAX: usize = 50;
const COPIES_MAX: usize = 200;
const LABELS_MAX: usize = 500;

const PARAMS: [&str; 12] =
    ["of", "id", "lot", "quantity", "expiry", "copies", "batch", "format", "size", "paper", "dpi", "font"];

/// What labels are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Item,
    Location,
    Order,
    Badge,
}

/// How they are printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Print {
    Pdf(Paper),
    Zpl { dpi: Dpi, font: String },
}

/// One call.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) of: Of,
    pub(super) ids: Vec<String>,
    pub(super) lot: String,
    pub(super) quantity: Option<Quantity>,
    pub(super) expiry: Option<Date>,
    pub(super) copies: usize,
    pub(super) batch: Option<String>,
    pub(super) size: Size,
    pub(super) print: Print,
}

pub(super) fn wanted(call: &Call) -> Result<Wanted, Failure> {
    call.only_params(&PARAMS)?;
    let given = |name| call.param(name).filter(|value| !value.is_empty());
    let of = match given("of") {
        Some("item") => Of::Item,
        Some("location") => Of::Location,
        Some("order") => Of::Order,
        Some("badge") => Of::Badge,
        _ => return Err(Failure::field("of", "expected item, location, order or badge")),
    };
    let ids = call.params("id");
    if ids.is_empty() || ids.len() > IDS_MAX || ids.iter().any(String::is_empty) {
        return Err(Failure::field("id", format!("expected 1 to {IDS_MAX} numbers")));
    }
    let copies = given("copies").map_or(Ok(1), str::parse).ok().filter(|copies| (1..=COPIES_MAX).contains(copies));
    let copies = copies.ok_or_else(|| Failure::field("copies", format!("expected 1 to {COPIES_MAX}")))?;
    if copies * ids.len() > LABELS_MAX {
        return Err(Failure::field("copies", format!("expected at most {LABELS_MAX} labels")));
    }
    let lot = given("lot").unwrap_or_default().trim().to_owned();
    if lot.chars().count() > 64 || lot.chars().any(char::is_control) {
        return Err(Failure::field("lot", "expected at most 64 characters"));
    }
    let quantity = given("quantity").map(str::parse::<Quantity>).transpose();
    let quantity = quantity.ok().filter(|given| given.is_none_or(Quantity::is_positive));
    let quantity = quantity.ok_or_else(|| Failure::field("quantity", "expected a quantity above zero"))?;
    let expiry = given("expiry").map(str::parse).transpose();
    let expiry = expiry.map_err(|_| Failure::field("expiry", "expected a day, YYYY-MM-DD"))?;
    let fits = |batch: &str| {
        (8..=64).contains(&batch.len()) && batch.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let batch = given("batch").map(str::to_owned);
    if batch.as_deref().is_some_and(|batch| !fits(batch)) {
        return Err(Failure::field("batch", "expected 8 to 64 letters, digits and hyphens"));
    }
    let size = given("size").unwrap_or("100x60");
    let size = size.split_once('x').and_then(|(w, h)| Size::new(w.parse().ok()?, h.parse().ok()?));
    let (min, max) = Size::SIDES_MM;
    let wrong_size = || Failure::field("size", format!("expected WIDTHxHEIGHT in mm, {min} to {max}, not upright"));
    Ok(Wanted {
        of,
        ids,
        lot,
        quantity,
        expiry,
        copies,
        batch,
        size: size.ok_or_else(wrong_size)?,
        print: print(call)?,
    })
}

fn print(call: &Call) -> Result<Print, Failure> {
    let given = |name| call.param(name).filter(|value| !value.is_empty());
    match given("format") {
        None | Some("pdf") => match given("paper") {
            None | Some("roll") => Ok(Print::Pdf(Paper::Roll)),
            Some("a4") => Ok(Print::Pdf(Paper::A4)),
            Some(_) => Err(Failure::field("paper", "expected roll or a4")),
        },
        Some("zpl") => {
            let dpi = match given("dpi") {
                None | Some("203") => Dpi::D203,
                Some("300") => Dpi::D300,
                Some(_) => return Err(Failure::field("dpi", "expected 203 or 300")),
            };
            let font = given("font").unwrap_or("E:SIMSUN.TTF").to_owned();
            let is_file = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'.' | b'_' | b'-');
            if font.len() > 20 || !font.bytes().all(is_file) {
                return Err(Failure::field("font", "expected the name of a file, for instance E:SIMSUN.TTF"));
            }
            Ok(Print::Zpl { dpi, font })
        }
        Some(_) => Err(Failure::field("format", "expected pdf or zpl")),
    }
}
