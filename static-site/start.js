// Starts a bundle. The pipeline puts it behind the glue that wasm-bindgen makes, since a page runs no script of its own.

// Reads a code with the camera. What does so is loaded when somebody first wants it: fetched before it is imported, since a
// browser does not try an import again that once failed.
globalThis.taktCamera = async isChinese => {
  await fetch("{camera.js}");
  const camera = await import("{camera.js}");
  return camera.open(isChinese);
};

// Tells by a tone and by shaking that a code was read, or that it means nothing. A browser allows neither before the reader
// has touched the page.
let audio;
globalThis.taktTell = (isGood, isLoud) => {
  if (navigator.userActivation?.hasBeenActive === false) return;
  navigator.vibrate?.(isGood ? 60 : [120, 80, 240]);
  if (!isLoud || !globalThis.AudioContext) return;
  audio ??= new AudioContext();
  audio.resume();
  const [tone, volume, now] = [audio.createOscillator(), audio.createGain(), audio.currentTime];
  tone.type = isGood ? "sine" : "square";
  tone.frequency.value = isGood ? 1760 : 220;
  volume.gain.value = isGood ? 0.3 : 0.15;
  tone.connect(volume).connect(audio.destination);
  tone.start(now);
  tone.stop(now + (isGood ? 0.09 : 0.4));
};

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
