//! What this device keeps, and what only it can tell: the time, and ids nobody else makes.

use std::cell::Cell;

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
    /// Light, dark or high contrast, where the reader has chosen.
    Theme,
    /// How far this device's clock is off.
    ClockOff,
    /// `off` where the reader wants to hear nothing.
    Sound,
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
            Self::Theme => "takt.theme",
            Self::ClockOff => "takt.clock",
            Self::Sound => "takt.sound",
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

thread_local! {
    /// What has to be added to this device's clock to have the plant's, in milliseconds; NaN before anything is known.
    static CLOCK_OFF: Cell<f64> = const { Cell::new(f64::NAN) };
}

/// The plant says its time to the second, and an answer takes its way: what is below this is no error of the clock.
const CLOCK_OFF_MIN_MS: f64 = 5_000.0;

/// What has to be added to this device's clock to have the plant's, in milliseconds; 0 where it is right.
pub fn clock_off_ms() -> f64 {
    if CLOCK_OFF.get().is_nan() {
        let kept = get(Kept::ClockOff).and_then(|text| text.parse::<i32>().ok());
        CLOCK_OFF.set(kept.map_or(0.0, f64::from));
    }
    CLOCK_OFF.get()
}

/// Compares this device's clock with the plant's: `date` is what an answer says in its head, to a call that was sent at
/// `sent_ms`. What is found is kept, since records are made without a network too.
pub fn compare_clock(date: &str, sent_ms: f64) {
    let now = js_sys::Date::now();
    let off = js_sys::Date::parse(date) + 500.0 - (sent_ms + now) / 2.0;
    // A slow answer tells too little.
    if off.is_nan() || now - sent_ms > CLOCK_OFF_MIN_MS {
        return;
    }
    let off = if off.abs() < CLOCK_OFF_MIN_MS { 0.0 } else { off.round() };
    if (off - clock_off_ms()).abs() > CLOCK_OFF_MIN_MS {
        CLOCK_OFF.set(off);
        set(Kept::ClockOff, &(off as i32).to_string());
    }
}

/// The time: this device's, put right by what the plant said last.
pub fn now() -> Timestamp {
    Timestamp::from_millisecond((js_sys::Date::now() + clock_off_ms()) as i64).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// True where the browser has that part of `navigator`: some are missing where the page comes over plain HTTP.
pub fn offers(part: &str) -> bool {
    js_sys::Reflect::get(&window().navigator(), &part.into()).is_ok_and(|part| !part.is_undefined())
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
