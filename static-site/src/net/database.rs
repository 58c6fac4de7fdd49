//! What must outlive this browser, in IndexedDB: texts in the order in which they were put there, each under a number that
//! grows.
//!
//! Its own few calls rather than a crate, since every first visit of a phone loads them.

use js_sys::{Array, Function, Object, Promise, Reflect};
use sycamore::web::window;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{IdbDatabase, IdbObjectStore, IdbObjectStoreParameters, IdbOpenDbRequest, IdbRequest, IdbTransaction};

const DATABASE: &str = "takt";
const STORE: &str = "outbox";

/// Puts a text at the end. The number under which it stands, once it is on the disk.
pub async fn add(text: &str) -> Result<u32, JsValue> {
    let (store, transaction) = store("readwrite").await?;
    let request = store.add(&JsValue::from_str(text))?;
    done(&transaction).await?;
    Ok(request.result()?.as_f64().unwrap_or_default() as u32)
}

/// Puts another text in the place of one.
pub async fn replace(number: u32, text: &str) -> Result<(), JsValue> {
    let (store, transaction) = store("readwrite").await?;
    store.put_with_key(&JsValue::from_str(text), &number.into())?;
    done(&transaction).await
}

/// Takes one away.
pub async fn remove(number: u32) -> Result<(), JsValue> {
    let (store, transaction) = store("readwrite").await?;
    store.delete(&number.into())?;
    done(&transaction).await
}

/// All of them in their order.
pub async fn all() -> Result<Vec<(u32, String)>, JsValue> {
    let (store, transaction) = store("readonly").await?;
    let (numbers, texts) = (store.get_all_keys()?, store.get_all()?);
    done(&transaction).await?;
    let (numbers, texts): (Array, Array) = (numbers.result()?.dyn_into()?, texts.result()?.dyn_into()?);
    let number = |value: JsValue| value.as_f64().unwrap_or_default() as u32;
    let rows = numbers.iter().zip(texts.iter());
    Ok(rows.map(|(key, text)| (number(key), text.as_string().unwrap_or_default())).collect())
}

async fn store(mode: &str) -> Result<(IdbObjectStore, IdbTransaction), JsValue> {
    let database = open().await?;
    // "strict" is on the disk, not only with the system, when it says that it is done; web-sys does not know it yet.
    let options = Object::new();
    Reflect::set(&options, &"durability".into(), &"strict".into())?;
    let begin: Function = Reflect::get(&database, &"transaction".into())?.dyn_into()?;
    let transaction: IdbTransaction = begin.call3(&database, &STORE.into(), &mode.into(), &options)?.dyn_into()?;
    // It is closed as soon as its transactions have ended, so that no page keeps a later version of this out.
    database.close();
    Ok((transaction.object_store(STORE)?, transaction))
}

async fn open() -> Result<IdbDatabase, JsValue> {
    let request = window().indexed_db()?.ok_or(JsValue::NULL)?.open_with_u32(DATABASE, 1)?;
    let made = request.clone();
    let make = Closure::once_into_js(move || {
        let _ = make_store(&made);
    });
    request.set_onupgradeneeded(Some(make.unchecked_ref()));
    settled(&request, "onsuccess").await?;
    request.result()?.dyn_into()
}

fn make_store(request: &IdbOpenDbRequest) -> Result<(), JsValue> {
    let database: IdbDatabase = request.result()?.dyn_into()?;
    let parameters = IdbObjectStoreParameters::new();
    parameters.set_auto_increment(true);
    database.create_object_store_with_optional_parameters(STORE, &parameters).map(|_| ())
}

async fn settled(request: &IdbRequest, success: &str) -> Result<(), JsValue> {
    heard(request, success, &["onerror", "onblocked"]).await
}

async fn done(transaction: &IdbTransaction) -> Result<(), JsValue> {
    heard(transaction, "oncomplete", &["onerror", "onabort"]).await
}

/// Waits for one event or another. The promise's own functions are the handlers.
async fn heard(target: &JsValue, good: &str, bad: &[&str]) -> Result<(), JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        let _ = Reflect::set(target, &good.into(), &resolve);
        for name in bad {
            let _ = Reflect::set(target, &(*name).into(), &reject);
        }
    });
    JsFuture::from(promise).await.map(|_| ())
}
