// The service worker: gives out what lies on the device, at once and whole; asks the network for the rest. The server
// puts `const BUILD` in front: this build's assets and its version. It keeps nothing that was fetched with cookies, and
// takes no part in officers' pages but these: a sitting that its proctor kept on the device (sitting.js), and the pages of
// field work and of attendance, which open without a network and hold nothing of anybody (field.js, checkin.js).
"use strict";

importScripts(...BUILD.scripts);

const ASSETS = `hv-assets-${BUILD.version}`;
const LEARNERS = /^\/(|hoc\/.*|toi\/.*|hien-thi\/.*)$/;
const SHELLS = { "/tham-ho/": "/tham-ho/tren-may/", "/lop-hoc/": "/lop-hoc/diem-danh/tren-may/" }; // by where a page lies
const SITTING = /^\/giam-thi\/[\w-]+\/tren-may\/$/;
const FIELD = /^(\/tham-ho\/(tren-may\/|theo-ma\/|ho\/[\w-]+\/|luot\/[\w-]+\/)?|\/lop-hoc\/diem-danh\/[\w-]+\/)$/;
const KNOWN = ["khoa", "phan", "het"]; // what an address may ask of a page that lies here
const CHECKS = /^\/xac-minh\/ngoai-tuyen\/(khoa\.json)?$/; // kept by verify.js: always as new as the network has it
const PATIENCE = { copy: 3000, field: 6000, none: 20000 }; // milliseconds that a page may take to begin before the device helps itself

self.addEventListener("install", (event) => {
  event.waitUntil(prepare().then(() => self.skipWaiting()));
});

async function prepare() {
  const cache = await caches.open(ASSETS);
  await Promise.all([...BUILD.assets, ...BUILD.scripts, ...BUILD.pages].map(async (url) => {
    const answer = await fetch(url, { credentials: "omit", redirect: "error" });
    if (!answer.ok || answer.redirected) throw new Error(url);
    await cache.put(url, BUILD.pages.includes(url) ? await hvCourses.copyOf(answer) : answer);
  }));
}

// Courses keep the assets of their own version beside them, so that only ours of before go.
self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("hv-assets-") && name !== ASSETS) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "hv-outbox") return;
  event.waitUntil(hvOutbox.flush().then((outcome) => {
    if (outcome === "no network") throw new Error(outcome); // the browser tries again later
  }));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate") event.waitUntil(Promise.all([forgetSittings(), forgetLists()]).catch(() => {}));
  if (url.pathname.startsWith("/static/")) event.respondWith(kept(request).then((there) => there ?? fetch(request)));
  else if (url.pathname.startsWith("/hoc/tep/")) event.respondWith(file(request, url));
  else if (CHECKS.test(url.pathname)) event.respondWith(newest(request, url));
  else if (request.mode === "navigate" && LEARNERS.test(url.pathname)) event.respondWith(pageOf(event, url));
  else if (request.mode === "navigate" && SITTING.test(url.pathname)) event.respondWith(sitting(request, url));
  else if (request.mode === "navigate" && FIELD.test(url.pathname) && !url.search.includes("dinh-dang")) event.respondWith(field(request, url));
});

const kept = (request, more) => caches.match(request, { ignoreVary: true, ...more });

// ---- Pages

// What must be new where it can: the network's, else the copy, also where the server has trouble of its own.
async function newest(request, url) {
  const there = await kept(url.pathname);
  if (!there) return fetch(request);
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE.copy));
  const fresh = fetch(request).then((answer) => (answer.status >= 500 ? undefined : answer)).catch(() => undefined);
  return (await Promise.race([fresh, late])) ?? there;
}

async function pageOf(event, url) {
  const there = await copyAt(url);
  if (there && [...url.searchParams.keys()].every((name) => KNOWN.includes(name))) {
    event.waitUntil(hvCourses.renew(there.slug).catch(() => {}));
    return there.answer;
  }
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, there ? PATIENCE.copy : PATIENCE.none)));
  const answer = await Promise.race([fetch(event.request).catch(() => undefined), late]);
  clearTimeout(timer);
  return answer ?? there?.answer ?? (await kept(BUILD.pages[0])) ?? Response.error();
}

// The network first; without one, or with one that only pretends, the page of the device.
async function field(request, url) {
  const address = SHELLS[/^\/[\w-]+\//.exec(url.pathname)[0]];
  const shell = await kept(address);
  if (!shell) return fetch(request);
  const isShell = url.pathname === address;
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, isShell ? PATIENCE.copy : PATIENCE.field)));
  const answer = await Promise.race([fetch(request).catch(() => undefined), late]);
  clearTimeout(timer);
  return answer && !(answer.status >= 502 || (isShell && answer.status >= 400)) ? answer : shell;
}

// The network first. Without one the copy, for the proctor who kept it and no longer than was said then.
async function sitting(request, url) {
  let timer;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, PATIENCE.copy)));
  const answer = await Promise.race([fetch(request).catch(() => undefined), late]);
  clearTimeout(timer);
  if (answer) return answer;
  const there = await (await caches.open("hv-giam-thi")).match(url.pathname, { ignoreVary: true });
  const isTheirs = there && Number(there.headers.get("X-Until")) > Date.now() && there.headers.get("X-Owner") === (await hvOutbox.lastOwner());
  return isTheirs ? there : (await kept(BUILD.pages[0])) ?? Response.error();
}

// Names and questions lie open in such a copy: it goes when its time is over, whatever page is opened then.
async function forgetSittings() {
  if (!(await caches.has("hv-giam-thi"))) return;
  const cache = await caches.open("hv-giam-thi");
  let kept = 0;
  for (const one of await cache.keys()) {
    const until = (await cache.match(one))?.headers.get("X-Until");
    if (until && Number(until) < Date.now()) await cache.delete(one);
    else if (until) kept += 1;
  }
  if (!kept) await caches.delete("hv-giam-thi");
}

// Lists that lie sealed on the device and have had their time, and a key that nobody used for half an hour, go whatever page
// is opened; see sealed.js, whose rows and times these are.
async function forgetLists() {
  if (!(await indexedDB.databases?.())?.some((one) => one.name === "hv-sealed")) return;
  const database = await new Promise((resolve, reject) => {
    const asked = indexedDB.open("hv-sealed");
    asked.onupgradeneeded = () => asked.transaction.abort(); // it went meanwhile, and is not made anew here
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  database.onversionchange = () => database.close();
  if (!database.objectStoreNames.contains("rows")) return database.close();
  const whole = database.transaction("rows", "readwrite");
  const rows = whole.objectStore("rows");
  rows.getAll().onsuccess = (event) => {
    const all = event.target.result;
    const lock = all.find((one) => one.id === "lock");
    const now = lock ? lock.seen + Math.max(0, Date.now() - lock.last) : 0;
    for (const one of all) {
      if (one.id.startsWith("list:") ? one.until <= now : one.id === "open" && Math.abs(Date.now() - one.at) > 1800000) rows.delete(one.id);
    }
  };
  await new Promise((done) => (whole.oncomplete = whole.onabort = done));
  return database.close();
}

// The copy of a page in a course that lies here; first the course that the address names. The end of a lesson is a page
// of its own at the lesson's address.
async function copyAt(url) {
  const names = (await caches.keys()).filter((name) => name.startsWith(hvCourses.PREFIX));
  const wanted = url.searchParams.get("khoa");
  const over = url.searchParams.has("het") ? "het=1&" : "";
  names.sort((a, b) => (hvCourses.slugOf(b) === wanted) - (hvCourses.slugOf(a) === wanted));
  for (const name of names) {
    const cache = await caches.open(name);
    const slug = hvCourses.slugOf(name);
    for (const address of [`${url.pathname}?${over}khoa=${slug}`, url.pathname]) {
      const answer = await cache.match(address, { ignoreVary: true });
      if (answer) return { answer, slug };
    }
  }
  return undefined;
}

// ---- Pictures, sound, video

async function file(request, url) {
  const there = (await kept(url.pathname)) ?? (request.destination === "image" ? await otherWidth(url) : undefined);
  if (!there) return fetch(request);
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get("Range") ?? "");
  return range && (range[1] || range[2]) ? slice(there, range) : there;
}

async function slice(there, [, first, last]) {
  const blob = await there.blob();
  const from = first ? Number(first) : Math.max(0, blob.size - Number(last));
  const to = first && last ? Math.min(Number(last), blob.size - 1) : blob.size - 1;
  if (from > to) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${blob.size}` } });
  const headers = { "Content-Type": there.headers.get("Content-Type") ?? "", "Content-Range": `bytes ${from}-${to}/${blob.size}`, "Content-Length": String(to - from + 1), "Accept-Ranges": "bytes" };
  return new Response(blob.slice(from, to + 1), { status: 206, headers });
}

// The device keeps one width of a picture; it stands in for the others.
async function otherWidth(url) {
  const stem = url.pathname.replace(/[^/]+$/, "");
  for (const name of await caches.keys()) {
    if (!name.startsWith(hvCourses.PREFIX)) continue;
    const cache = await caches.open(name);
    const found = (await cache.keys()).find((one) => new URL(one.url).pathname.startsWith(stem));
    if (found) return cache.match(found, { ignoreVary: true });
  }
  return undefined;
}
