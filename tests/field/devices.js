// Several devices in one page of a real browser. Each has a clock, a network, a storage and tabs of its own; what runs in
// the tabs is the shipped script, as it is. IndexedDB, WebCrypto, Web Locks, DOM and forms are the browser's; a clock that
// stands, a network that asks the story, and a page that may end at any write are ours.
//
// `sim.do(acts)` carries out acts one after the other, waits after each until nothing moves any more, and tells what the
// tabs have asked of the network and what they have kept since.
"use strict";

(() => {
  const Clock = Date;
  const tabs = new Map(); // name -> tab
  const devices = new Map(); // name -> { shift, local, databases }
  let source, now, chance, asked, kept, number;

  // ---- Waiting until nothing moves

  let waiters = [];
  const wake = () => waiters.splice(0).forEach((go) => go());
  const turn = () => new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => (port1.close(), done());
    port2.postMessage(0);
  });

  const alive = (device) => [...tabs.values()].filter((tab) => !tab.dead && (!device || tab.device === device));
  function isQuiet(tab) {
    if (tab.busy) return false;
    return [...tab.locks].every((one) => (one.held ? tab.asks.size : alive(tab.device).some((other) => [...other.locks].some((its) => its.held))));
  }
  async function settle() {
    const patience = performance.now() + 60000;
    for (let still = 0; still < 3; ) {
      if (performance.now() > patience) throw new Error("a tab comes to no rest");
      if (alive().every(isQuiet)) {
        still += 1;
        await turn();
      } else {
        still = 0;
        await Promise.race([new Promise((go) => waiters.push(go)), turn().then(turn).then(turn)]);
      }
    }
  }
  function during(tab, promise) {
    tab.busy += 1;
    const over = () => ((tab.busy -= 1), wake());
    promise.then(over, over);
    return promise;
  }

  // ---- Storage: the browser's own, under a name of the device; a tab may end before or after any of its writes

  const begin = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    const tab = this.tab;
    if (!tab) return begin.call(this, stores, mode, options);
    if (tab.dead) throw new DOMException("the page is gone", "InvalidStateError");
    const isLast = mode === "readwrite" && tab.doom && --tab.doom.writes === 0;
    if (isLast && tab.doom.when === "before") {
      end(tab);
      throw new DOMException("the page is gone", "InvalidStateError");
    }
    const all = begin.call(this, stores, mode, options);
    during(tab, new Promise((done) => {
      all.addEventListener("complete", (event) => {
        if (isLast) event.stopImmediatePropagation();
        if (isLast) end(tab);
        done();
      });
      all.addEventListener("abort", done);
    }));
    return all;
  };

  function storageOf(tab) {
    return {
      open(name, version) {
        if (tab.dead) throw new DOMException("the page is gone", "InvalidStateError");
        const opening = indexedDB.open(`${tab.device}/${name}`, version);
        devices.get(tab.device).databases.add(`${tab.device}/${name}`);
        during(tab, new Promise((done) => {
          opening.addEventListener("success", () => {
            opening.result.tab = tab;
            tab.connections.push(opening.result);
            done();
          });
          opening.addEventListener("error", done);
        }));
        return opening;
      },
    };
  }

  // ---- What else a tab finds around it

  function networkOf(tab) {
    return async (url, options = {}) => {
      if (tab.dead) throw new TypeError("the page is gone");
      const request = new Request(new URL(url, tab.url), { ...options, signal: undefined });
      const body = new Uint8Array(await during(tab, request.arrayBuffer()));
      return new Promise((resolve, reject) => {
        const ask = { tab: tab.name, id: ++number, path: new URL(request.url).pathname, method: request.method };
        Object.assign(ask, { headers: [...request.headers], body: btoa(String.fromCharCode(...body)) });
        options.signal?.addEventListener("abort", () => reject(options.signal.reason));
        tab.asks.set(ask.id, { resolve, reject, follows: request.redirect === "follow", alarm: alarms.get(options.signal) });
        asked.push(ask);
        wake();
      });
    };
  }

  const alarms = new WeakMap(); // a signal of AbortSignal.timeout -> what sounds it
  function timeout() {
    const control = new AbortController();
    alarms.set(control.signal, () => control.abort(new DOMException("too long", "TimeoutError")));
    return control.signal;
  }

  function locksOf(tab) {
    return {
      request(name, ...rest) {
        const act = rest.pop();
        const one = { held: false };
        tab.locks.add(one);
        const options = rest[0]?.ifAvailable ? rest[0] : { ...rest[0], signal: tab.ending.signal };
        const whole = navigator.locks.request(`${tab.device}/${name}`, options, (lock) => {
          one.held = Boolean(lock);
          return Promise.race([act(lock), tab.gone]);
        });
        const over = () => (tab.locks.delete(one), wake());
        whole.then(over, over);
        return whole; // whether waiting for it is standing still, `isQuiet` says
      },
    };
  }

  function random() { // mulberry32
    chance = (chance + 0x6d2b79f5) | 0;
    let t = Math.imul(chance ^ (chance >>> 15), chance | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  function cryptoOf(tab) {
    const counted = { get: (subtle, name) => (...words) => during(tab, subtle[name](...words)) };
    const fill = (bytes) => bytes.forEach((_, at) => (bytes[at] = random() & 255)) ?? bytes; // the same ids in every run
    return { subtle: new Proxy(crypto.subtle, counted), getRandomValues: fill };
  }

  function clockOf(tab) {
    return class Date extends Clock {
      constructor(...words) {
        super(...(words.length ? words : [now + devices.get(tab.device).shift]));
      }
      static now() {
        return now + devices.get(tab.device).shift;
      }
    };
  }

  function timersOf(tab) {
    return (act, after = 0, ...words) => {
      if (after >= 1000) return tab.timers.push([now + after, act]); // a story lets them pass
      during(tab, new Promise((done) => setTimeout(() => (act(...words), done()), after)));
      return 0;
    };
  }

  function openTab({ device, name, html, path }) {
    if (!devices.has(device)) devices.set(device, { shift: 0, local: new Map(), databases: new Set() });
    const page = new DOMParser().parseFromString(html, "text/html");
    const url = new URL(path, `http://${device}.localhost/`);
    const tab = { device, name, page, url, busy: 0, dead: false, locks: new Set(), asks: new Map(), connections: [], timers: [], target: new EventTarget(), ending: new AbortController() };
    tab.gone = new Promise((_, reject) => (tab.leave = reject));
    tab.gone.catch(() => {});
    Object.defineProperty(page, "visibilityState", { value: "visible" });
    Object.defineProperty(page, "cookie", { value: "", writable: true });
    page.addEventListener("hv:kept", (event) => kept.push({ tab: name, ...event.detail }));
    const { local } = devices.get(device);
    const around = {
      document: page, indexedDB: storageOf(tab), crypto: cryptoOf(tab), fetch: networkOf(tab), setTimeout: timersOf(tab),
      Date: clockOf(tab), AbortSignal: { timeout, any: (all) => AbortSignal.any(all) },
      navigator: { locks: locksOf(tab), storage: { persist: async () => false }, onLine: true },
      localStorage: { getItem: (key) => local.get(key) ?? null, setItem: (key, value) => local.set(key, String(value)), removeItem: (key) => local.delete(key) },
      location: { href: url.href, origin: url.origin, pathname: url.pathname, search: url.search, assign() {}, reload() {} },
      addEventListener: tab.target.addEventListener.bind(tab.target), dispatchEvent: tab.target.dispatchEvent.bind(tab.target),
    };
    tabs.set(name, tab);
    around.self = { ...around, isSecureContext: true };
    tab.self = around.self;
    new Function(...Object.keys(around), source)(...Object.values(around)); // eslint-disable-line no-new-func
    tab.target.dispatchEvent(new Event("load"));
  }

  // The battery, the system, a finger: no event, nothing goes on.
  function end(tab) {
    tab.dead = true;
    tab.busy = 0;
    tab.ending.abort();
    tab.leave(new Error("the page is gone"));
    tab.connections.forEach((one) => one.close());
    tab.asks.clear();
    wake();
  }

  // ---- Acts of a story

  const LOGIN = "<!doctype html><title>Wi-Fi</title><p>Please sign in";
  const acts = {
    clock: (moment) => (now = moment),
    shift: (device, by) => (devices.get(device).shift = by),
    open: openTab,
    end: (name) => end(tabs.get(name)),
    doom: (name, writes, when) => (tabs.get(name).doom = { writes, when }),
    online: (name) => tabs.get(name).target.dispatchEvent(new Event("online")),
    look: (name) => tabs.get(name).page.dispatchEvent(new Event("visibilitychange")),
    wait(name) {
      const due = tabs.get(name).timers.splice(0);
      due.forEach(([, act]) => act());
    },
    press(name, words) {
      const { page } = tabs.get(name);
      const button = [...page.querySelectorAll(".hv-unsent button, [data-outbox-list] button")].find((one) => one.textContent === words);
      if (!button) return;
      button.click();
    },
    fill(name, values, times) {
      const form = tabs.get(name).page.querySelector("form[data-outbox]");
      for (const one of form.elements) {
        const wanted = values.filter(([field]) => field === one.name).map(([, value]) => value);
        if (one.type === "checkbox") one.checked = wanted.includes(one.value);
        else if (one.name && one.name !== "csrfmiddlewaretoken") [one.value, one.disabled] = [wanted[0] ?? "", !wanted.length];
      }
      for (let n = 0; n < times; n++) form.dispatchEvent(new SubmitEvent("submit", { bubbles: true, cancelable: true }));
    },
    answer(name, id, how, status, headers, body) {
      const tab = tabs.get(name);
      const ask = tab.asks.get(id);
      if (tab.dead || !ask) return;
      tab.asks.delete(id);
      if (how === "lost") ask.reject(new TypeError("Failed to fetch"));
      else if (how === "late") (ask.alarm ?? (() => ask.reject(new TypeError("Failed to fetch"))))();
      else if (how === "redirect") ask.follows ? ask.resolve(new Response(LOGIN)) : ask.reject(new TypeError("redirected"));
      else ask.resolve(new Response(body, { status, headers }));
    },
  };

  async function act(all) {
    asked = [];
    kept = [];
    for (const [name, ...words] of all) {
      acts[name](...words);
      await settle();
    }
    return { asked, kept, dead: [...tabs.values()].filter((tab) => tab.dead).map((tab) => tab.name) };
  }

  // ---- What can be seen from outside

  async function records(device) {
    const database = await new Promise((done) => {
      const opening = indexedDB.open(`${device}/hv-outbox`);
      opening.onsuccess = () => done(opening.result);
    });
    const all = {};
    for (const name of database.objectStoreNames) {
      all[name] = await new Promise((done) => {
        const reading = database.transaction(name).objectStore(name).getAll();
        reading.onsuccess = () => done(reading.result.map((one) => ({ ...one, sealed: undefined, content: undefined })));
      });
    }
    database.close();
    return all;
  }

  function says(name) {
    const { page } = tabs.get(name);
    const words = (css) => [...page.querySelectorAll(css)].map((one) => one.textContent);
    return { line: words(".hv-unsent p"), list: words("[data-outbox-list] li p") };
  }

  // Nothing of an earlier story is left.
  async function clear(script, moment, seed) {
    alive().forEach(end);
    const names = [...devices.values()].flatMap((one) => [...one.databases]);
    tabs.clear();
    devices.clear();
    await Promise.all(names.map((name) => new Promise((done) => (indexedDB.deleteDatabase(name).onsuccess = done))));
    [source, now, chance, number] = [script, moment, seed, 0];
  }

  self.sim = { do: act, records, says, clear };
})();
