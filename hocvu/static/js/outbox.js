// What learners do is kept on the device first and sent when there is a network; nothing waits for one. Used by pages
// and, for sending in the background, by the service worker. Every page works without this file.
//
// A record leaves the device only on a receipt that names its id. Whoever is signed in has their records sealed at once
// for a key whose other half only the server can give, to a live session of theirs. See hocvu/ward/outbox.py.
"use strict";

(() => {
  if (self.hvOutbox || !self.isSecureContext || !self.indexedDB || !self.crypto?.subtle || !navigator.locks) return;
  const GUEST = "guest";
  const SCHEMA = 2; // of a record; what a newer script wrote is left alone
  const READERS = { 1: (record) => record, 2: (record) => record }; // schema -> in today's form; since 2 there are kinds
  const DAY = 86400000;
  const page = self.document;
  const text = new TextEncoder();
  function b64(buffer) { // in pieces: letter by letter a photo would fill an old phone's memory
    const bytes = new Uint8Array(buffer);
    const parts = [];
    for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
    return btoa(parts.join(""));
  }
  const bytesOf = (b) => Uint8Array.from(atob(b.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

  // ---- The store

  const STORES = ["records", "receipts", "owner"];
  let opened;
  function store() {
    opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open("hv-outbox", 1);
      asked.onupgradeneeded = () => {
        for (const name of STORES) {
          if (!asked.result.objectStoreNames.contains(name)) asked.result.createObjectStore(name, { keyPath: "id" });
        }
      };
      asked.onsuccess = () => {
        asked.result.onversionchange = () => asked.result.close();
        asked.result.onclose = () => (opened = undefined);
        resolve(asked.result);
      };
      asked.onerror = () => reject(asked.error);
    });
    opened.catch(() => (opened = undefined));
    return opened;
  }

  async function within(mode, act) {
    const database = await store();
    return new Promise((resolve, reject) => {
      const all = database.transaction(STORES, mode, { durability: "strict" });
      let asked;
      try {
        asked = act(...STORES.map((name) => all.objectStore(name)));
      } catch (fault) {
        all.abort(); // whole or not at all
        return reject(fault);
      }
      all.oncomplete = () => resolve(asked?.result);
      all.onerror = all.onabort = () => reject(all.error);
      return undefined;
    });
  }

  const everything = () => within("readonly", (records) => records.getAll());
  const put = (...rows) => within("readwrite", (records) => rows.forEach((row) => records.put(row)));
  const remove = (...ids) => within("readwrite", (records) => ids.forEach((id) => records.delete(id)));

  // ---- Ids, digests, seals. All of it happens before a transaction is opened: waiting inside would end it.

  function freshId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    let now = Date.now();
    for (let at = 5; at >= 0; at--, now = Math.floor(now / 256)) bytes[at] = now % 256;
    bytes[6] = 0x70 | (bytes[6] & 15);
    bytes[8] = 0x80 | (bytes[8] & 63);
    const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
  }

  async function digestOf(pairs) {
    const names = [...new Set(pairs.map((pair) => pair[0]))].sort();
    const sorted = names.flatMap((name) => pairs.filter((pair) => pair[0] === name));
    const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", text.encode(JSON.stringify(sorted))));
    return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  }

  const CURVE = { name: "ECDH", namedCurve: "P-256" };
  async function cipherOf(secretKey, publicKey, salt, uses) {
    const bits = await crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, secretKey, 256);
    const seed = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveKey"]);
    const how = { name: "HKDF", hash: "SHA-256", salt, info: text.encode("hv-outbox") };
    return crypto.subtle.deriveKey(how, seed, { name: "AES-GCM", length: 256 }, false, uses);
  }

  // What stays readable of a sealed record: id, owner (opaque), when it was made, kind, what became of it.
  async function seal(record, to) {
    const { id, made, content, kind } = record;
    const theirs = await crypto.subtle.importKey("raw", bytesOf(to.key), CURVE, false, []);
    const once = await crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
    const point = await crypto.subtle.exportKey("raw", once.publicKey);
    const cipher = await cipherOf(once.privateKey, theirs, point, ["encrypt"]);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const how = { name: "AES-GCM", iv, additionalData: text.encode(id + to.owner) };
    const sealed = await crypto.subtle.encrypt(how, cipher, text.encode(JSON.stringify(content)));
    return { id, schema: SCHEMA, owner: to.owner, made, state: "waiting", ...(kind && { kind }), sealed: [point, iv, sealed].map(b64) };
  }

  async function unseal(record, key) {
    const [point, iv, sealed] = record.sealed.map(bytesOf);
    const from = await crypto.subtle.importKey("raw", point, CURVE, false, []);
    const cipher = await cipherOf(key, from, point, ["decrypt"]);
    const how = { name: "AES-GCM", iv, additionalData: text.encode(record.id + record.owner) };
    return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(how, cipher, sealed)));
  }

  // ---- Sending

  const LEAVES = ["accepted", "duplicate", "quarantined"];
  const STAYS = ["conflict", "rejected"];

  function inTime(milliseconds) {
    if (AbortSignal.timeout) return AbortSignal.timeout(milliseconds);
    const stop = new AbortController(); // browsers of before 2022
    setTimeout(() => stop.abort(), milliseconds);
    return stop.signal;
  }

  function ask(url, options) {
    const wanted = { credentials: "same-origin", cache: "no-store", redirect: "error", ...options };
    return fetch(url, { ...wanted, signal: inTime(20000) });
  }

  async function whoAmI() {
    const answer = await ask("/hoc/toi.json", { headers: { Accept: "application/json" } });
    if (answer.status === 401) return null;
    if (!answer.ok) throw new Error("no answer");
    const me = await answer.json();
    if (!me.owner) throw new Error("another page answered");
    me.open = await crypto.subtle.importKey("jwk", me.key, CURVE, false, ["deriveBits"]);
    return me;
  }

  // How a record is posted, by its kind: "" are the fields of a form. Whatever has no poster here waits for a page that has.
  const kinds = { "": (content, headers) => ask(content.path, { method: "POST", body: new URLSearchParams(content.pairs), headers }) };

  // This device as the server counts it: another name for each owner, in a row that also holds what field pages note.
  async function deviceOf(who) {
    const id = `may:${who}`;
    const known = await within("readonly", (_, receipts) => receipts.get(id));
    const row = known ?? { id, device: freshId() };
    if (!known) await within("readwrite", (_, receipts) => receipts.put(row));
    return row;
  }

  // One at a time among all tabs and the worker, and one in each: whoever asks meanwhile has it gone through once more.
  // Whatever goes wrong on the way leaves the records where they are.
  let sending;
  let isAsked = false;
  function flush() {
    isAsked = true;
    sending ??= sendAll();
    return sending;
  }
  async function sendAll() {
    let outcome;
    while (isAsked && outcome !== "no network") {
      isAsked = false;
      outcome = await navigator.locks.request("hv-outbox", send).catch(() => "no network");
    }
    sending = undefined; // in one breath with the last look at `isAsked`
    return outcome;
  }

  async function send() {
    const old = Date.now() - 7 * DAY;
    const waiting = (await everything()).filter((one) => one.state === "waiting" && one.owner !== GUEST && READERS[one.schema]);
    if (!waiting.length) return "";
    const me = await whoAmI();
    if (!me) return "login";
    let failed = 0; // answers that were no receipts: a record that the server cannot take does not stop the others
    // Words first; what went wrong before after what did not, so that nothing stands in the way of the rest for ever.
    const mine = waiting.filter((one) => one.owner === me.owner).sort((a, b) => !!a.kind - !!b.kind || (a.tries ?? 0) - (b.tries ?? 0));
    const { device } = await deviceOf(me.owner);
    let left = mine.length;
    for (const row of mine) {
      const record = READERS[row.schema](row);
      const post = kinds[row.kind ?? ""];
      if (!post || (row.kind && failed)) continue;
      const content = await unseal(record, me.open).catch(() => null);
      if (!content) {
        await put({ ...row, state: "rejected", reason: "Máy không đọc lại được việc này." });
        continue;
      }
      const headers = { Accept: "application/json", "X-CSRFToken": me.csrf, "X-Outbox-Id": record.id, "X-Outbox-Digest": content.digest, "X-Outbox-Made": record.made, "X-Outbox-Owner": record.owner, "X-Outbox-Device": device, "X-Outbox-Waiting": left, "X-Outbox-Now": new Date().toISOString() };
      if (content.helper) headers["X-Outbox-Helper"] = content.helper;
      const again = { ...row, tries: (row.tries ?? 0) + 1 };
      let answer;
      try {
        answer = await post(content, headers);
      } catch {
        await put(again);
        return "no network";
      }
      if (answer.status === 401) return "login";
      const told = await answer.json().catch(() => ({}));
      const isReceipt = told.id === record.id && told.digest === content.digest;
      if (isReceipt && LEAVES.includes(told.result)) {
        const receipt = { id: record.id, owner: record.owner, result: told.result, reason: told.reason, at: Date.now() };
        left -= 1;
        await within("readwrite", (records, receipts) => {
          records.delete(record.id);
          receipts.put(receipt);
        });
      } else if (isReceipt && STAYS.includes(told.result)) {
        await put({ ...row, state: told.result, reason: told.reason });
      } else {
        await put(again);
        if (++failed === 3) break;
      }
    }
    await within("readwrite", (_, receipts) => {
      receipts.getAll().onsuccess = (event) => event.target.result.filter((one) => one.at < old).forEach((one) => receipts.delete(one.id));
    });
    return failed ? "no network" : "";
  }

  // Whose the device was when a page last said so; nobody's once it has lain idle.
  async function lastOwner() {
    const last = await within("readonly", (_, receipts, owners) => owners.get("now"));
    return last && Date.now() - last.seen <= last.idle * 1000 ? last.owner : null;
  }

  self.hvOutbox = { flush, lastOwner, kinds, ask, within, everything, deviceOf, whoAmI, bytesOf, b64 };
  if (!page) return;

  // ---- Whose page this is. A copy of a page says nothing of that: then the last page that did still holds, for as
  // long as its session may lie idle. It lies in the database, which outlives a battery; localStorage may not.

  const KEPT = { marks: "hv-marks", guest: "hv-marks-guest", out: "hv-out" };
  const kept = (name) => JSON.parse(localStorage.getItem(name) ?? "null");
  const keep = (name, value) => localStorage.setItem(name, JSON.stringify(value));
  const said = page.querySelector('meta[name="hv-owner"]');
  const isCopy = Boolean(page.querySelector('meta[name="hv-copy"]'));
  let owner = null;

  const isIdle = (one) => Date.now() - one.seen > one.idle * 1000;
  const currentOwner = () => (owner && !isIdle(owner) ? owner : null);

  async function forgetOwner() {
    localStorage.removeItem(KEPT.marks);
    await within("readwrite", (_, receipts, owners) => owners.clear());
  }

  async function settleOwner() {
    let last = await within("readonly", (_, receipts, owners) => owners.get("now"));
    const isOver = last && ((!said && localStorage.getItem(KEPT.out)) || isIdle(last) || (said && said.content !== last.owner)
      || (!said && !isCopy && (await whoAmI().then((me) => me?.owner, () => last.owner)) !== last.owner));
    if (isOver) {
      await forgetOwner();
      last = undefined;
    }
    localStorage.removeItem(KEPT.out);
    const seen = Date.now();
    if (said) owner = { id: "now", owner: said.content, key: said.dataset.key, helper: said.dataset.helper, idle: Number(said.dataset.idle), ward: said.dataset.ward, wardKey: said.dataset.wardKey, seen };
    else if (last) owner = { ...last, seen };
    if (owner) await within("readwrite", (_, receipts, owners) => owners.put(owner));
  }

  // Whoever reads large or on black does so on copies too, and changes it there without a network.
  const LOOKS = { toi: "theme-dark", "tuong-phan": "theme-contrast", to: "text-large", "rat-to": "text-larger" };
  function look() {
    const chosen = /(?:^|; )hien-thi=([\w.-]+)/.exec(page.cookie)?.[1].split(".") ?? [];
    page.documentElement.className = chosen.map((one) => LOOKS[one] ?? "").join(" ").trim();
    return chosen;
  }
  if (isCopy) {
    look();
    page.addEventListener("click", (event) => {
      const link = event.target.closest?.('a[href^="/hien-thi/?"]');
      const wanted = link && new URL(link.href).searchParams;
      if (!wanted?.get("chu") && !wanted?.get("nen")) return;
      event.preventDefault();
      const [ground, size, font] = look();
      page.cookie = `hien-thi=${wanted.get("nen") ?? ground ?? "sang"}.${wanted.get("chu") ?? size ?? "thuong"}.${font ?? "thuong"}; path=/; max-age=31536000; samesite=lax`;
      look();
    });
  }

  const settled = settleOwner().catch(() => {});

  // ---- Keeping

  async function rowOf(content, mine, kind, id = freshId()) {
    const record = { id, made: new Date().toISOString(), content };
    if (!mine && kind) throw new Error("nobody's photo");
    if (mine?.helper) content.helper = mine.helper;
    return mine ? seal({ ...record, kind }, mine) : { ...record, schema: SCHEMA, owner: GUEST, state: "waiting" };
  }

  // What a form says, and what goes with it (`hvBeside`: photos of its visit), is kept whole or not at all.
  async function keepForm(form, content, mine) {
    const id = freshId();
    const beside = (await form.hvBeside?.(id)) ?? [];
    const rows = [rowOf(content, mine, undefined, id), ...beside.map((one) => rowOf(one.content, mine, one.kind))];
    await put(...(await Promise.all(rows)));
    navigator.storage?.persist?.();
    return id;
  }

  page.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.dataset.outbox || event.defaultPrevented) return;
    event.preventDefault();
    if (form.dataset.keeping || form.dataset.kept) return;
    const choices = form.querySelectorAll('[name="chon"]');
    if (choices.length && ![...choices].some((one) => one.checked)) {
      delete form.dataset.sent;
      form.dispatchEvent(new CustomEvent("hv:empty", { bubbles: true }));
      return;
    }
    form.dataset.keeping = "1"; // a second press keeps nothing twice
    const filled = new URLSearchParams(new FormData(form, event.submitter));
    const pairs = [...filled].filter(([name]) => name !== "csrfmiddlewaretoken");
    await settled;
    const mine = form.dataset.owned ? owner : currentOwner(); // a proctor's page is the proctor's however long it lies open
    const content = { path: new URL(form.dataset.outbox, location.href).pathname, pairs, digest: await digestOf(pairs) };
    let id;
    try {
      id = await keepForm(form, content, mine);
    } catch { // the device keeps nothing: then as without a script, where the page can do without one
      delete form.dataset.keeping;
      delete form.dataset.sent;
      if (form.dispatchEvent(new CustomEvent("hv:unkept", { bubbles: true, cancelable: true }))) form.submit();
      return;
    }
    mark(form, content, Boolean(mine));
    form.dispatchEvent(new CustomEvent("hv:kept", { bubbles: true, detail: { id } }));
    navigator.serviceWorker?.ready.then((worker) => worker.sync?.register("hv-outbox")).catch(() => {});
    // Where the next page shows what was sent, it goes before the page is left, as far as the network lets it.
    if ("awaited" in form.dataset) await Promise.race([flush(), new Promise((done) => setTimeout(done, 5000))]);
    if (form.dataset.next) return location.assign(form.dataset.next);
    delete form.dataset.keeping;
    delete form.dataset.sent;
    refresh();
  });

  // ---- Where one is, on this device: the parts that are done, and where to go on

  const LESSON = /^\/hoc\/bai\/([\w-]+)\/(?:(\d+)\/)?$/;
  function mark(form, { path, pairs }, isOwn) {
    const part = Object.fromEntries(pairs).phan;
    const here = LESSON.exec(location.pathname);
    if (!part || !here || !path.endsWith("/xong/")) return;
    const name = isOwn ? KEPT.marks : KEPT.guest;
    const marks = kept(name) ?? {};
    const next = form.dataset.next ? new URL(form.dataset.next, location.href) : null;
    const following = next && LESSON.exec(next.pathname);
    const goesOn = following?.[1] === here[1] && following[2];
    const lesson = marks[here[1]] ?? { parts: [] };
    lesson.parts = [...new Set([...lesson.parts, Number(here[2] ?? 1)])];
    lesson.title = page.querySelector(`.hv-crumbs a[href^="/hoc/bai/${here[1]}/"]`)?.textContent ?? page.title.split(" | ")[0];
    lesson.next = goesOn ? next.pathname + next.search : "";
    lesson.done = lesson.done || !goesOn;
    lesson.at = Date.now();
    marks[here[1]] = lesson;
    keep(name, marks);
  }

  // What field pages ask: a list that its owner opened says whose the device is (`become`).
  Object.assign(self.hvOutbox, {
    seal, settled, refresh, draw,
    mine: () => owner, // whose this page is, however long it lies open
    become: (one) => (owner = { ...one, id: "now", seen: Date.now() }),
  });

  const make = (tag, css, words) => Object.assign(page.createElement(tag), { className: css, textContent: words });

  // Lessons in lists get a sign; in a lesson the parts that are done look as the server draws them.
  function drawMarks() {
    if (said) return; // the server has drawn them
    const marks = kept(currentOwner() ? KEPT.marks : KEPT.guest) ?? {};
    const here = LESSON.exec(location.pathname);
    for (const link of page.querySelectorAll('main li a[href^="/hoc/bai/"]:not(.hv-golink, .hv-small a)')) {
      const [, slug, number] = LESSON.exec(new URL(link.href).pathname) ?? [];
      const lesson = marks[slug];
      const line = link.closest("li");
      if (!lesson || line.matches(".is-done, [data-marked]")) continue;
      if (!number) {
        line.dataset.marked = "1";
        line.append(" ", make("span", `hv-tag hv-tag--${lesson.done ? "good" : "slow"}`, lesson.done ? "Đã xong" : "Đang học"));
      } else if (lesson.parts.includes(Number(number))) {
        line.className = "is-done";
        link.append(" ", make("span", "hv-hidden", "(đã xong)"));
        link.querySelector(".hv-contents__dot").textContent = "✓";
      }
    }
    const onward = Object.entries(marks).filter(([, one]) => one.next).sort((a, b) => b[1].at - a[1].at);
    const [slug, lesson] = onward.find(([one]) => !here || here[1] === one) ?? [];
    if (!lesson || here?.[2] || page.querySelector("[data-over]") || !/^\/hoc\/(?:tren-may\/|khoa\/[\w-]+\/|bai\/[\w-]+\/)?$/.test(location.pathname)) return;
    const words = `Học tiếp phần ${LESSON.exec(new URL(lesson.next, location.href).pathname)[2]}`;
    const start = page.querySelector('main .hv-button[href^="/hoc/bai/"]');
    const card = start?.closest(".hv-hero__lesson");
    if (start && !card && !here && !page.querySelector(`main li a[href^="/hoc/bai/${slug}/"]`)) return; // another course
    const link = start ?? make("a", "hv-button hv-button--block", "");
    link.href = lesson.next;
    link.textContent = here || card ? words : `${words}: ${lesson.title}`;
    if (card) {
      card.querySelector(".hv-kicker").textContent = "Đang học dở";
      card.querySelector("h2").textContent = lesson.title;
      card.querySelector(".hv-meta")?.remove();
    }
    if (start) return;
    const line = make("p", "", "");
    line.append(link);
    page.querySelector("main h1")?.after(line);
  }

  // ---- What has not been sent is always in sight

  const place = page.createElement("div");
  place.setAttribute("role", "status");
  place.className = "hv-unsent";
  page.querySelector("main .hv-wrap")?.prepend(place);

  function notice(words, ...acts) {
    const box = make("div", "hv-notice hv-notice--slim", "");
    box.append(make("p", "", words));
    for (const [label, act] of acts) {
      const button = make(typeof act === "string" ? "a" : "button", "hv-button hv-button--second", label);
      if (typeof act === "string") button.href = act;
      else button.addEventListener("click", act);
      box.append(button);
    }
    return box;
  }

  // Back to the page itself and not to its copy, which could not tell who has come in: of `vao` the worker knows nothing.
  const back = new URLSearchParams(location.search);
  back.set("vao", "1");
  const signIn = `/dang-nhap/?next=${encodeURIComponent(`${location.pathname}?${back}`)}`;

  const inField = location.pathname.startsWith("/tham-ho/");
  const count = (all) => {
    const words = all.filter((one) => !one.kind).length;
    return [words && `${words} ${inField ? "lượt" : "điều"}`, words < all.length && `${all.length - words} ảnh`].filter(Boolean).join(", ");
  };

  const redraw = (key, box, ...parts) => { // nobody is told twice, nor loses the place where they are, for nothing new
    if (box.dataset.said === key) return;
    box.dataset.said = key;
    box.replaceChildren(...parts);
  };

  let told; // what became of the last sending: drawing again for another reason changes nothing of it
  async function draw(outcome = told) {
    told = outcome;
    const records = await everything();
    const who = (inField || page.querySelector("[data-checkin-shell]") ? owner : currentOwner())?.owner; // as `data-owned`
    const mine = records.filter((one) => one.owner === who);
    const waiting = mine.filter((one) => one.state === "waiting");
    const stuck = mine.filter((one) => one.state !== "waiting");
    const others = records.filter((one) => one.owner !== GUEST && one.owner !== who);
    const guests = records.filter((one) => one.owner === GUEST);
    const lines = [];
    if (waiting.length) {
      const isOld = Date.now() - new Date(waiting[0].made) > DAY;
      const why = outcome === "login" ? " Hãy đăng nhập lại thì máy gửi được." : isOld ? " Đã hơn một ngày: hãy tìm chỗ có mạng rồi bấm gửi." : "";
      lines.push(notice(`${count(waiting)} chưa gửi.${why}`, outcome === "login" ? ["Đăng nhập", signIn] : ["Gửi ngay", refresh]));
    }
    if (stuck.length) lines.push(notice(`${count(stuck)} không gửi được.`, ["Xem", inField ? "/tham-ho/tren-may/" : "/hoc/tren-may/"]));
    if (others.length) {
      const words = `Máy này còn ${count(others)} chưa gửi của người dùng máy trước. Người đó đăng nhập thì máy gửi.`;
      lines.push(who ? notice(words) : notice(words, ["Đăng nhập", signIn]));
    }
    if (said && guests.length) lines.push(askToJoin(guests));
    redraw(JSON.stringify([lines.map((one) => one.textContent), guests.map((one) => one.id)]), place, ...lines);
    page.querySelectorAll("[data-unsent]").forEach((one) => (one.hidden = !waiting.length));
    drawStuck(stuck);
    page.dispatchEvent(new CustomEvent("hv:drawn", { detail: { outcome } }));
  }

  function askToJoin(guests) {
    const words = `Trên máy này có ${guests.length} việc đã học khi chưa đăng nhập. Ghi vào tên người đang đăng nhập?`;
    return notice(words, ["Đúng, ghi cho tôi", () => join(guests)], ["Không phải của tôi, xóa đi", async () => {
      await remove(...guests.map((one) => one.id));
      localStorage.removeItem(KEPT.guest);
      await draw();
    }]);
  }

  // The ids stay, so that pressing twice or in two tabs doubles nothing.
  async function join(guests) {
    const readable = guests.filter((one) => READERS[one.schema]).map((one) => READERS[one.schema](one));
    await put(...(await Promise.all(readable.map((one) => seal(one, owner)))));
    keep(KEPT.marks, { ...kept(KEPT.guest), ...kept(KEPT.marks) });
    localStorage.removeItem(KEPT.guest);
    await refresh();
  }

  function drawStuck(stuck) {
    const part = page.querySelector("[data-outbox-list]");
    if (!part) return;
    part.hidden = !stuck.length;
    redraw(JSON.stringify(stuck.map((one) => [one.id, one.state, one.reason])), part.querySelector("ul"), ...stuck.map((one) => {
      const line = make("li", "", "");
      line.append(notice(`${new Date(one.made).toLocaleString("vi-VN")}: ${one.reason}`,
        ["Gửi lại", () => put({ ...one, state: "waiting" }).then(refresh)], ["Bỏ đi", () => discard(one)]));
      return line;
    }));
  }

  // Nothing is thrown away by one press; that it was is remembered as long as receipts are.
  async function discard(one) {
    if (!confirm("Bỏ hẳn việc này? Máy không gửi nữa, và không lấy lại được.")) return;
    await within("readwrite", (records, receipts) => {
      records.delete(one.id);
      receipts.put({ id: one.id, owner: one.owner, result: "discarded", at: Date.now() });
    });
    await draw();
  }

  // While there is no network it is tried again by itself, ever more seldom; one clock, however often it is asked.
  const [SOON, LATE] = [60000, 600000];
  let pause = SOON;
  let turn = 0;
  async function refresh() {
    const mine = ++turn;
    const outcome = await flush();
    await draw(outcome).catch(() => {}); // a browser that keeps nothing has nothing to show
    if (mine !== turn) return;
    if (outcome !== "no network") pause = SOON;
    else {
      setTimeout(() => mine === turn && refresh(), pause);
      pause = Math.min(2 * pause, LATE);
    }
  }

  // ---- When

  addEventListener("pageshow", (event) => {
    if (event.persisted && localStorage.getItem(KEPT.out)) return location.reload(); // back to a page of before signing out
    page.querySelectorAll("form[data-keeping]").forEach((form) => delete form.dataset.keeping);
  });
  addEventListener("online", () => {
    pause = SOON;
    refresh();
  });
  page.addEventListener("visibilitychange", () => page.visibilityState === "visible" && refresh());
  addEventListener("load", () => navigator.serviceWorker?.register("/sw.js", { updateViaCache: "none" }).catch(() => {}));
  settled.then(() => {
    drawMarks();
    draw().catch(() => {});
    refresh();
  });
})();
