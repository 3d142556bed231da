// Checks the file of a certificate on this device, also without a network: the signature with the ward's public keys, the
// place in the newest signed list of what was revoked. Keys and list come from the kit, which the service worker keeps
// together with this page once somebody asks for it. A link that is shared is handed to the phone's own sheet.
"use strict";

(() => {
  const tool = document.querySelector("[data-verify]");
  if (tool && window.crypto?.subtle && window.DecompressionStream) checker(tool);
  document.querySelectorAll("[data-share]").forEach(sharer);

  // ---- Sharing

  function sharer(box) {
    const field = box.querySelector("input");
    const says = box.querySelector("[data-says]");
    const send = box.querySelector("[data-send]");
    const copy = box.querySelector("[data-copy]");
    if (navigator.share) {
      send.hidden = false;
      send.addEventListener("click", () => navigator.share({ title: box.dataset.share, url: field.value }).catch(() => {}));
    }
    if (navigator.clipboard) {
      copy.hidden = false;
      copy.addEventListener("click", () => navigator.clipboard.writeText(field.value).then(() => (says.textContent = "Đã chép địa chỉ. Dán vào tin nhắn Zalo để gửi.")).catch(() => field.select()));
    }
  }

  // ---- Checking

  function checker(tool) {
    const CACHE = "hv-xac-minh";
    const kitUrl = tool.dataset.verify;
    const find = (name) => tool.querySelector(`[data-${name}]`);
    const day = (moment) => new Date(moment).toLocaleDateString("vi-VN", { day: "2-digit", month: "2-digit", year: "numeric" });
    let kit = null;

    document.querySelectorAll("[data-without]").forEach((one) => (one.hidden = true));
    find("file").addEventListener("change", check);
    if (navigator.serviceWorker && window.caches) {
      find("keep").hidden = false;
      find("keep").addEventListener("click", keep);
      caches.has(CACHE).then((there) => there && keep({ quietly: true }));
    }

    async function kitOf() {
      kit ??= await (await fetch(kitUrl, { credentials: "omit" })).json();
      return kit;
    }

    async function keep({ quietly = false } = {}) {
      const says = find("kept");
      try {
        await navigator.serviceWorker.register("/sw.js", { updateViaCache: "none" });
        const ask = (url) => fetch(url, { credentials: "omit", cache: "no-cache" }).then((answer) => (answer.ok ? answer : Promise.reject(new Error(url))));
        const [fresh, page] = await Promise.all([ask(kitUrl), ask(location.pathname)]);
        if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done, { once: true }));
        await document.fonts.ready; // whatever the page shows was asked for by now
        const own = performance.getEntriesByType("resource").map((one) => one.name).filter((url) => url.startsWith(`${location.origin}/static/`));
        const cache = await caches.open(CACHE);
        const html = (await page.text()).replace("<head>", '<head><meta name="hv-copy">');
        await Promise.all([...new Set(own)].map(async (url) => (await cache.match(url)) ?? cache.put(url, await ask(url))));
        await cache.put(location.pathname, new Response(html, { headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": page.headers.get("Content-Security-Policy") } }));
        kit = await fresh.clone().json();
        await cache.put(kitUrl, fresh);
        for (const one of await cache.keys()) if (new URL(one.url).pathname.startsWith("/static/") && !own.includes(one.url)) await cache.delete(one);
        says.textContent = `Trang này đã nằm trên máy, với danh sách thu hồi ${dated(kit)}. Mở lại được cả khi không có mạng.`;
      } catch {
        if (!quietly) says.textContent = "Chưa giữ được vì mạng chập chờn. Hãy thử lại khi có mạng.";
        else if (await kitOf().catch(() => null)) says.textContent = `Đang dùng bản giữ trên máy, danh sách thu hồi ${dated(kit)}.`;
      }
    }

    const dated = (of) => (of.lists.length ? `ngày ${day(of.lists.map((one) => objectOf(one.token.split(".")[1]).validFrom).sort()[0])}` : "chưa có");

    async function check() {
      const file = find("file").files[0];
      if (!file) return;
      find("result").hidden = true;
      try {
        show(await judged(file.size > 65536 ? "" : (await file.text()).trim()));
      } catch (fault) {
        show({ tone: "bad", title: fault.sentence ?? "Không đọc được tệp này", words: fault.sentence ? "Giấy không được tin. Nếu nghi là giấy giả, hãy gọi 1022." : "Hãy chọn đúng tệp .jwt mà người được cấp tải về từ hệ thống." });
      }
    }

    const refuse = (sentence) => Promise.reject(Object.assign(new Error(sentence), { sentence }));

    async function judged(token) {
      const { keys, lists, issuer, lines } = await kitOf().catch(() => refuse("Máy này chưa có khóa của nơi cấp. Hãy mở trang này một lần khi có mạng"));
      const body = await opened(token, keys);
      if (![body.type].flat().includes("AchievementCredential") || !body.credentialSubject?.achievement) await refuse("Tệp này không phải giấy xác nhận");
      if (!isAt(body.iss, issuer) || body.issuer?.id !== body.iss) await refuse("Giấy này không do nơi đây cấp");
      if (body.sub !== body.credentialSubject?.id || body.jti !== body.id) await refuse("Các mục trong giấy không khớp nhau");
      const said = { facts: lines.flatMap((line) => read(body, ...line)) };
      const now = Date.now() / 1000;
      if (!(body.nbf <= now + 300)) await refuse("Giấy ghi ngày cấp ở tương lai");
      const { list, revoked } = await revokedBy(body.credentialStatus, keys, lists);
      if (revoked) return { ...said, tone: "bad", title: `Giấy đã bị thu hồi theo danh sách ngày ${day(list)}`, words: "Chữ ký đúng, nhưng giấy không còn giá trị." };
      if (!(body.exp > now)) return { ...said, tone: "", title: "Chữ ký đúng, nhưng giấy đã hết hạn", words: `Giấy có giá trị đến ${day(body.exp * 1000)}.` };
      if (!list) return { ...said, tone: "", title: "Chữ ký đúng; chưa kiểm tra thu hồi (máy chưa có danh sách)", words: "Khi có mạng, hãy tra mã để biết giấy còn hiệu lực không." };
      return { ...said, tone: "", title: `Chữ ký đúng; chưa kiểm tra thu hồi (danh sách ngày ${day(list)})`, words: "Theo danh sách ấy giấy chưa bị thu hồi. Khi có mạng, hãy tra mã để biết đến lúc này." };
    }

    // The same place, also where the house had another name when it signed.
    const isAt = (said, known) => URL.canParse(said) && new URL(said).pathname === new URL(known).pathname;
    const bytesOf = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
    const objectOf = (part) => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytesOf(part)));

    // A token whose signature is that of a key we have; else the sentence why not.
    async function opened(token, keys) {
      const parts = token.split(".");
      if (parts.length !== 3 || !parts.every((part) => /^[\w-]+$/.test(part))) throw new Error("no token");
      const header = objectOf(parts[0]);
      if (header.alg !== "ES256" || header.jwk) await refuse("Giấy không được ký bằng cách mà hệ thống này dùng");
      const known = keys.find((one) => isAt(header.kid, one.kid));
      if (!known) await refuse("Giấy ký bằng khóa không phải của nơi đây, hoặc mới hơn bản trên máy này");
      if (known.compromised) await refuse("Khóa ký giấy này đã bị lộ. Hãy tra mã khi có mạng");
      const { kty, crv, x, y } = known.jwk;
      const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y }, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
      const isTrue = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, bytesOf(parts[2]), new TextEncoder().encode(`${parts[0]}.${parts[1]}`));
      if (!isTrue) await refuse("Chữ ký sai: tệp đã bị sửa");
      return objectOf(parts[1]);
    }

    // What the newest list that lies here says of a certificate's place in it.
    async function revokedBy(entry, keys, lists) {
      const found = lists.find((one) => isAt(entry?.statusListCredential, one.id));
      if (!found) return { list: null, revoked: false };
      const body = await opened(found.token, keys);
      if (body.id !== found.id || body.credentialSubject.statusPurpose !== entry.statusPurpose) await refuse("Danh sách thu hồi trên máy không đúng");
      const packed = new Blob([bytesOf(body.credentialSubject.encodedList.slice(1))]).stream().pipeThrough(new DecompressionStream("gzip"));
      const bits = new Uint8Array(await new Response(packed).arrayBuffer());
      const place = Number(entry.statusListIndex);
      if (!(place >= 0 && place < bits.length * 8)) await refuse("Giấy chỉ một chỗ không có trong danh sách thu hồi");
      return { list: body.validFrom, revoked: Boolean((bits[place >> 3] >> (7 - (place & 7))) & 1) };
    }

    // What stands at a path such as "evidence[].name" of a credential: lines of a label and words. See facts.py.
    function read(body, label, path, how) {
      let found = [body];
      for (const step of path.split(".")) {
        const name = step.replace("[]", "");
        found = found.map((one) => one?.[name]).filter((one) => one !== undefined && one !== null && one !== "");
        if (step !== name) found = found.flat();
      }
      if (how === "lines") return found.map((one) => [one.name, one.narrative]);
      return found.length ? [[label, found.map((one) => (how === "day" ? day(one) : one)).join("; ")]] : [];
    }

    function show({ tone, title, words, facts = [] }) {
      const result = find("result");
      result.className = `hv-notice${tone ? ` hv-notice--${tone}` : ""}`;
      result.querySelector("h2").textContent = title;
      result.querySelector("p").textContent = words;
      const list = find("facts");
      list.replaceChildren(...facts.map(([label, said]) => {
        const line = document.createElement("div");
        line.append(Object.assign(document.createElement("dt"), { textContent: label }), Object.assign(document.createElement("dd"), { textContent: said }));
        return line;
      }));
      list.parentElement.hidden = !facts.length;
      result.hidden = false;
      result.focus();
    }
  }
})();
