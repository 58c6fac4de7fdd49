//! Reads codes in pictures, for browsers that cannot: a program of its own that runs in a worker, so that the page stays
//! awake, and that is loaded when the camera is first used. A message is a picture, `{pixels, width, height, hard}` with its
//! points as RGBA; the answer is `{code, sure}`, or null where no code is in it.

use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// Tells the page that messages are heard now: what is sent before is lost.
const READY: &str = "ready";

fn main() {
    std::panic::set_hook(Box::new(|info| web_sys::console::warn_1(&info.to_string().into())));
    let Ok(worker) = js_sys::global().dyn_into::<web_sys::DedicatedWorkerGlobalScope>() else { return };
    let answers = worker.clone();
    let heard = Closure::<dyn Fn(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        // A page that does not hear the answer is gone.
        let _ = answers.post_message(&look(&event.data()).unwrap_or(JsValue::NULL));
    });
    worker.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    // It listens as long as the worker lives.
    heard.forget();
    let _ = worker.post_message(&READY.into());
}

fn look(picture: &JsValue) -> Option<JsValue> {
    let part = |name: &str| Reflect::get(picture, &name.into()).ok();
    let side = |name: &str| part(name)?.as_f64().map(|side| side as u32);
    let pixels = Uint8Array::new(&part("pixels")?).to_vec();
    let found = takt_barcode::read(&grey(&pixels), side("width")?, side("height")?, part("hard")?.is_truthy())?;
    let answer = Object::new();
    Reflect::set(&answer, &"code".into(), &found.code.into()).ok()?;
    Reflect::set(&answer, &"sure".into(), &found.is_sure.into()).ok()?;
    Some(answer.into())
}

/// How light each point is (ITU-R BT.601, in 256ths).
fn grey(pixels: &[u8]) -> Vec<u8> {
    let (points, _) = pixels.as_chunks::<4>();
    let light = |[r, g, b, _]: &[u8; 4]| (u32::from(*r) * 77 + u32::from(*g) * 150 + u32::from(*b) * 29) >> 8;
    points.iter().map(|point| u8::try_from(light(point)).unwrap_or(u8::MAX)).collect()
}
