// What lets the pages open without a network, and read without one.
//
// Pages: the documents of this version are kept when the worker is installed, with all that `early` bundles load; what the
// others load is kept when first used. A document is handed out only with everything that it loads, so no page is a mix of
// two versions. What is needed `later`, to scan with the camera, is kept when first used too, and by each new version from then
// on. A new version waits until no page is left that the old one serves, or until the only page asks for it before
// its reader has touched anything (`start.js`); only then what the old one kept is removed.
//
// Answers: the network is asked first, always. Where it does not answer, whoever asked gets the last answer that this very
// session was given, with its time in `takt-as-of`. Kept under a digest of the session's token: a sign-out, a session that
// ended and the first question of another session remove it. Photos, files and what is no JSON are not kept. Writes do not
// pass through here.
"use strict";

// Where the API is: here, unless the pages were made for another address.
const { version, bundles, later, api = location.origin } = {made};

const APP = "takt-app-";
const ANSWERS = "takt-answers-";
const API = "/api/v1/";
// What is worth reading where there is no network; the answers to other questions are old as soon as they are given.
const KEPT = [
  "alerts", "approvals", "board", "columns", "conflicts", "counts", "crew", "equipment", "exception-settings", "exceptions",
  "flows", "forms", "inspection-plans", "inspections", "items", "kanban", "kanban-calls", "lots", "morning", "moulds",
  "movements", "nonconformances", "orders", "plant", "quality-settings", "receiving", "reports", "scan", "schedule",
  "shortages", "stock",
];
const ANSWERS_MAX = 200;
const ANSWER_BYTES_MAX = 128 * 1024;
// A dead spot often takes what it is sent and never answers. Whoever has something older is not left waiting longer.
const PATIENCE_MS = 6000;
// Whoever asks right after a question that had no answer waits no longer than this: one code that is scanned there asks several.
const LOST_PATIENCE_MS = 800;
const LOST_MS = 20000;

addEventListener("install", event => event.waitUntil(install()));
addEventListener("activate", event => event.waitUntil(activate()));
addEventListener("message", event => event.waitUntil(takeOver(event)));
addEventListener("fetch", event => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin === api && url.pathname.startsWith(API)) {
    if (!request.headers.has("authorization")) return;
    const [first] = url.pathname.slice(API.length).split("/");
    if (request.method === "GET" && KEPT.includes(first)) event.respondWith(read(event, url));
    if (request.method === "DELETE" && first === "session") event.respondWith(signOut(request));
  } else if (request.method === "GET" && url.origin === location.origin) {
    const bundle = request.mode === "navigate" && bundleOf(url.pathname);
    if (bundle) event.respondWith(page(request, bundle));
    else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(event));
  }
});

// ---- pages

async function install() {
  const cache = await caches.open(APP + version);
  try {
    // The digest keeps out a document of another version, which a server that is being replaced may still hand out.
    const documents = bundles.map(({ page, integrity }) => new Request(page, { integrity, cache: "no-cache" }));
    const assets = new Set(bundles.filter(bundle => bundle.early).flatMap(bundle => bundle.assets));
    for (const path of later) if (await isUsed(path)) assets.add(path);
    await cache.addAll([...documents, ...assets]);
  } catch (error) {
    // No room, or the network went away: the pages work as they did before, and the next visit tries again.
    await caches.delete(APP + version);
    throw error;
  }
}

// An older version keeps a file of that name, under another digest.
async function isUsed(path) {
  const kindOf = path => path.replace(/-[0-9a-f]+\./, ".");
  for (const name of await caches.keys()) {
    const keys = name.startsWith(APP) ? await (await caches.open(name)).keys() : [];
    if (keys.some(({ url }) => kindOf(new URL(url).pathname) === kindOf(path))) return true;
  }
  return false;
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter(name => name.startsWith(APP) && name !== APP + version).map(name => caches.delete(name)));
  await clients.claim();
}

async function takeOver({ data }) {
  if (data !== "take-over") return;
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (pages.length <= 1) await skipWaiting();
}

// The longest address that the path begins with, as `takt_api::pages` has it.
function bundleOf(path) {
  const [first = "", second] = path.split("/").filter(Boolean);
  const holding = address => bundles.find(bundle => bundle.addresses.includes(address));
  return (second !== undefined && holding(`${first}/${second}`)) || holding(first);
}

async function page(request, { page, assets }) {
  const cache = await caches.open(APP + version);
  const found = await Promise.all(assets.map(path => cache.match(path, { ignoreVary: true })));
  const kept = await cache.match(page, { ignoreVary: true });
  if (kept && found.every(Boolean)) return kept;
  return fetch(request);
}

async function asset(event) {
  const { request } = event;
  const kept = await caches.match(request.url, { ignoreVary: true });
  if (kept) return kept;
  const answer = await fetch(request);
  const path = new URL(request.url).pathname;
  const isOurs = later.includes(path) || bundles.some(bundle => bundle.assets.includes(path));
  if (answer.ok && isOurs) {
    const copy = answer.clone();
    // Where there is no room, the next visit loads it again.
    const keep = async () => (await caches.open(APP + version)).put(request.url, copy);
    event.waitUntil(keep().catch(() => {}));
  }
  return answer;
}

// ---- answers

// When the network last gave no answer.
let lostAt = -Infinity;

// Sessions that ended: an answer that was on its way then is not kept.
const ended = new Set();

async function read(event, url) {
  const { request } = event;
  const token = request.headers.get("authorization");
  const name = await nameOf(token);
  // Answers are in the reader's language, so that belongs to the question.
  const language = request.headers.get("accept-language") ?? "";
  const key = `${location.origin}/kept/${encodeURIComponent(language)}/${encodeURIComponent(url.href)}`;
  const fresh = ask(event, name, key);
  event.waitUntil(fresh.catch(() => {}));
  const patience = Date.now() - lostAt < LOST_MS ? LOST_PATIENCE_MS : PATIENCE_MS;
  const enough = new Promise(tell => setTimeout(tell, patience));
  const answer = await Promise.race([fresh, enough]).catch(() => undefined);
  if (answer) return answer;
  lostAt = Date.now();
  const kept = (await caches.has(name)) && (await (await caches.open(name)).match(key));
  return kept || fresh;
}

async function ask(event, name, key) {
  const answer = await fetch(event.request);
  lostAt = -Infinity;
  if (answer.status === 401) event.waitUntil(forget(name));
  const isJson = (answer.headers.get("content-type") ?? "").startsWith("application/json");
  // A secret is shown and never kept.
  const isSecret = new URL(event.request.url).pathname.endsWith("/secret");
  if (answer.status === 200 && isJson && !isSecret) {
    event.waitUntil(keep(name, key, answer.clone()).catch(() => {}));
  } else if (answer.status === 304) {
    event.waitUntil(confirm(name, key, answer.headers.get("etag")).catch(() => {}));
  }
  return answer;
}

async function keep(name, key, answer) {
  const body = await answer.blob();
  if (body.size > ANSWER_BYTES_MAX) return;
  const headers = new Headers({ "takt-as-of": new Date().toISOString() });
  for (const header of ["content-type", "etag", "takt-next"]) {
    if (answer.headers.has(header)) headers.set(header, answer.headers.get(header));
  }
  await put(name, key, body, headers);
}

// What was kept is still so.
async function confirm(name, key, etag) {
  const kept = (await caches.has(name)) && (await (await caches.open(name)).match(key));
  if (!kept || kept.headers.get("etag") !== etag) return;
  const headers = new Headers(kept.headers);
  headers.set("takt-as-of", new Date().toISOString());
  await put(name, key, await kept.blob(), headers);
}

async function put(name, key, body, headers) {
  await forget(null, name);
  const cache = await caches.open(name);
  try {
    // Behind all others, so that the first are those that nobody has asked for the longest.
    await cache.delete(key);
    await cache.put(key, new Response(body, { headers }));
  } catch {
    // No room: half of it goes, and the next answer is kept.
    await trim(cache, ANSWERS_MAX / 2);
  }
  await trim(cache, ANSWERS_MAX);
  if (ended.has(name)) await caches.delete(name);
}

async function trim(cache, most) {
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - most)).map(key => cache.delete(key)));
}

async function signOut(request) {
  const name = await nameOf(request.headers.get("authorization"));
  const answer = await fetch(request);
  if (answer.ok || answer.status === 401) await forget(name);
  return answer;
}

// Removes what was kept of a session, or of all but one.
async function forget(name, but) {
  if (name) ended.add(name);
  const names = await caches.keys();
  const gone = names.filter(each => each.startsWith(ANSWERS) && (name ? each === name : each !== but));
  await Promise.all(gone.map(each => caches.delete(each)));
}

async function nameOf(token) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token)));
  return ANSWERS + [...digest.slice(0, 16)].map(byte => byte.toString(16).padStart(2, "0")).join("");
}
