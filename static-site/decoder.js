// Starts the decoder in its worker, behind the glue that wasm-bindgen makes. What cannot be loaded is told to the page.
__wbg_init({ module_or_path: "{wasm}" }).catch(error => postMessage(String(error)));
