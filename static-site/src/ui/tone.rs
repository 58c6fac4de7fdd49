//! What a scanner says: a high tone and a short shake where a code was read, a low tone and a long shake where it means
//! nothing. `start.js` makes them.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::net::device::{self, Kept};

/// What is kept where the reader wants to hear nothing.
const OFF: &str = "off";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = taktTell)]
    fn tell(is_good: bool, is_loud: bool);
}

/// A code was read.
pub fn good() {
    tell(true, is_loud());
}

/// It means nothing, or not what it should.
pub fn bad() {
    tell(false, is_loud());
}

/// True unless the reader has turned the sound off on this device.
pub fn is_loud() -> bool {
    device::get(Kept::Sound).as_deref() != Some(OFF)
}

/// Turns the sound on or off on this device.
pub fn set_loud(is_loud: bool) {
    if is_loud { device::remove(Kept::Sound) } else { device::set(Kept::Sound, OFF) }
}
