// Lists that a device takes along, sealed: `hvSealed`, for any page that works without a signal.
//
//   await hvSealed.put(name, value, until)  keep a value (anything JSON can hold) until a Date; asks for a PIN where needed,
//                                           with a fourth word { asks: false } throws instead
//   await hvSealed.get(name)                the value; undefined where there is none, or the PIN was not given
//   await hvSealed.names()                  which lists lie here, without opening any
//   await hvSealed.state()                  { is: "none" | "locked" | "open", owner, about, left }: asks nothing
//   await hvSealed.begin(pin)               a new PIN and a new key; what lay here before goes
//   await hvSealed.open(pin)                true; false where the PIN is wrong; "gone" after the fifth wrong one
//   await hvSealed.ask()                    has the PIN typed in a dialog (twice for a new one); true where it is open then
//   await hvSealed.renew(name, until)       after a contact with the server: the list may stay longer
//   await hvSealed.forget(name)             one list; without a name all lists and the key
//   hvSealed.lock()                         close at once; "hv:locked" on the document tells when it has closed by itself
//
// Nothing of a list lies on the device in clear. A random key seals the lists (AES-GCM); the PIN wraps that key (PBKDF2).
// While it is in use the key lies in IndexedDB in a form that cannot be taken out; after half an hour without a touch it
// goes, and the PIN is asked again. Five wrong PINs, another owner, signing out (hv.js) or the day named remove the lists.
// Time that has passed once has passed: turning the clock back lengthens no list, and where a page has seen a later time it
// closes. Six digits keep a finder out
// who tries them here; they do not keep out a laboratory that copied the storage and tries a million: hence the short time
// and the few fields. Records that wait to be sent lie elsewhere (outbox.js), under another key, and are never touched.
"use strict";

(() => {
  if (self.hvSealed || !self.isSecureContext || !self.indexedDB || !self.crypto?.subtle) return;
  const IDLE = 30 * 60000;
  const TRIES = 5;
  const ROUNDS = 600000;
  const PIN = /^\d{6}$/;
  const MARK = "hv-list"; // in localStorage: whose lists lie here (opaque), so that any page can see that they must go
  const page = self.document;
  const text = new TextEncoder();

  // ---- The store: one row for the lock, one for the open key, one for each list

  let opened;
  function store() {
    opened ??= new Promise((resolve, reject) => {
      const asked = indexedDB.open("hv-sealed", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("rows", { keyPath: "id" });
      asked.onsuccess = () => {
        asked.result.onversionchange = () => { // another tab signs out: the lists go, and what shows them closes
          asked.result.close();
          opened = undefined;
          closed();
        };
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
      const all = database.transaction("rows", mode, { durability: "strict" });
      const asked = act(all.objectStore("rows"));
      all.oncomplete = () => resolve(asked?.result);
      all.onerror = all.onabort = () => reject(all.error);
    });
  }
  const row = (id) => within("readonly", (rows) => rows.get(id));
  const put = (...all) => within("readwrite", (rows) => all.forEach((one) => rows.put(one)));
  const remove = (...ids) => within("readwrite", (rows) => ids.forEach((id) => rows.delete(id)));
  const listId = (name) => `list:${name}`;

  async function forget(name) {
    if (name) return remove(listId(name));
    localStorage.removeItem(MARK);
    localStorage.removeItem(HELPED);
    wasOpen = false;
    await within("readwrite", (rows) => rows.clear());
    return others?.postMessage("closed");
  }

  // ---- Time and owner

  const said = () => page?.querySelector('meta[name="hv-owner"]');
  const HELPED = "hv-list-shut"; // in localStorage: somebody is helped on this device, whose lists are another's; see hv.js
  // The lists' own clock: it goes on with the device's, and stands still where that is turned back.
  const moment = (lock) => lock.seen + Math.max(0, Date.now() - lock.last);

  // The key may go in any tab, by time or by hand: each tells its page once.
  const others = self.BroadcastChannel && page ? new BroadcastChannel("hv-sealed") : undefined;
  let wasOpen = false;
  function closed() {
    if (!wasOpen) return;
    wasOpen = false;
    tellLocked();
  }
  if (others) others.onmessage = () => looked().catch(() => {});

  async function looked() {
    const found = await look();
    if (found.key) wasOpen = true;
    else closed();
    return found;
  }

  // What is over goes, whoever asks first. Answers the lock, and the key where it is open.
  async function look() {
    const rows = await within("readonly", (all) => all.getAll());
    let lock = rows.find((one) => one.id === "lock");
    if (!lock) return {};
    const now = moment(lock);
    const isOthers = said() && lock.owner !== said().content;
    const isHelped = (isOthers && said().dataset.helper) || localStorage.getItem(HELPED); // they help: shut, not gone
    if ((isOthers && !isHelped) || lock.wrong >= TRIES) {
      await forget();
      return {};
    }
    if (isHelped) {
      await remove("open");
      localStorage.removeItem(HELPED);
    }
    if (!localStorage.getItem(MARK)) localStorage.setItem(MARK, lock.owner); // a battery may take it, not the list
    const over = rows.filter((one) => one.id.startsWith("list:") && one.until <= now).map((one) => one.id);
    if (over.length) await remove(...over);
    const open = isHelped ? undefined : rows.find((one) => one.id === "open");
    const isBack = Date.now() < lock.last - 60000; // the clock was turned back: nobody knows how long it lay
    const isIdle = open && (isBack || Math.abs(Date.now() - open.at) > IDLE);
    if (isIdle) await remove("open");
    if (Math.abs(Date.now() - lock.last) > 1000) await put((lock = { ...lock, seen: now, last: Date.now() }));
    const names = rows.filter((one) => one.id.startsWith("list:") && !over.includes(one.id)).map((one) => one.id.slice(5));
    return { lock, now, names, key: open && !isIdle ? open.key : undefined };
  }

  async function state() {
    const { lock, key, names = [] } = await looked();
    if (!lock) return { is: "none", names };
    return { is: key ? "open" : "locked", owner: lock.owner, about: lock.about, left: TRIES - lock.wrong, names };
  }

  let touched = 0;
  async function touch() {
    if (Math.abs(Date.now() - touched) < 20000) return;
    touched = Date.now();
    const open = await row("open");
    if (open && Math.abs(Date.now() - open.at) <= IDLE) await put({ ...open, at: Date.now() });
  }

  const tellLocked = () => page?.dispatchEvent(new CustomEvent("hv:locked"));
  async function lock() {
    await remove("open");
    wasOpen = false;
    tellLocked();
    others?.postMessage("closed");
  }

  // ---- PIN and key

  async function wrapper(pin, salt) {
    const seed = await crypto.subtle.importKey("raw", text.encode(pin), "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
    return crypto.subtle.deriveKey(how, seed, { name: "AES-GCM", length: 256 }, false, ["wrapKey", "unwrapKey"]);
  }
  const bound = (iv, words) => ({ name: "AES-GCM", iv, additionalData: text.encode(words) });
  const random = (count) => crypto.getRandomValues(new Uint8Array(count));
  const unwrapped = (wrapped, by, how) => crypto.subtle.unwrapKey("raw", wrapped, by, how, "AES-GCM", false, ["encrypt", "decrypt"]);

  // Whose it is says the server, to this very session; what they seal their records with lies beside the lock in clear: it
  // is the public half of a key.
  async function whose() {
    const me = await self.hvOutbox.whoAmI();
    if (!me) throw new Error("nobody is signed in");
    const bytes = ["x", "y"].map((part) => self.hvOutbox.bytesOf(me.key[part]));
    const point = btoa(String.fromCharCode(4, ...bytes[0], ...bytes[1])).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const meta = said();
    return { owner: me.owner, key: point, helper: meta?.dataset.helper, idle: Number(meta?.dataset.idle ?? 7200) };
  }

  async function begin(pin) {
    if (!PIN.test(pin)) throw new Error("six digits");
    const about = await whose();
    const [salt, iv] = [random(16), random(12)];
    const how = bound(iv, `hv-sealed ${about.owner}`);
    const by = await wrapper(pin, salt);
    const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt", "decrypt"]);
    const wrapped = await crypto.subtle.wrapKey("raw", fresh, by, how);
    const key = await unwrapped(wrapped, by, how);
    const now = Date.now();
    localStorage.setItem(MARK, about.owner);
    localStorage.removeItem(HELPED);
    await within("readwrite", (rows) => {
      rows.clear();
      rows.put({ id: "lock", owner: about.owner, about, salt, iv, wrapped, wrong: 0, seen: now, last: now });
      rows.put({ id: "open", key, at: now });
    });
  }

  // A try counts before it is made: whoever ends the page while it is made has used it up.
  async function open(pin) {
    const { lock: shut } = await looked();
    if (!shut) return "gone";
    if (!PIN.test(pin)) return false;
    const tried = { ...shut, wrong: shut.wrong + 1 };
    await put(tried);
    const by = await wrapper(pin, shut.salt);
    const key = await unwrapped(shut.wrapped, by, bound(shut.iv, `hv-sealed ${shut.owner}`)).catch(() => null);
    if (key) {
      await put({ ...tried, wrong: 0 }, { id: "open", key, at: Date.now() });
      return true;
    }
    if (tried.wrong < TRIES) return false;
    await forget();
    return "gone";
  }

  // ---- The PIN is asked in one way on every page

  let asking;
  function ask() {
    asking ??= asked().finally(() => (asking = undefined));
    return asking;
  }
  const make = (tag, css, words) => Object.assign(page.createElement(tag), { className: css, textContent: words });

  function pinField(number, words, hint) {
    const field = make("div", "hv-field", "");
    const label = make("label", "hv-label", words);
    const input = make("input", "hv-input hv-input--code", "");
    Object.assign(input, { id: `hv-pin-${number}`, type: "password", inputMode: "numeric", maxLength: 6, autocomplete: "off", required: true });
    label.htmlFor = input.id;
    field.append(label);
    if (hint) {
      const line = make("p", "hv-hint", hint);
      line.id = `${input.id}-hint`;
      input.setAttribute("aria-describedby", line.id);
      field.append(line);
    }
    field.append(input);
    return { field, input };
  }

  async function asked() {
    const before = await state();
    if (before.is === "open") return true;
    const isNew = before.is === "none";
    const box = make("dialog", "hv-pin", "");
    const form = make("form", "hv-stack", "");
    const title = make("h2", "hv-h--m", isNew ? "Đặt mã PIN cho danh sách" : "Mở danh sách trên máy");
    title.id = "hv-pin-title";
    box.setAttribute("aria-labelledby", title.id);
    const first = pinField(1, "Mã PIN, 6 chữ số", isNew ? "Mã này chỉ dùng trên máy này. Quên mã thì mang danh sách lại; việc đã ghi không mất." : "");
    const second = isNew ? pinField(2, "Nhập lại mã PIN") : null;
    const says = make("p", "hv-error-text", "");
    says.setAttribute("role", "alert");
    const acts = make("div", "hv-row", "");
    const go = make("button", "hv-button", isNew ? "Đặt mã PIN" : "Mở danh sách");
    const away = make("button", "hv-button hv-button--quiet", "Thôi");
    away.type = "button";
    acts.append(go, away);
    form.noValidate = true;
    form.append(title, first.field, ...(second ? [second.field] : []), says, acts);
    box.append(form);
    page.body.append(box);
    return new Promise((resolve) => {
      const end = (outcome) => {
        box.close(); // gives the focus back
        box.remove();
        resolve(outcome);
      };
      away.addEventListener("click", () => end(false));
      box.addEventListener("cancel", () => end(false));
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (go.disabled) return;
        const pin = first.input.value;
        if (!PIN.test(pin)) return refuse("Mã PIN là 6 chữ số. Hãy nhập đủ.");
        if (second && second.input.value !== pin) return refuse("Hai lần nhập không giống nhau. Hãy nhập lại.");
        if (isNew && /^(\d)\1*$|^123456$|^654321$/.test(pin)) return refuse("Mã này dễ đoán quá. Hãy chọn mã khác.");
        go.disabled = true;
        says.textContent = "";
        try {
          const outcome = isNew ? (await begin(pin), true) : await open(pin);
          if (outcome === true) return end(true);
          if (outcome === "gone") {
            tellLocked();
            first.field.remove();
            go.remove();
            away.textContent = "Đóng";
            says.textContent = "Sai mã PIN năm lần. Danh sách đã được xóa khỏi máy. Việc đã ghi vẫn còn; có mạng thì mang danh sách lại.";
            return away.focus();
          }
          refuse(`Mã PIN chưa đúng. Còn ${(await state()).left} lần; sai hết thì danh sách bị xóa khỏi máy.`);
        } catch {
          refuse("Chưa làm được. Hãy kiểm tra mạng và đăng nhập rồi thử lại.");
        } finally {
          go.disabled = false;
        }
      });
      function refuse(words) {
        says.textContent = words;
        first.input.value = "";
        if (second) second.input.value = "";
        first.input.focus();
      }
      box.showModal();
      first.input.focus();
    });
  }

  // ---- Lists

  async function keyed(asks = true) {
    const there = await looked();
    if (there.key || !asks) return there;
    return (await ask()) ? looked() : {};
  }

  async function putList(name, value, until, { asks } = {}) {
    const lasts = new Date(until) - Date.now();
    const { key, lock: shut } = await keyed(asks);
    if (!key) throw new Error("no PIN");
    const iv = random(12);
    const box = await crypto.subtle.encrypt(bound(iv, `${name} ${shut.owner}`), key, text.encode(JSON.stringify(value)));
    await put({ id: listId(name), iv, box, until: moment(shut) + lasts });
    touch();
    navigator.storage?.persist?.();
  }

  async function getList(name) {
    if (!(await state()).names.includes(name)) return undefined;
    const { key, lock: shut } = await keyed();
    const kept = key && (await row(listId(name)));
    if (!kept) return undefined;
    touch();
    const clear = await crypto.subtle.decrypt(bound(kept.iv, `${name} ${shut.owner}`), key, kept.box).catch(() => null);
    return clear ? JSON.parse(new TextDecoder().decode(clear)) : undefined;
  }

  async function renew(name, until) {
    const lasts = new Date(until) - Date.now();
    const { lock: shut } = await looked();
    const kept = shut && (await row(listId(name)));
    if (kept) await put({ ...kept, until: moment(shut) + lasts });
  }

  async function untilOf(name) {
    const { lock: shut } = await looked();
    const kept = shut && (await row(listId(name)));
    return kept ? new Date(Date.now() + kept.until - moment(shut)) : undefined;
  }

  const names = async () => (await state()).names;
  self.hvSealed = { put: putList, get: getList, names, state, begin, open, ask, renew, until: untilOf, forget, lock };
  if (!page) return;

  // The key goes by itself; whoever works on keeps it.
  for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => touch().catch(() => {}), { passive: true });
  setInterval(() => looked().catch(() => {}), 30000);
})();
