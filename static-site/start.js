// Starts a bundle. The pipeline puts it behind the glue that wasm-bindgen makes, since a page runs no script of its own.

// The camera and the tones of scanning are loaded when somebody first wants them: fetched before they are imported, since a browser
// does not try an import again that once failed.
const scanning = async () => {
  await fetch("{camera.js}");
  return import("{camera.js}");
};
globalThis.taktCamera = async (isChinese, taken) => (await scanning()).open(isChinese, taken);
globalThis.taktTell = (isGood, isLoud) => void scanning().then(({ tell }) => tell(isGood, isLoud)).catch(() => {});

__wbg_init({ module_or_path: "{wasm}" }).then(async () => {
  // The view is drawn and takes input; the benchmark of the pages measures until here.
  performance.mark("takt-ready");
  // There is none over plain HTTP outside of this machine: then the pages work as without it.
  const workers = navigator.serviceWorker;
  if (!workers) return;
  const known = await workers.getRegistration("/");
  if (known?.waiting && workers.controller) {
    // A new version waits. Nothing is touched yet, so this page can begin anew under it.
    workers.addEventListener("controllerchange", () => location.reload(), { once: true });
    known.waiting.postMessage("take-over");
  }
  // After the reader's own first questions: what it loads is for the next visit.
  setTimeout(() => workers.register("/service-worker.js").catch(() => {}), 2000);
});
