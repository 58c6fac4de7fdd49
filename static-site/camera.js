// Reads codes with the device's camera: one, or one after another. Loaded when somebody first wants to (`start.js`), as no first visit needs it.
//
// What looks at the pictures is the browser's own `BarcodeDetector` where it knows the codes that are used here; else, and
// where it fails, a program of ours in a worker, which is loaded only then. The browser's does not always tell FNC1, without
// which the lot of a GS1 code cannot be told from what follows it: ours is asked for such a code too.
const SQUARE = ["qr_code", "data_matrix"];
const NEEDED = [...SQUARE, "code_128", "ean_13"];
const FORMATS = [...NEEDED, "code_39", "ean_8", "itf"];
// One picture at a time, and not more than seven a second: the rest is for the page, and the battery.
const PACE_MS = 140;
// The longest side of a picture that is looked at, in points.
const SIDE_MAX = 1280;
// So often the program is started again where a picture was too much for it.
const FALLS_MAX = 3;
// A code that stays in view is one scan: it is read again only after it was out of sight for so long.
const AWAY_MS = 2000;
// Where it is kept that the reader scans one code after another.
const KEPT = "takt.scan-on";
// So many pictures are tried to hear FNC1 of a code that the browser has told without.
const EXACT_MAX = 8;

const SAID = {
  title: ["扫码", "Scan"],
  close: ["关闭", "Close"],
  torch: ["手电", "Torch"],
  again: ["再试一次", "Try again"],
  on: ["连续扫码", "Keep scanning"],
  opening: ["正在打开相机", "Opening the camera"],
  aim: ["把条码放进框里", "Hold the code inside the frame"],
  NotAllowedError: [
    "没有使用相机的许可。请在浏览器的网站设置里允许相机,然后再试;也可以用扫码枪或手工输入。",
    "The camera is not allowed. Allow it in the browser's settings for this site and try again; or use a scanner, or type the code.",
  ],
  NotFoundError: [
    "这台设备没有相机。请用扫码枪或手工输入。",
    "This device has no camera. Use a scanner, or type the code.",
  ],
  NotReadableError: [
    "相机打不开,可能正被别的程序使用。请关闭那个程序,然后再试。",
    "The camera cannot be opened; perhaps another program uses it. Close that one and try again.",
  ],
  decoder: [
    "读码程序还没有存到本机。请在有网络时再试;现在可以用扫码枪或手工输入。",
    "What reads codes is not on this device yet. Try again where there is a network; for now use a scanner, or type the code.",
  ],
};

// Opens the camera's view. Answers the code that was read, or nothing where the view was closed before. A page that takes one
// code after another gives `taken`: while the reader wants that, the view stays open and each code goes there.
export async function open(isChinese, taken) {
  const said = what => SAID[what][isChinese ? 0 : 1];
  await styled();
  const view = drawn(said, taken);
  const end = new Promise(tell => view.dialog.addEventListener("close", tell));
  const close = () => view.dialog.close();
  const hidden = () => document.hidden && close();
  document.addEventListener("visibilitychange", hidden);
  addEventListener("pagehide", close);
  addEventListener("popstate", close);
  view.close.addEventListener("click", close);
  document.body.append(view.dialog);
  view.dialog.showModal();
  let found;
  const work = async () => {
    view.again.hidden = true;
    view.told.textContent = said("opening");
    try {
      found = await scanned(view, said, taken);
      if (found) close();
    } catch (error) {
      stop(view.video);
      view.torch.hidden = view.frame.hidden = true;
      view.told.textContent = said(error.name in SAID ? error.name : "NotReadableError");
      view.again.hidden = false;
    }
  };
  view.again.addEventListener("click", work);
  work();
  await end;
  stop(view.video);
  document.removeEventListener("visibilitychange", hidden);
  removeEventListener("pagehide", close);
  removeEventListener("popstate", close);
  view.dialog.remove();
  return found;
}

// ---- the view

let sheet;

async function styled() {
  sheet ??= new Promise(tell => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = "{camera.css}";
    link.onload = link.onerror = tell;
    document.head.append(link);
  });
  await sheet;
}

function drawn(said, taken) {
  const dialog = part("dialog", "camera");
  dialog.setAttribute("aria-label", said("title"));
  const video = part("video", "");
  video.muted = video.playsInline = true;
  video.setAttribute("aria-hidden", "true");
  const frame = part("div", "camera-frame");
  const head = part("div", "camera-head");
  const title = part("h2", "", said("title"));
  const torch = part("button", "quiet", said("torch"));
  const close = part("button", "quiet", said("close"));
  const foot = part("div", "camera-foot");
  const told = part("p", "");
  told.setAttribute("role", "status");
  const again = part("button", "quiet", said("again"));
  const on = part("button", "quiet camera-on", said("on"));
  // What was scanned last; the page says more of it as soon as it knows (`camera.rs`).
  const last = part("p", "camera-last");
  last.setAttribute("role", "status");
  torch.type = close.type = again.type = on.type = "button";
  frame.hidden = torch.hidden = again.hidden = true;
  on.hidden = !taken;
  offerOn(on);
  head.append(title, torch, close);
  foot.append(last, told, on, again);
  dialog.append(video, frame, head, foot);
  return { dialog, video, frame, torch, close, told, again, on, last };
}

const isPressed = button => button.getAttribute("aria-pressed") === "true";

// A browser that keeps nothing still works for this visit.
function offerOn(button) {
  const kept = what => {
    try {
      return what === undefined ? localStorage.getItem(KEPT) : localStorage.setItem(KEPT, what);
    } catch {}
  };
  button.setAttribute("aria-pressed", kept() === "true");
  button.onclick = () => {
    button.setAttribute("aria-pressed", !isPressed(button));
    kept(isPressed(button));
  };
}

function part(name, className, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

// ---- the camera

async function scanned(view, said, taken) {
  const wanted = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: wanted });
  view.video.srcObject = stream;
  if (!view.dialog.open) return stop(view.video);
  await view.video.play();
  offerTorch(view.torch, stream.getVideoTracks()[0]);
  view.frame.hidden = false;
  view.told.textContent = said("aim");
  const eyes = await eyesOf();
  const seen = new Map();
  for (let before, hard = false; view.dialog.open; hard = !hard) {
    const began = performance.now();
    const found = view.video.readyState >= 2 && (await eyes(view.video, hard));
    // Bars have hardly a check of their own: two pictures must agree.
    if (found && (found.sure || found.code === before)) {
      if (!view.dialog.open) return;
      const [now, seenAt] = [performance.now(), seen.get(found.code) ?? -Infinity];
      seen.set(found.code, now);
      if (now - seenAt > AWAY_MS) {
        if (!taken || !isPressed(view.on)) return found.code;
        view.last.textContent = found.code;
        taken(found.code);
      }
    }
    before = found ? found.code : hard ? undefined : before;
    await new Promise(tell => setTimeout(tell, Math.max(10, PACE_MS - performance.now() + began)));
  }
}

function offerTorch(button, track) {
  const set = async isOn => {
    await track.applyConstraints({ advanced: [{ torch: isOn }] });
    button.setAttribute("aria-pressed", isOn);
  };
  button.hidden = !track.getCapabilities?.().torch;
  button.setAttribute("aria-pressed", false);
  button.onclick = () => set(!isPressed(button)).catch(() => (button.hidden = true));
}

// The camera's light goes out with its tracks.
function stop(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

// ---- eyes

async function eyesOf() {
  const detector = await detectorOf();
  return detector ? (video, hard) => detected(detector, video, hard) : (video, hard) => decoded(video, hard);
}

// Some browsers have the name and know no code, for instance a phone without Google's services.
async function detectorOf() {
  try {
    const known = await BarcodeDetector.getSupportedFormats();
    if (NEEDED.every(format => known.includes(format))) {
      return new BarcodeDetector({ formats: FORMATS.filter(format => known.includes(format)) });
    }
  } catch {}
}

let exactLeft = EXACT_MAX;
let isBlind = false;

async function detected(detector, video, hard) {
  if (isBlind) return decoded(video, hard);
  let all;
  try {
    all = await detector.detect(video);
  } catch {
    isBlind = true;
    return decoded(video, hard);
  }
  // A square symbol says more than the bars on the same label.
  const isSquare = ({ format }) => SQUARE.includes(format);
  const [first] = all.filter(({ rawValue }) => rawValue).sort((one, other) => isSquare(other) - isSquare(one));
  if (!first) return undefined;
  const told = { code: first.rawValue, sure: isSquare(first) };
  if (!mayLackFnc1(first) || exactLeft === 0) return told;
  exactLeft -= 1;
  // Without ours the code as it is must do.
  const exact = await decoded(video, hard).catch(() => told);
  if (exact) exactLeft = EXACT_MAX;
  return exact ?? (exactLeft ? undefined : told);
}

function mayLackFnc1({ format, rawValue }) {
  return ["code_128", ...SQUARE].includes(format) && /^\d{16}/.test(rawValue) && !rawValue.includes("\x1d");
}

let canvas;

function pictureOf(video) {
  const { videoWidth, videoHeight } = video;
  const scale = Math.min(1, SIDE_MAX / Math.max(videoWidth, videoHeight));
  canvas ??= document.createElement("canvas");
  canvas.width = Math.round(videoWidth * scale);
  canvas.height = Math.round(videoHeight * scale);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

let program;
let falls = 0;

// The program in its worker, ready to hear.
function programOf() {
  program ??= new Promise((tell, fail) => {
    const worker = new Worker("{decoder.js}", { type: "module" });
    worker.onmessage = ({ data }) => (data === "ready" ? tell(worker) : fail());
    worker.onerror = fail;
  });
  return program;
}

async function decoded(video, hard) {
  let worker;
  try {
    worker = await programOf();
  } catch {
    program = undefined;
    throw { name: "decoder" };
  }
  const { data, width, height } = pictureOf(video);
  try {
    const answer = await new Promise((tell, fail) => {
      worker.onmessage = ({ data }) => tell(data);
      worker.onerror = fail;
      worker.postMessage({ pixels: data.buffer, width, height, hard }, [data.buffer]);
    });
    return answer ?? undefined;
  } catch {
    // A picture can be too much for it; the next one is not.
    worker.terminate();
    program = undefined;
    falls += 1;
    if (falls > FALLS_MAX) throw { name: "decoder" };
  }
}

// Tells by a tone and by shaking that a code was read, or that it means nothing. A browser allows neither before the reader
// has touched the page.
let audio;
export const tell = (isGood, isLoud) => {
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
