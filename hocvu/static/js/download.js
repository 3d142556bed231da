// Courses that lie on this device: fetched, gone on with after a break, renewed, removed. Used by pages and by the
// service worker. A copy is what anybody sees: it is fetched without cookies, so that it never holds a personal page.
"use strict";

(() => {
  if (self.hvCourses || !self.caches) return;
  const PREFIX = "hv-khoa-";
  const NOTE = "/hoc/tren-may/khoa.json"; // in each cache: which course, which version, whether it is whole
  const AT_ONCE = 4;
  const HOUR = 3600000;
  const page = self.document;
  const words = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1).replace(".", ",")} MB`);

  const nameOf = (pack) => `${PREFIX}${pack.slug}@${pack.version}`;
  const slugOf = (name) => name.slice(PREFIX.length).split("@")[0];
  const isOurs = (name) => name.startsWith(PREFIX);

  async function noteOf(name) {
    const kept = await (await caches.open(name)).match(NOTE);
    return kept ? kept.json() : null;
  }
  const note = (cache, value) => cache.put(NOTE, new Response(JSON.stringify(value), { headers: { "Content-Type": "application/json" } }));

  async function ask(url, signal, mode = "no-cache") {
    const answer = await fetch(url, { credentials: "omit", cache: mode, redirect: "error", signal });
    if (!answer.ok || answer.redirected) throw new Error(`${url}: ${answer.status}`);
    return answer;
  }

  // The page's scripts must know that it says nothing of who is signed in.
  async function copyOf(answer) {
    const html = (await answer.text()).replace("<head>", '<head><meta name="hv-copy">');
    return new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": answer.headers.get("Content-Security-Policy") ?? "default-src 'self'" } });
  }

  // Fetch what is not there yet. What never changes under its address is taken from an older copy.
  async function download(url, { says = () => {}, signal } = {}) {
    const pack = await (await ask(url, signal)).json();
    const cache = await caches.open(nameOf(pack));
    const about = { slug: pack.slug, title: pack.title, version: pack.version, bytes: pack.bytes, url, at: Date.now(), checked: Date.now() };
    await note(cache, { ...about, whole: false });
    const pages = new Set(pack.pages.map((item) => item.url));
    const items = [...pack.assets, ...pack.pages, ...pack.media];
    let have = 0;
    says(0, pack);
    const take = async () => {
      for (let item = items.shift(); item; item = items.shift()) {
        const isPage = pages.has(item.url);
        if (!(await cache.match(item.url))) {
          const there = isPage ? undefined : await caches.match(item.url, { ignoreVary: true });
          const answer = there ?? (await ask(item.url, signal, isPage ? "no-cache" : "default"));
          await cache.put(item.url, isPage ? await copyOf(answer) : answer);
        }
        have += item.bytes;
        says(have, pack);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
    await note(cache, { ...about, whole: true });
    for (const name of await caches.keys()) {
      if (isOurs(name) && slugOf(name) === pack.slug && name !== nameOf(pack)) await caches.delete(name);
    }
    return pack;
  }

  async function list() {
    const notes = await Promise.all((await caches.keys()).filter(isOurs).map(noteOf));
    const found = new Map();
    for (const one of notes) if (one && (one.whole || !found.has(one.slug))) found.set(one.slug, one);
    return [...found.values()].sort((a, b) => a.title.localeCompare(b.title, "vi"));
  }

  async function remove(slug) {
    for (const name of await caches.keys()) if (isOurs(name) && slugOf(name) === slug) await caches.delete(name);
  }

  // Asks, at most once an hour, whether there is a newer version of a course, and takes it.
  async function renew(slug) {
    const about = (await list()).find((one) => one.slug === slug);
    if (!about?.whole || Date.now() - about.checked < HOUR) return;
    await note(await caches.open(nameOf(about)), { ...about, checked: Date.now() });
    await download(about.url);
  }

  self.hvCourses = { PREFIX, copyOf, download, list, remove, renew, slugOf };
  if (!page || !self.isSecureContext || !navigator.serviceWorker) return;

  // ---- The page of a course to be fetched

  const make = (tag, css, text) => Object.assign(page.createElement(tag), { className: css, textContent: text });

  async function drawList() {
    const courses = await list();
    for (const part of page.querySelectorAll("[data-on-device]")) {
      part.hidden = !courses.length && !part.querySelector("[data-none]");
      const none = part.querySelector("[data-none]");
      if (none) none.hidden = courses.length > 0;
      part.querySelector("ul").replaceChildren(...courses.map((one) => {
        const line = make("li", "", "");
        const link = make("a", "", one.title);
        link.href = one.whole ? `/hoc/khoa/${one.slug}/` : `/hoc/khoa/${one.slug}/tai/`;
        const button = make("button", "hv-button hv-button--quiet", "Xóa khỏi máy");
        button.append(make("span", "hv-hidden", `: ${one.title}`));
        button.addEventListener("click", () => remove(one.slug).then(draw));
        line.append(link, make("span", "", one.whole ? words(one.bytes) : "đang tải dở"), button);
        return line;
      }));
    }
  }

  const part = page.querySelector("[data-download]");
  const find = (name) => part.querySelector(`[data-${name}]`);
  let going = null;

  async function draw() {
    await drawList();
    if (!part) return;
    const about = (await list()).find((one) => one.slug === part.dataset.download);
    const isWhole = about?.whole && about.url === part.dataset.package;
    const isThere = find("with").contains(page.activeElement); // whoever goes by keys stays where the buttons are
    find("without").hidden = true;
    find("with").hidden = false;
    find("begin").hidden = Boolean(going || isWhole);
    find("begin").textContent = about && !about.whole ? "Tải tiếp" : "Tải về máy này";
    find("stop").hidden = find("progress").hidden = !going;
    find("open").hidden = !isWhole;
    if (isWhole && !going) find("says").textContent = `Đã có đủ trên máy này, ${words(about.bytes)}.`;
    if (isThere) find("with").querySelector("button:not([hidden]), [data-open]:not([hidden]) a")?.focus();
  }

  async function begin() {
    going = new AbortController();
    navigator.storage?.persist?.();
    await draw();
    let done = 0;
    const says = (have, pack) => {
      find("progress").value = have;
      const tenth = Math.floor((have / pack.bytes) * 10);
      if (tenth > done || !have) find("says").textContent = `Đang tải: ${words(have)} trên ${words(pack.bytes)}.`;
      done = tenth;
    };
    try {
      await download(part.dataset.package, { says, signal: going.signal });
    } catch (fault) {
      const isFull = fault.name === "QuotaExceededError";
      find("says").textContent = isFull ? "Máy hết chỗ. Hãy xóa bớt một khóa học hoặc ảnh, video trên máy rồi bấm “Tải tiếp”."
        : fault.name === "AbortError" ? "Đã tạm dừng. Phần tải rồi vẫn còn, bấm “Tải tiếp” lúc nào cũng được."
          : "Mạng bị ngắt. Phần tải rồi vẫn còn: khi có mạng, bấm “Tải tiếp”.";
    }
    going = null;
    await draw();
  }

  if (part) {
    find("begin").addEventListener("click", begin);
    find("stop").addEventListener("click", () => going?.abort());
  }
  if (location.pathname !== "/hoc/tren-may/") {
    const title = page.querySelector("[data-offline-title]");
    if (title) {
      title.textContent = title.dataset.offlineTitle;
      page.title = `${title.textContent} | Học vụ số`;
      page.querySelectorAll("[data-offline]").forEach((one) => (one.hidden = false));
      page.querySelector("[data-again]").href = location.href;
    }
  }
  draw();
})();
