// A sitting on the proctor's device: one candidate's form is open at a time, it says when it was begun, and once the
// device has kept what was handed in, nobody after sees it. The page can be kept for where there is no signal; the worker
// gives it out again to this proctor alone, and forgets it when its time is over (sw.js). What lies there is the page as it
// is, with names and questions and without a key: a device without a network could open no seal. The page works without
// this file.
"use strict";

(() => {
  const CACHE = "hv-giam-thi";
  const all = [...document.querySelectorAll("[data-sitting] [data-candidate]")];

  for (const one of all) {
    const form = one.querySelector("form");
    one.addEventListener("toggle", () => {
      if (!one.open) return;
      const began = one.querySelector("[data-began]");
      if (began && !began.value) began.value = new Date().toISOString();
      all.forEach((other) => other !== one && (other.open = false));
    });
    form.addEventListener("hv:kept", () => {
      form.remove();
      one.querySelector("[data-kept]").hidden = false;
      one.querySelector("summary").focus();
      remember(one.dataset.candidate);
      if (!document.querySelector("[data-sitting] [data-candidate] form")) self.caches?.open(CACHE).then((cache) => cache.delete(location.pathname)); // all have handed in
    });
  }

  // ---- Whoever has handed in on this device is over, also on a copy of the page that knows nothing of it

  const OVER = `hv-nop:${location.pathname}`;
  const over = () => JSON.parse(sessionStorage.getItem(OVER) ?? "[]");
  const remember = (key) => sessionStorage.setItem(OVER, JSON.stringify([...over(), key]));
  if (document.querySelector('meta[name="hv-copy"]')) {
    for (const one of all.filter((one) => over().includes(one.dataset.candidate))) {
      one.querySelector("form").remove();
      one.querySelector("[data-kept]").hidden = false;
    }
  }

  // Answers that nobody has handed in are lost with the page: ask before it goes.
  const isAnswered = (field) => field.type !== "hidden" && field.name !== "da_nhan_dien" && (field.type === "radio" || field.type === "checkbox" ? field.checked : field.value !== "");
  addEventListener("beforeunload", (event) => {
    if (all.some((one) => [...one.querySelectorAll("form :is(input, select)")].some(isAnswered))) event.preventDefault();
  });

  // ---- The page on the device

  const part = document.querySelector("[data-keep]");
  const mine = document.querySelector('meta[name="hv-owner"]')?.content;
  if (!part || !mine || !self.caches || !self.isSecureContext || !navigator.serviceWorker) return;
  const says = part.querySelector("[data-says]");
  const keepIt = part.querySelector("button");
  keepIt.hidden = false;

  // What anybody could see of it stays out: whose it is, and the tokens, which a later session has anew.
  function copied(html) {
    return html.replace("<head>", '<head><meta name="hv-copy">').replace(/<meta name="hv-owner"[^>]*>/, "")
      .replace(/((?:name="csrfmiddlewaretoken" value|name="csrf-token" content)=")[^"]*/g, "$1");
  }

  async function keepPage() {
    const page = await fetch(location.pathname, { cache: "no-store", redirect: "error" });
    if (!page.ok) throw new Error(String(page.status));
    const cache = await caches.open(CACHE);
    const headers = { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": page.headers.get("Content-Security-Policy") ?? "default-src 'self'", "X-Owner": mine, "X-Until": String(Date.parse(part.dataset.keep)) };
    const assets = [...document.querySelectorAll("script[src], link[rel=stylesheet], link[rel=icon]")].map((one) => one.src || one.href);
    await cache.addAll(assets.filter((url) => url.startsWith(`${location.origin}/static/`)));
    await navigator.serviceWorker.ready;
    await cache.put(location.pathname, new Response(copied(await page.text()), { headers }));
    navigator.storage?.persist?.();
  }

  keepIt.addEventListener("click", async () => {
    says.textContent = "Đang giữ trang…";
    try {
      await keepPage();
      says.textContent = "Đã giữ trên máy này. Mất mạng vẫn mở lại được trang này, chừng nào chưa đăng xuất.";
    } catch {
      says.textContent = "Chưa giữ được. Hãy kiểm tra mạng rồi bấm lại.";
    }
  });
})();
