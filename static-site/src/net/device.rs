//! What this device keeps, and what only it can tell: the time, and ids nobody else makes.

use jiff::Timestamp;
use sycamore::web::window;

/// What is kept between visits.
#[derive(Clone, Copy)]
pub enum Kept {
    Session,
    User,
    Plant,
    Lang,
    Device,
    OrderFilter,
    Pending,
    Place,
    ScrapReasons,
    /// What was said last, for the page that is loaded next.
    Said,
}

impl Kept {
    fn name(self) -> &'static str {
        match self {
            Self::Session => "takt.session",
            Self::User => "takt.user",
            Self::Plant => "takt.plant",
            Self::Lang => "takt.lang",
            Self::Device => "takt.device",
            Self::OrderFilter => "takt.orders",
            Self::Pending => "takt.pending",
            Self::Place => "takt.place",
            Self::ScrapReasons => "takt.scrap",
            Self::Said => "takt.said",
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

pub fn get(what: Kept) -> Option<String> {
    storage()?.get_item(what.name()).ok().flatten()
}

pub fn set(what: Kept, value: &str) {
    // A browser that keeps nothing still works for this visit.
    let _ = storage().map(|storage| storage.set_item(what.name(), value));
}

pub fn remove(what: Kept) {
    let _ = storage().map(|storage| storage.remove_item(what.name()));
}

/// The time of this device.
pub fn now() -> Timestamp {
    Timestamp::from_millisecond(js_sys::Date::now() as i64).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A random UUID. Not `crypto.randomUUID`, which is missing where the page comes over plain HTTP in the plant's own network.
pub fn uuid() -> String {
    let mut bytes = [0u8; 16];
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// The name of this device in the ledger.
pub fn id() -> String {
    if let Some(known) = get(Kept::Device) {
        return known;
    }
    let made = format!("web-{}", &uuid()[..8]);
    set(Kept::Device, &made);
    made
}
