// Attendance of a session: what was pressed is marked at once, a code is found in the list here, a camera reads squares
// where the browser can. outbox.js keeps and sends each press as a record of its own, so that a code held before two
// cameras is two records and one person. The list may lie sealed on the device (sealed.js) for where there is no signal.
// Every page works without this file.
"use strict";

(() => {
  const shell = document.querySelector("[data-checkin-shell]");
  const part = shell ?? document.querySelector("[data-checkin]");
  if (!part) return;
  const PREFIX = "diem-danh:";
  const says = part.querySelector("[data-says]");
  const byCode = part.querySelector("[data-by-code]");
  const make = (tag, css, words = "") => Object.assign(document.createElement(tag), { className: css, textContent: words });
  const tell = (words) => (says.textContent = words);

  // As hocvu/outreach/codes.py reads them: the end of an address too, and O, I, L, U for what they look like.
  const SIGNS = /^[0-9A-HJKMNP-TV-Z]{8}$/;
  const READ_AS = { O: "0", I: "1", L: "1", U: "V" };
  function read(typed) {
    const last = typed.slice(0, 200).trim().replace(/\/+$/, "").split("/").pop();
    const plain = last.replace(/[\s.·–—-]+/g, "").toUpperCase().replace(/[OILU]/g, (sign) => READ_AS[sign]);
    return SIGNS.test(plain) ? plain : "";
  }

  // ---- Marking

  const rows = () => [...part.querySelectorAll("[data-people] > li")];
  const rowOf = (code) => rows().find((one) => one.dataset.code === code);
  const nameOf = (row) => row.querySelector("span").firstChild.textContent.trim();

  function mark(row) {
    const form = row?.querySelector("form");
    if (!form) return false;
    const hadFocus = form.contains(document.activeElement);
    const done = make("span", "hv-tag hv-tag--good", "Có mặt");
    done.tabIndex = -1;
    form.replaceWith(done);
    if (hadFocus) done.focus();
    const here = part.querySelector("[data-here]");
    if (here && row.dataset.code) here.textContent = Number(here.textContent) + 1;
    return true;
  }

  // A list that lies on the device knows what was marked here, so that it shows the same when it is opened again.
  let taken;
  async function remember(said) {
    if (!taken) return;
    const code = read(said.get("ma") ?? "");
    for (const one of taken.nguoi) if ((code && one.ma === code) || (said.get("ho") && one.ho === said.get("ho"))) one.co_mat = true;
    if (said.get("ten")) taken.moi = [...(taken.moi ?? []), said.get("ten")];
    const name = PREFIX + taken.buoi;
    await hvSealed.put(name, taken, (await hvSealed.until(name)) ?? new Date(taken.den));
  }

  document.addEventListener("hv:unkept", (event) => {
    if (!shell) return;
    event.preventDefault();
    tell("Máy hết chỗ nên không giữ được. Hãy xóa bớt ảnh hoặc video trên máy rồi bấm lại, hoặc ghi ra giấy.");
  });

  document.addEventListener("hv:kept", (event) => {
    const form = event.target;
    const said = new FormData(form);
    remember(said).catch(() => {});
    if (said.get("ho")) {
      mark(form.closest("li"));
      rows().filter((one) => one.dataset.of === said.get("ho")).forEach(mark);
      return tell("Đã ghi cả nhà có mặt.");
    }
    if (said.get("ten")) {
      if (shell) shell.querySelector("[data-people]").append(newcomer(said.get("ten")));
      tell(`Đã ghi ${said.get("ten")} có mặt.`);
      return form.querySelector('[name="ten"]').form.reset();
    }
    const row = rowOf(read(said.get("ma") ?? ""));
    const isNew = mark(row);
    if (form === byCode) {
      if (!row) tell("Mã này không có trong danh sách ở đây. Đã giữ, chưa tính: người phụ trách sẽ xem là ai. Gõ nhầm thì gõ lại cho đúng.");
      else tell(isNew ? `Đã ghi ${nameOf(row)} có mặt.` : `${nameOf(row)} đã được ghi trước đó, không tính hai lần.`);
      form.elements.ma.defaultValue = ""; // a square that was opened has filled it in
      form.reset();
      form.elements.cach.value = "tick";
      form.elements.ma.focus({ preventScroll: true });
    }
  });

  // What can be no code is not kept at all: the sentence comes at once, without a network.
  document.addEventListener("submit", (event) => {
    if (event.target !== byCode || read(byCode.elements.ma.value)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    tell("Mã có 8 chữ và số. Hãy xem lại từng chữ, hoặc ghi tên người đến.");
  }, true);

  // ---- The camera

  const camera = part.querySelector("[data-scan]");
  const PAUSE = 250; // milliseconds between two looks
  const SAME = 4000; // so long one square before the camera is one scan
  let stream;

  const canScan = async () => Boolean(navigator.mediaDevices?.getUserMedia) && (await self.BarcodeDetector?.getSupportedFormats())?.includes("qr_code");
  async function offerCamera() {
    if (!(await canScan().catch(() => false))) return; // the page says what else to do
    camera.hidden = false;
    part.querySelector("[data-unscanned]").hidden = true;
    camera.querySelector("button").addEventListener("click", () => (stream ? stop() : film().catch(() => {
      stop();
      tell("Không mở được máy ảnh. Hãy cho phép trang dùng máy ảnh, hoặc gõ mã.");
    })));
  }

  function stop() {
    stream?.getTracks().forEach((track) => track.stop());
    stream = undefined;
    camera.querySelector("video").hidden = true;
    camera.querySelector("button").textContent = "Quét bằng máy ảnh";
  }

  async function film() {
    const video = camera.querySelector("video");
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    video.srcObject = stream;
    video.hidden = false;
    camera.querySelector("button").textContent = "Thôi quét";
    video.play().catch(() => {});
    const seen = new Map();
    while (stream) {
      const found = await detector.detect(video).catch(() => []);
      for (const one of found) {
        const code = read(one.rawValue);
        if (!code || Date.now() - (seen.get(code) ?? 0) < SAME) continue;
        while (byCode.dataset.keeping) await new Promise((done) => setTimeout(done, 50));
        seen.set(code, Date.now());
        byCode.elements.ma.value = code;
        byCode.elements.cach.value = "scan";
        delete byCode.dataset.sent;
        byCode.requestSubmit();
        navigator.vibrate?.(80);
      }
      await new Promise((done) => setTimeout(done, PAUSE));
    }
  }
  offerCamera().catch(() => {});
  addEventListener("pagehide", stop);

  // ---- The list on the device

  const take = part.querySelector("[data-take]");
  if (take && self.hvSealed) {
    const button = take.querySelector("[data-list]");
    take.hidden = false;
    button.addEventListener("click", async () => {
      tell("Đang mang danh sách…");
      try {
        const answer = await fetch(button.dataset.list, { headers: { Accept: "application/json" }, cache: "no-store", redirect: "error" });
        if (!answer.ok) throw new Error(String(answer.status));
        const list = await answer.json();
        await hvSealed.put(PREFIX + list.buoi, list, new Date(list.den));
        tell("Đã mang danh sách buổi này theo máy. Mất mạng vẫn điểm danh được.");
      } catch {
        tell("Chưa mang được danh sách. Hãy kiểm tra mạng rồi bấm lại.");
      }
    });
  }

  if (!shell) return;
  const to = shell.dataset.outboxTo;

  function press(fields, words) {
    const form = make("form", "");
    Object.assign(form, { method: "post", action: to });
    Object.assign(form.dataset, { outbox: to, owned: "1" });
    for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    const button = make("button", "hv-button", words[0]);
    button.append(make("span", "hv-hidden", `: ${words[1]}`));
    form.append(button);
    return form;
  }

  function line(name, small, end) {
    const row = make("li", "");
    const words = make("span", "", name);
    words.append(document.createElement("br"), make("span", "hv-small", small));
    row.append(words, end);
    return row;
  }

  function newcomer(name) {
    return line(name, "Đến thẳng lớp", make("span", "hv-tag hv-tag--good", "Có mặt"));
  }

  function open(list) {
    const buoi = list.buoi;
    taken = list;
    shell.querySelector("[data-class]").textContent = list.lop;
    shell.querySelector("[data-when]").textContent = list.luc;
    shell.querySelectorAll('[name="buoi"]').forEach((field) => {
      field.value = buoi;
      field.defaultValue = buoi;
    });
    shell.querySelector("[data-people]").replaceChildren(...list.nguoi.map((one) => {
      const end = one.co_mat ? make("span", "hv-tag hv-tag--good", "Có mặt") : press({ buoi, cach: "tick", ma: one.ma }, ["Có mặt", one.ten]);
      const row = line(one.ten, `${one.ma.slice(0, 4)}-${one.ma.slice(4)}`, end);
      row.dataset.code = one.ma;
      if (one.ho) row.dataset.of = one.ho;
      return row;
    }), ...(list.moi ?? []).map(newcomer));
    const homes = shell.querySelector("[data-homes]");
    homes.hidden = !list.ho.length;
    homes.querySelector("ul").replaceChildren(...list.ho.map((one) => line(one.noi, one.ten, press({ buoi, cach: "household", ho: one.ho }, ["Cả nhà có mặt", one.noi]))));
    shell.querySelector("[data-session]").hidden = false;
    shell.querySelector("[data-sessions]").hidden = true;
    tell("Danh sách đã mang theo máy. Mỗi lần bấm được máy giữ và tự gửi khi có mạng.");
  }

  // A list that its owner opened says whose the device is, so that what is pressed is sealed for them.
  async function start() {
    if (!self.hvSealed) return;
    const names = (await hvSealed.names()).filter((name) => name.startsWith(PREFIX));
    const lists = [];
    for (const name of names) {
      const list = await hvSealed.get(name);
      if (!list) return offerPin();
      lists.push(list);
    }
    if (lists.length) hvOutbox.become((await hvSealed.state()).about);
    if (!lists.length) return tell("Máy này chưa mang danh sách nào, hoặc danh sách đã hết hạn. Có mạng thì mở trang điểm danh của buổi học rồi mang theo.");
    if (lists.length === 1) return open(lists[0]);
    const choice = shell.querySelector("[data-sessions]");
    choice.hidden = false;
    choice.querySelector("div").replaceChildren(...lists.map((list) => {
      const button = make("button", "hv-button hv-button--second hv-button--block", `${list.lop}, ${list.luc}`);
      button.type = "button";
      button.addEventListener("click", () => open(list));
      return button;
    }));
    tell("");
  }
  function offerPin() {
    taken = undefined;
    shell.querySelector("[data-session]").hidden = true;
    shell.querySelector("[data-people]").replaceChildren();
    const again = make("button", "hv-button", "Mở danh sách bằng mã PIN");
    again.type = "button";
    again.addEventListener("click", begin);
    says.replaceChildren(again);
  }

  const begin = () => start().catch(() => tell("Không mở được danh sách trên máy."));
  document.addEventListener("hv:locked", offerPin);
  begin();
})();
