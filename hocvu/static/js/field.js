// The page of field work on a device (/tham-ho/tren-may/): takes the list of households along, sealed (sealed.js); shows
// it by alley; records visits, help, needs and photos through the outbox (outbox.js, pieces.js), with or without a signal.
//
// The page itself says nothing of anybody. Everything it shows of households comes out of the sealed list and lies in
// memory only; what was recorded here is sealed twice: as a record for its author, and as a line beside the list, so that
// the page knows what it has done when it is opened again.
"use strict";

(() => {
  const part = document.querySelector("[data-field]");
  if (!part) return;
  const find = (name) => part.querySelector(`[data-${name}]`);
  const [view, says, told] = [find("view"), find("says"), find("told")];
  const make = (tag, css, words, more) => Object.assign(document.createElement(tag), { className: css ?? "", textContent: words ?? "", ...more });
  const tell = (words) => (says.textContent = words);
  const outbox = self.hvOutbox;
  const sealed = self.hvSealed;
  if (!outbox?.settled || !sealed) return;
  find("without").hidden = true;
  const isElsewhere = location.pathname !== "/tham-ho/tren-may/";

  const LIST = "tham-ho";
  const DONE = "tham-ho-da-ghi";
  const HOUR = 3600000;
  const HEARD_EVERY = 10 * 60000;
  const SHIFT = 12 * HOUR; // so long what was recorded and sent stands beside a list that knows of it
  const last = (all) => all[all.length - 1];
  const LARGEST = 300000;
  const SIDE = 1280;
  const TO = { visit: "/tham-ho/ghi/", help: "/tham-ho/giup/ghi/", need: "/tham-ho/can/ghi/", photo: "/tham-ho/anh/" };
  const kB = (count) => (count < 1e6 ? `${Math.max(1, Math.round(count / 1e3))} kB` : `${(count / 1e6).toFixed(1).replace(".", ",")} MB`);
  const day = (text) => (text ? text.slice(0, 10).split("-").reverse().join("/") : "");

  const dayFrom = (days) => { // of the device's calendar
    const then = new Date(Date.now() + days * 24 * HOUR);
    return [then.getFullYear(), then.getMonth() + 1, then.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  };

  let list; // the list in clear, in memory only
  const rules = JSON.parse(view.dataset.words); // what a visit may say: that much is known without a list
  let done = []; // what was recorded on this device: { id, kind, home, person, outcome, words, root, at }
  let states = new Map(); // id -> "waiting", "sent", "looked" (somebody looks), "stuck"
  let sentAt = new Map();
  const shownNews = new Set();

  // ---- What became of what was recorded

  async function readStates() {
    const [records, receipts] = await Promise.all([outbox.everything(), outbox.within("readonly", (_, all) => all.getAll())]);
    sentAt = new Map(receipts.map((one) => [one.id, one.at])); // older than a week where there is none
    states = new Map(receipts.map((one) => [one.id, one.result === "quarantined" ? "looked" : "sent"]));
    for (const one of records) states.set(one.id, one.state === "waiting" ? "waiting" : "stuck");
    const gone = new Set(receipts.filter((one) => one.result === "discarded").map((one) => one.id));
    done = done.filter((one) => !gone.has(one.id) && !isOver(one));
    const isField = new Set(done.map((one) => one.id));
    const news = receipts.filter((one) => one.result === "quarantined" && one.reason && !one.seen && (isField.has(one.id) || one.owner === outbox.mine()?.owner));
    told.append(...news.filter((one) => !shownNews.has(one.id)).map((one) => { // stays for as long as the page does
      shownNews.add(one.id);
      const box = make("div", "hv-notice hv-notice--slim");
      box.append(make("p", "", `Đã nhận, chờ người xem: ${one.reason}`));
      return box;
    }));
    if (news.length && document.visibilityState === "visible") await outbox.within("readwrite", (_, all) => news.forEach((one) => all.put({ ...one, seen: true }))); // told once
    find("export").hidden = !records.some((one) => one.owner !== "guest");
  }
  // What a newer list knows of by itself: it was sent before that list came, in an earlier shift.
  function isOver(one) {
    const isSent = (states.get(one.id) ?? "sent") === "sent"; // what somebody must look at stands in no list yet
    return isSent && list?.taken && (sentAt.get(one.id) ?? 0) < list.taken && Date.now() - Date.parse(one.at) > SHIFT;
  }
  const TAGS = { waiting: ["Chưa gửi", "slow"], sent: ["Đã gửi", "good"], looked: ["Đã gửi, chờ xem", "slow"], stuck: ["Không gửi được", "bad"] };
  function stateTag(id) {
    const [words, css] = TAGS[states.get(id) ?? "sent"];
    return make("span", `hv-tag hv-tag--${css}`, words);
  }

  const visitsOf = (home) => done.filter((one) => one.kind === "visit" && one.home === home);
  // What stands of a household's visits: of each its newest correction, without those that were a mistake.
  function standing(home) {
    const newest = new Map();
    for (const one of visitsOf(home)) newest.set(one.root ?? one.id, one);
    return [...newest.values()].filter((one) => one.outcome !== "mistake");
  }

  // Another tab may have noted something meanwhile: what lies there and what is new here are one.
  // Where the list closed in this very moment, it is noted once it is open again.
  const without = (some, others) => some.filter((one) => !others.some((other) => other.id === one.id));
  let unnoted = [];
  async function note(one) {
    const fresh = { at: new Date().toISOString(), ...one };
    unnoted.push(fresh);
    done.push(fresh);
    await noteAll().catch(() => {});
  }
  const noteAll = () => navigator.locks.request("hv-noted", async () => {
    if (!unnoted.length || (await sealed.state()).is !== "open") return;
    const writing = unnoted;
    const there = (await sealed.get(DONE)) ?? [];
    const all = [...without(there, writing), ...writing];
    await sealed.put(DONE, all, (await sealed.until(LIST)) ?? new Date(Date.now() + HOUR));
    unnoted = without(unnoted, writing);
    if (list) done = [...without(all, done), ...done];
  });

  // ---- Taking the list along

  const asJson = { headers: { Accept: "application/json" } };
  const lasts = (one) => new Date(Date.now() + (new Date(one.until) - new Date(one.made)));
  const isOpen = async () => (await sealed.state()).is === "open";

  // That the server gave it out to this account, and nothing less, lets a list stay for a week, with what was done beside it.
  async function hold(fresh, how) {
    await sealed.put(LIST, fresh, lasts(fresh), how);
    await sealed.renew(DONE, lasts(fresh));
  }

  async function fetchList() {
    const taken = Date.now();
    const answer = await outbox.ask("/tham-ho/danh-sach.json", asJson);
    if (answer.status === 401 || answer.status === 403) throw new Error("login");
    if (!answer.ok) throw new Error(String(answer.status));
    const words = await answer.text();
    const fresh = { ...JSON.parse(words), taken };
    if (!Array.isArray(fresh.households)) throw new Error("another page answered");
    return { fresh, size: new Blob([words]).size };
  }

  // The size is said first; then, where it is the first time, the PIN is asked twice.
  async function take() {
    tell("Đang hỏi danh sách…");
    try {
      const { fresh, size } = await fetchList();
      tell("");
      const box = make("div", "hv-notice hv-stack");
      const go = make("button", "hv-button", "Mang theo máy", { type: "button" });
      box.append(make("p", "", `Danh sách có ${fresh.households.length} hộ, ${kB(size)}. Danh sách được khóa bằng mã PIN, tự xóa nếu 7 ngày không mở trang này ở nơi có mạng.`), go);
      go.addEventListener("click", async () => {
        if (go.disabled) return;
        go.disabled = true;
        await keepList(fresh, true).catch(() => tell("Chưa giữ được danh sách trên máy. Hãy thử lại."));
        go.disabled = false;
      });
      view.prepend(box);
      go.focus();
    } catch (fault) {
      tell(fault.message === "login" ? "Hãy đăng nhập bằng tài khoản của thành viên tổ rồi mang danh sách theo." : "Chưa lấy được danh sách. Hãy tìm chỗ có mạng rồi bấm lại.");
      if (fault.message === "login") hear(true); // it may be that this account goes to no door any more
    }
  }

  async function keepList(fresh, isAsked) {
    if (isAsked && !(await sealed.ask())) return tell("Chưa mang danh sách: chưa có mã PIN.");
    await hold(fresh);
    isDropped = false;
    await openList();
    tell(`Đã mang ${fresh.households.length} hộ theo máy. Mất mạng vẫn mở được trang này.`);
    hear(true);
  }

  async function openList(isMoved) {
    const there = await sealed.get(LIST);
    if (await isOpen()) list = there; // it may have closed while it was read
    if (list) await noteAll().catch(() => {});
    const kept = list && (await sealed.get(DONE));
    if (kept && list) done = [...kept, ...without(done, kept)];
    const { about } = await sealed.state();
    if (list && about) outbox.become(about); // the PIN says whose the device is, however long ago a page did
    await draw(isMoved);
    await outbox.draw();
  }

  async function unlock() {
    if (await sealed.ask()) await openList(true);
    else await draw();
    outbox.refresh();
    contact().catch(() => {}); // opened where there is a network, the list stays for another week
  }

  // ---- Contact with the server: it hears of this device, and says whether its owner still goes from door to door

  let contacting = false;
  async function hear(isForced) {
    if (contacting) return;
    contacting = true;
    try {
      const me = await outbox.whoAmI();
      if (!me) return;
      const row = await outbox.deviceOf(me.owner);
      const isMine = (await sealed.state()).owner === me.owner;
      if (!isForced && row.heard && Math.abs(Date.now() - row.heard) < HEARD_EVERY) return;
      const mine = (await outbox.everything()).filter((one) => one.owner === me.owner);
      const until = isMine ? await sealed.until(LIST) : undefined;
      const body = new URLSearchParams({ con: mine.length, cu: mine[0]?.made ?? "", den: until?.toISOString() ?? "" });
      const headers = { ...asJson.headers, "X-CSRFToken": me.csrf, "X-Outbox-Device": row.device, "X-Outbox-Now": new Date().toISOString() };
      const answer = await outbox.ask("/may/", { method: "POST", body, headers });
      const said = answer.ok ? await answer.json() : null;
      if (typeof said?.ward !== "string") return; // another page answered
      await outbox.within("readwrite", (_, receipts) => receipts.put({ ...row, heard: Date.now(), ward: said.ward, wardKey: said.ward_key }));
      if (said.records === false && isMine) await dropList();
    } catch { // no network: the next opening tells
    } finally {
      contacting = false;
    }
  }

  // Whoever goes to no door any more keeps no names, in no tab: the server said so in so many words. What waits stays.
  let isDropped = false;
  async function dropList() {
    if (!(await sealed.state()).names.includes(LIST)) return;
    isDropped = true;
    unnoted = [];
    for (const name of [LIST, DONE]) await sealed.forget(name);
    await sealed.lock();
  }

  // ---- Forms, with the fields of the server's own

  let number = 0;
  function choices(name, words, options, { many = false, first } = {}) {
    const group = make("fieldset", "hv-group");
    const box = make("div", "hv-choices");
    group.append(make("legend", "hv-legend", words), box);
    for (const { code, words: label } of options) {
      const line = make("label", "hv-choice");
      const input = make("input", "", "", { type: many ? "checkbox" : "radio", name, value: code, required: !many, checked: code === first });
      line.append(input, make("span", "", label));
      box.append(line);
    }
    return group;
  }
  function field(name, words, { hint, ...more } = {}) {
    const box = make("div", "hv-field");
    const input = make("input", "hv-input", "", { name, id: `o-${++number}`, ...more });
    box.append(make("label", "hv-label", words, { htmlFor: input.id }));
    if (hint) {
      box.append(make("p", "hv-hint", hint, { id: `${input.id}-h` }));
      input.setAttribute("aria-describedby", `${input.id}-h`);
    }
    box.append(input);
    return box;
  }
  const hidden = (name, value) => make("input", "", "", { type: "hidden", name, value });
  const capital = (words) => words.charAt(0).toUpperCase() + words.slice(1);
  const said = (options) => (options ?? []).map((one) => ({ ...one, words: capital(one.words) }));

  // A form that outbox.js keeps; `kept` is told the id under which it lies there.
  function kept(to, label, parts, whenKept, beside) {
    const form = make("form", "hv-stack--l", "", { method: "post" });
    form.dataset.outbox = to;
    form.dataset.owned = "1";
    form.append(...parts, make("button", "hv-button hv-button--big hv-button--block", label));
    form.hvBeside = beside;
    form.addEventListener("hv:kept", (event) => {
      form.dataset.kept = "1"; // it is on the screen until the page is drawn anew: a second press makes no second record
      whenKept(event.detail.id, new FormData(form)).catch(() => tell("Đã giữ trên máy. Trang chưa vẽ lại được, hãy tải lại trang."));
    });
    form.addEventListener("hv:unkept", (event) => {
      event.preventDefault();
      const photo = form.querySelector('[type="file"]')?.files.length ? "bỏ ảnh ra, hoặc " : "";
      tell(`Máy hết chỗ nên chưa giữ được gì. Hãy ${photo}xóa bớt ảnh, video trên máy rồi bấm lại; không được nữa thì ghi ra giấy.`);
    });
    return form;
  }

  function visitForm({ home, correcting }) {
    const outcomes = said((list ?? rules).outcomes).filter((one) => correcting || one.code !== "mistake");
    const outcome = choices("ket_qua", "Kết quả", outcomes);
    const shown = choices("da_noi", "Đã nói, đã chỉ những gì?", said((list ?? rules).shown), { many: true });
    const next = field("hen_ngay", "Hẹn quay lại ngày (không bắt buộc)", { type: "date", min: correcting ? "" : dayFrom(0), max: dayFrom(366) });
    next.querySelector("input").classList.add("hv-input--date");
    const photo = photoField();
    const code = correcting?.home.startsWith("ma:") && correcting.home.slice(3);
    const parts = [home ? hidden("ho", home.id) : code ? hidden("ma_ho", code) : field("ma_ho", "Mã hộ", { hint: "Ghi trên thẻ của hộ hoặc danh sách của tổ. Không ghi số định danh, không ghi tên.", required: true, autocomplete: "off", maxLength: 60 }), outcome];
    if (correcting) parts.push(hidden("sua", correcting.root ?? correcting.id), field("ly_do", "Vì sao đính chính", { required: true, maxLength: 200, autocomplete: "off" }));
    parts.push(shown, next, photo.box);
    const suit = () => {
      const now = outcome.querySelector(":checked")?.value;
      shown.hidden = Boolean(now) && !["informed", "later"].includes(now);
      next.hidden = !["later", "nobody", "refused"].includes(now);
      for (const group of [shown, next]) if (group.hidden) group.querySelectorAll("input").forEach((one) => ((one.checked = false), one.type === "date" && (one.value = "")));
    };
    outcome.addEventListener("change", suit);
    suit();
    return kept(TO.visit, correcting ? "Ghi đính chính" : "Ghi lượt thăm", parts, async (id, fields) => {
      const code = fields.get("ket_qua");
      const words = outcomes.find((one) => one.code === code)?.words ?? code;
      await note({ id, kind: "visit", home: home?.id ?? `ma:${fields.get("ma_ho")}`, outcome: code, words, root: correcting ? correcting.root ?? correcting.id : undefined });
      tell(`Đã ghi: ${words}.`);
      go(home && (correcting || code === "informed") ? home.id : "");
    }, photo.beside);
  }

  // What is read aloud before anything of somebody is kept, and their yes.
  function consentParts(consent) {
    const agreed = make("label", "hv-choice");
    agreed.append(make("input", "", "", { type: "checkbox", name: "dong_y", value: "1", required: true }), make("span", "", "Người ấy đã nghe và đồng ý"));
    return [hidden("ban", consent.version), make("p", "hv-consent", consent.text), agreed];
  }
  // A part of a form that is there only now and then: what is not shown is neither asked nor sent.
  function show(part, isOn) {
    part.hidden = !isOn;
    part.querySelectorAll("input, select").forEach((one) => (one.disabled = !isOn));
  }
  const withVisit = (home) => {
    const visit = last(standing(home.id));
    return visit ? [hidden("luot", visit.root ?? visit.id)] : [];
  };

  const RECORDED_HERE = ["lesson", "practice"]; // of what else the platform has no record that could prove it
  function helpForm(home, person) {
    const topics = choices("viec", "Giúp việc gì? Chọn một hay nhiều việc", said(list.topics), { many: true });
    const reached = choices("xong", "Nay người ấy đã có, đã tự làm được việc nào? (không bắt buộc)", said(list.topics), { many: true });
    const evidence = choices("bang_chung", "Biết điều ấy bằng cách nào?", said(list.evidence));
    const ticked = (group) => [...group.querySelectorAll(":checked:enabled")].map((one) => one.value);
    const suit = () => { // only what they were helped with can be reached; only what is reached is known somehow
      const helped = ticked(topics);
      topics.querySelector("input").setCustomValidity(helped.length ? "" : "Hãy chọn ít nhất một việc đã giúp.");
      reached.hidden = !helped.length;
      for (const one of reached.querySelectorAll("label")) show(one, helped.includes(one.firstChild.value));
      const now = ticked(reached);
      show(evidence, now.length > 0);
      const record = evidence.querySelector('[value="record"]');
      const isProvable = now.every((one) => RECORDED_HERE.includes(one));
      record.closest("label").hidden = !isProvable;
      if (!isProvable) record.checked = false;
    };
    for (const one of [reached, topics]) one.addEventListener("change", suit);
    suit();
    const parts = [hidden("nguoi", person.id), hidden("noi", "door"), ...consentParts(list.consent), topics, reached, evidence, ...withVisit(home)];
    return kept(TO.help, "Ghi lượt giúp", parts, async (id, fields) => {
      const words = list.topics.filter((one) => fields.getAll("viec").includes(one.code)).map((one) => one.words).join("; ");
      await note({ id, kind: "help", home: home.id, person: person.id, words: `Giúp ${person.name}: ${words}` });
      tell(`Đã ghi: giúp ${person.name}: ${words}.`);
      go(home.id);
    });
  }

  // A need is the household's. Somebody is named, and aid is kept at all, only of a person who heard the words and agreed.
  function needForm(home) {
    const consent = list.consent_need;
    const people = consent ? home.people ?? [] : [];
    const needs = said(list.needs).filter((one) => one.code !== "aid" || people.length);
    const kinds = choices("loai", "Hộ này cần gì?", needs);
    const parts = [hidden("ho", home.id), kinds];
    if (people.length) {
      const box = make("div", "hv-field");
      const select = make("select", "hv-select", "", { name: "nguoi", id: `o-${++number}` });
      select.append(make("option", "", "Cả hộ", { value: "" }), ...people.map((one) => make("option", "", one.name, { value: one.id })));
      const hint = make("p", "hv-hint", "", { id: `${select.id}-h` });
      select.setAttribute("aria-describedby", hint.id);
      box.append(make("label", "hv-label", "Cho ai?", { htmlFor: select.id }), hint, select);
      const asked = make("section", "hv-stack");
      asked.append(...consentParts(consent));
      const suit = () => {
        const isAid = kinds.querySelector(":checked")?.value === "aid";
        select.required = isAid;
        select.options[0].textContent = isAid ? "Chọn người" : "Cả hộ";
        hint.textContent = isAid ? "Hỗ trợ cho người khuyết tật chỉ ghi cho một người đã nghe và đồng ý." : "Chỉ chọn tên khi người ấy đã nghe và đồng ý; không thì ghi là của cả hộ.";
        show(asked, Boolean(select.value));
      };
      for (const one of [kinds, select]) one.addEventListener("change", suit);
      suit();
      parts.push(box, asked);
    } else {
      parts.push(make("p", "hv-hint", "Hỗ trợ cho người khuyết tật chỉ ghi cho một người đã nghe lời hỏi và đồng ý; ở đây chưa có ai để chọn."));
    }
    return kept(TO.need, "Ghi nhu cầu", [...parts, ...withVisit(home)], async (id, fields) => {
      const words = said(list.needs).find((one) => one.code === fields.get("loai"))?.words;
      await note({ id, kind: "need", home: home.id, words: `Cần ${words?.toLowerCase()}` });
      tell(`Đã ghi: cần ${words?.toLowerCase()}.`);
      go(home.id);
    });
  }

  // ---- Photos: drawn anew on the device, which takes out where and when they were made

  async function small(chosen) {
    const picture = await createImageBitmap(chosen);
    for (let side = SIDE; side >= 320; side = Math.round(side * 0.8)) {
      const ratio = Math.min(1, side / Math.max(picture.width, picture.height));
      const canvas = make("canvas", "", "", { width: Math.max(1, Math.round(picture.width * ratio)), height: Math.max(1, Math.round(picture.height * ratio)) });
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      for (const quality of [0.8, 0.65, 0.5]) {
        const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
        if (blob && blob.size <= LARGEST) return new Uint8Array(await blob.arrayBuffer());
      }
    }
    throw new Error("too large");
  }

  // The field has no name, so that the form goes without the file; what was chosen waits for the id of its visit.
  function photoField() {
    const box = field("", "Thêm ảnh (không bắt buộc)", { hint: "Chỉ chụp khi chủ nhà đồng ý. Máy thu nhỏ ảnh và xóa nơi chụp.", type: "file", accept: "image/*" });
    const input = box.querySelector("input");
    input.removeAttribute("name");
    input.className = "";
    const wrap = make("div", "hv-file");
    input.replaceWith(wrap);
    const line = make("p", "hv-hint", "", { hidden: true });
    line.setAttribute("role", "status");
    wrap.append(input, line);
    let drawing;
    input.addEventListener("change", () => {
      const chosen = input.files[0];
      drawing = chosen && small(chosen);
      line.hidden = !chosen;
      line.textContent = chosen ? "Đang thu nhỏ ảnh…" : "";
      drawing?.then((bytes) => (line.textContent = `Ảnh ${kB(bytes.length)}, gửi sau lượt thăm.`), () => (line.textContent = "Không mở được ảnh này. Hãy chụp lại."));
    });
    return {
      box,
      async beside(visit) {
        const bytes = await drawing?.catch(() => null);
        if (!bytes) return [];
        const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
        const digest = Array.from(hash, (one) => one.toString(16).padStart(2, "0")).join("");
        return [{ kind: "file", content: { path: TO.photo, file: outbox.b64(bytes), digest, after: visit } }];
      },
    };
  }

  // ---- Views: the list, a household, a form. The address after # says which, so that the way back is the browser's.

  const go = (to) => {
    if (location.hash.slice(1) === to) draw(true);
    else location.hash = to;
  };
  addEventListener("hashchange", () => draw(true));

  function button(words, act, css = "hv-button--second") {
    const one = make("button", `hv-button ${css}`, words, { type: "button" });
    one.addEventListener("click", act);
    return one;
  }
  const link = (words, to) => make("a", "hv-golink", words, { href: `#${to}` });
  const placeOf = (home) => [home.number && `Số ${home.number}`, home.alley].filter(Boolean).join(", ") || home.address || home.code;

  function homeLine(home) {
    const line = make("li");
    const one = make("a", "hv-home", "", { href: `#${home.id}` });
    const words = make("span", "", home.number ? `Số ${home.number}` : home.address || home.code);
    words.append(make("small", "", [home.code, home.due?.words].filter(Boolean).join(" · ")));
    one.append(words);
    const mine = last(standing(home.id));
    if (home.priority) one.append(make("span", "hv-tag hv-tag--self", "Ưu tiên"));
    if (mine) {
      one.append(make("span", "hv-tag hv-tag--good", mine.words), stateTag(mine.id));
    }
    line.append(one);
    return line;
  }

  function drawList() {
    const recorded = list.households.filter((home) => standing(home.id).length).length;
    const waiting = list.households.filter((home) => home.due && !standing(home.id).length);
    const isAll = location.hash === "#tat-ca";
    const shown = isAll ? list.households : list.households.filter((home) => home.due || standing(home.id).length);
    const groups = new Map();
    for (const home of shown) groups.set(home.alley || "Chưa rõ ngõ", [...(groups.get(home.alley || "Chưa rõ ngõ") ?? []), home]);
    const top = make("section", "hv-stack");
    top.append(make("p", "hv-lead", `${recorded}/${list.households.length} hộ đã ghi trên máy này. Còn ${waiting.length} hộ đến lượt.`));
    const acts = make("div", "hv-row");
    acts.append(link(isAll ? "Chỉ những hộ đến lượt" : `Xem cả ${list.households.length} hộ`, isAll ? "" : "tat-ca"), link("Hộ không có trong danh sách", "ma"));
    top.append(acts);
    const sections = [...groups].map(([alley, homes]) => {
      const section = make("section", "hv-stack--s");
      const rows = make("ul", "hv-homes");
      rows.append(...homes.map(homeLine));
      section.append(make("h2", "hv-h--m", capital(alley)), rows);
      return section;
    });
    if (!shown.length) sections.push(make("p", "", "Không còn hộ nào đến lượt."));
    const foot = make("div", "hv-row");
    foot.append(button("Cập nhật danh sách", take), button("Khóa danh sách", () => sealed.lock()), button("Xóa danh sách khỏi máy", async () => {
      await sealed.forget();
      list = undefined;
      done = [];
      tell("Đã xóa danh sách khỏi máy. Việc chưa gửi vẫn còn.");
      go("");
    }, "hv-button--quiet"));
    view.replaceChildren(top, ...sections, foot);
  }

  function heading(words, small, back = "← Về danh sách") {
    const box = make("header", "hv-stack--s");
    const title = make("h2", "hv-h--l", words, { tabIndex: -1 });
    box.append(make("p", ""), title);
    box.firstChild.append(link(back, ""));
    if (small) box.append(make("p", "hv-hint", small));
    return box;
  }

  function drawHome(home) {
    const about = [home.code, home.due?.words, home.last && `Lần trước ${day(home.last.on)}`].filter(Boolean).join(" · ");
    const all = done.filter((one) => one.home === home.id);
    const parts = [heading(placeOf(home), about)];
    if (all.length) parts.push(history(home, all));
    const beside = make("section", "hv-stack");
    const row = make("div", "hv-stack--s");
    for (const person of home.people ?? []) {
      if (list.consent) row.append(link(`Giúp ${person.name}${person.year ? `, sinh năm ${person.year}` : ""}`, `${home.id}/giup/${person.id}`));
      else row.append(make("p", "", person.name));
    }
    if (home.people?.length && !list.consent) row.append(make("p", "hv-hint", "Chưa có lời hỏi đồng ý dùng được hôm nay nên chưa ghi được lượt giúp."));
    row.append(link("Hộ này cần gì: thiết bị, mạng, lớp học…", `${home.id}/can`));
    beside.append(make("h3", "hv-h--m", "Giúp thêm"), row);
    if (standing(home.id).length) view.replaceChildren(...parts, beside, link("Ghi thêm một lượt thăm", `${home.id}/them`));
    else view.replaceChildren(...parts, visitForm({ home }), beside);
  }

  function history(home, all) {
    const section = make("section", "hv-stack--s");
    const rows = make("ul", "hv-works");
    rows.append(...all.map((one) => {
      const line = make("li");
      const words = make("span", "", `${one.words}${one.root ? " (đính chính)" : ""}`);
      line.append(words, stateTag(one.id));
      if (one.kind === "visit" && standing(home.id).includes(one)) line.append(link("Đính chính", `${home.id}/sua/${one.id}`));
      return line;
    }));
    section.append(make("h3", "hv-h--m", "Đã ghi trên máy này"), rows);
    return section;
  }

  // Whoever goes from door to door and is signed in here, or was a while ago, records by the code of a household without
  // a list: the list may be over, its PIN forgotten. It is sealed for them as always; of nobody else the page knows whose it is.
  async function mayType() {
    const me = outbox.mine();
    return Boolean(me && !me.helper && (await wardOf(me.owner)));
  }

  function drawShut(state, isTyped) {
    const box = make("section", "hv-stack");
    const row = make("div", "hv-row");
    if (state.names.includes(LIST)) {
      box.append(make("p", "", `Danh sách trên máy đang khóa.${isTyped ? " Quên mã PIN thì vẫn ghi được theo mã hộ." : ""}`), row);
      row.append(button("Mở danh sách", unlock, ""));
    } else {
      const now = isTyped ? "ghi theo mã hộ ở đây, có mạng thì máy tự gửi." : "ghi ra giấy, có mạng rồi nhập ở trang thăm hộ.";
      box.append(make("p", "", `Chưa có danh sách trên máy này. Khi có mạng, hãy mang danh sách theo trước khi đi. Đang đi mà chưa có thì ${now}`), row);
      row.append(button("Mang danh sách theo", take, ""));
    }
    if (isTyped) row.append(link("Ghi theo mã hộ", "ma"));
    view.replaceChildren(box, typed());
  }

  let drawnWith = "";
  const shownNow = () => JSON.stringify([Boolean(list), done.map((one) => [one.id, states.get(one.id)])]);
  // What a later drawing replaces is left out: a form would be drawn twice, and lose what was ticked in between.
  let drawing = Promise.resolve();
  let wanted = 0;
  let isToTop = false;
  function draw(isMoved) {
    const mine = ++wanted;
    isToTop ||= Boolean(isMoved);
    drawing = drawing.then(() => drawOnce(() => mine !== wanted)).catch(() => tell("Trang chưa vẽ lại được. Hãy tải lại trang; việc đã ghi vẫn còn."));
    return drawing;
  }

  async function drawOnce(isReplaced) {
    await readStates();
    const state = await sealed.state();
    const isTyped = !list && (await mayType().catch(() => false));
    if (isReplaced()) return undefined;
    const isMoved = isToTop;
    isToTop = false;
    find("elsewhere").hidden = !isElsewhere || !(list || state.names.includes(LIST));
    drawnWith = shownNow();
    const [id, what, which] = location.hash.slice(1).split("/");
    const correcting = id === "ma" && what === "sua" && done.find((one) => one.id === which && one.kind === "visit");
    if (!list) {
      if (isTyped && correcting) drawCorrection(correcting, "← Quay lại");
      else if (isTyped && id === "ma") view.replaceChildren(heading("Ghi theo mã hộ", "Không cần danh sách", "← Quay lại"), visitForm({}), typed());
      else drawShut(state, isTyped);
      return isMoved ? toTop() : undefined;
    }
    const home = list.households.find((one) => one.id === id);
    if (correcting) drawCorrection(correcting);
    else if (id === "ma") view.replaceChildren(heading("Hộ không có trong danh sách"), visitForm({}), typed());
    else if (!home) drawList();
    else if (what === "them") view.replaceChildren(heading(placeOf(home), "Thêm một lượt thăm"), visitForm({ home }));
    else if (what === "sua" && visitsOf(id).some((one) => one.id === which)) view.replaceChildren(heading(placeOf(home), FOLLOWS), visitForm({ home, correcting: visitsOf(id).find((one) => one.id === which) }));
    else if (what === "giup" && list.consent && home.people?.some((one) => one.id === which)) {
      const person = home.people.find((one) => one.id === which);
      view.replaceChildren(heading(`Giúp ${person.name}`, placeOf(home)), helpForm(home, person));
    } else if (what === "can") view.replaceChildren(heading("Hộ cần gì", placeOf(home)), needForm(home));
    else drawHome(home);
    return isMoved ? toTop() : undefined;
  }

  const FOLLOWS = "Đính chính lượt thăm: lượt đã ghi vẫn còn, lượt này theo sau";
  function drawCorrection(one, back) {
    view.replaceChildren(heading(one.home.slice(3), FOLLOWS, back), visitForm({ correcting: one }));
  }

  function toTop() {
    scrollTo(0, 0);
    (view.querySelector("h2[tabindex]") ?? part.querySelector("h1")).focus({ preventScroll: true });
  }

  // Households that were typed by code: they are on no list, and are shown where they were typed.
  function typed() {
    const all = done.filter((one) => one.home.startsWith("ma:"));
    const section = make("section", "hv-stack--s", "", { hidden: !all.length });
    const rows = make("ul", "hv-works");
    rows.append(...all.map((one) => {
      const line = make("li");
      line.append(make("span", "", `${one.home.slice(3)}: ${one.words}${one.root ? " (đính chính)" : ""}`), stateTag(one.id));
      if (standing(one.home).includes(one)) line.append(link("Đính chính", `ma/sua/${one.id}`));
      return line;
    }));
    section.append(make("h3", "hv-h--m", "Đã ghi trên máy này"), rows);
    return section;
  }

  // ---- The queue as a file, sealed to the ward: for a phone that will meet no network

  async function wardOf(owner) {
    const meta = document.querySelector('meta[name="hv-owner"]');
    if (meta?.content === owner && meta.dataset.wardKey) return { ward: meta.dataset.ward, wardKey: meta.dataset.wardKey };
    const row = await outbox.within("readonly", (_, receipts) => receipts.get(`may:${owner}`));
    const me = outbox.mine();
    return [row, me?.owner === owner && me].find((one) => one?.wardKey) ?? null;
  }

  async function save() {
    const all = (await outbox.everything()).filter((one) => one.owner !== "guest");
    const owner = outbox.mine()?.owner ?? (await sealed.state()).owner ?? all[0]?.owner;
    const mine = all.filter((one) => one.owner === owner);
    const records = mine.filter((one) => !one.kind); // photos go from this device alone
    const to = owner && (await wardOf(owner));
    if (!records.length) return tell(mine.length ? "Chỉ còn ảnh chưa gửi; ảnh thì chỉ máy này gửi được, ở nơi có mạng." : "Không còn gì của người này chưa gửi.");
    if (!to) return tell("Máy chưa có khóa của nơi quản lý. Hãy mở trang này một lần ở nơi có mạng, khi đã đăng nhập.");
    const made = new Date().toISOString();
    const { device } = await outbox.deviceOf(owner);
    const { sealed: parts } = await outbox.seal({ id: "hocvu-queue-1", made, content: { owner, device, made, records } }, { key: to.wardKey, owner: to.ward });
    const file = new Blob([JSON.stringify({ format: "hocvu-queue-1", ward: to.ward, sealed: parts })], { type: "application/json" });
    const way = make("a", "", "", { href: URL.createObjectURL(file), download: `hang-doi-${made.slice(0, 10)}.hocvu` });
    way.click();
    setTimeout(() => URL.revokeObjectURL(way.href), 60000);
    const photos = mine.length - records.length;
    return tell(`Đã lưu ${records.length} việc thành tệp. Hãy chuyển tệp cho người điều phối; máy vẫn giữ những việc này.${photos ? ` Còn ${photos} ảnh không có trong tệp, có mạng máy gửi sau.` : ""}`);
  }
  find("export").querySelector("button").addEventListener("click", () => save().catch(() => tell("Chưa lưu được tệp. Hãy thử lại.")));

  // ---- When

  document.addEventListener("hv:locked", async () => {
    list = undefined;
    done = [];
    const isThere = (await sealed.state().catch(() => ({ names: [] }))).names.includes(LIST);
    const left = isDropped ? "Tài khoản này không còn đi thăm hộ ở đây, nên danh sách đã được xóa khỏi máy." : "Trên máy không còn danh sách.";
    tell(`${isThere ? "Danh sách đã khóa." : left} Việc đã ghi vẫn còn trên máy.`);
    await draw(true);
  });
  // After sending: what is sent shows as sent, without a form losing what is being typed.
  // What stays as it was is not drawn again; where it is, whoever stands on a line stays there.
  document.addEventListener("hv:drawn", async () => {
    await readStates().catch(() => {});
    if (view.querySelector("form, .hv-notice") || shownNow() === drawnWith) return;
    const at = view.contains(document.activeElement) ? document.activeElement : null;
    const [href, words] = [at?.getAttribute("href"), at?.textContent];
    await draw();
    if (at) [...view.querySelectorAll("a, button, h2[tabindex]")].find((one) => (href ? one.getAttribute("href") === href : one.textContent === words))?.focus({ preventScroll: true });
  });
  addEventListener("online", () => contact().catch(() => {}));

  // The server is told. Once an hour at most the list is made anew for whoever it is of, and stays for another week. It may
  // be shut while that is on its way: then it stays shut, and nobody is asked for the PIN.
  async function contact() {
    const isRefused = await renew().then(() => false, (fault) => fault.message === "login");
    await hear(isRefused);
  }
  async function renew() {
    if (!navigator.onLine || !list || Math.abs(Date.now() - (list.taken ?? 0)) < HOUR) return;
    const me = await outbox.whoAmI();
    if (me?.owner !== (await sealed.state()).owner) return;
    const { fresh } = await fetchList();
    if (!list || !(await isOpen())) return;
    await hold(fresh, { asks: false });
    if (!list || !(await isOpen())) return;
    list = fresh;
    if (!view.querySelector("form, .hv-notice")) await draw();
  }

  (async () => {
    await outbox.settled;
    const state = await sealed.state();
    if (state.is === "open" && state.names.includes(LIST)) await openList();
    else await draw();
  })().then(contact, () => (find("without").hidden = false)).catch(() => {}); // a browser that keeps nothing says so
})();
