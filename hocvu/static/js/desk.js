// Officers' pages: what htmx leaves to us. Every hx- element is a real link or form underneath.
"use strict";

// The token stands in a meta tag, so a post made by htmx passes as any other.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]');
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token.content;
});

// After a swap: go to what is wrong or to what was asked for, and say in one place what has changed.
document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  const goal = part.matches("[data-focus]") ? part : part.querySelector("[data-focus]");
  if (goal) {
    if (!goal.hasAttribute("tabindex")) goal.tabIndex = -1;
    goal.focus();
  }
  const words = part.querySelector("[data-say]")?.dataset.say ?? part.dataset.say;
  if (words) say(words);
});

document.addEventListener("htmx:responseError", (event) => {
  say(event.detail.xhr.status === 403 ? "Tài khoản này không làm được việc đó." : "Chưa làm được. Hãy tải lại trang rồi thử lại.");
});
document.addEventListener("htmx:sendError", () => say("Không có mạng. Việc vừa làm chưa được gửi, hãy thử lại."));

// An htmx request frees its form for the next press.
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest("form");
  if (form) delete form.dataset.sent;
});

function say(words) {
  const place = document.getElementById("tra-loi");
  if (!place) return;
  const line = document.createElement("p");
  line.className = "hv-notice hv-notice--slim";
  line.textContent = words;
  place.replaceChildren(line);
}

// A form that saves itself: some seconds after the last change, and when one leaves the page for another tab. What
// somebody else saved meanwhile is never overwritten; the line below the form says so.
for (const form of document.querySelectorAll("form[data-autosave]")) {
  const line = form.querySelector("[data-saved]");
  let timer = 0;
  let saving = false;
  let changed = false;
  const save = async () => {
    clearTimeout(timer);
    if (!changed || saving || form.dataset.sent) return;
    saving = true;
    changed = false;
    try {
      const answer = await fetch(form.action || location.href, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (told.version !== undefined) {
        for (const field of document.querySelectorAll('input[name="version"]')) field.value = told.version;
      }
      line.textContent = told.words;
    } catch {
      changed = true;
      line.textContent = "Chưa tự lưu được. Chữ vẫn còn trên trang này.";
    }
    saving = false;
    if (changed) timer = setTimeout(save, 4000);
  };
  form.addEventListener("input", () => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(save, 2000);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  // A press while a save is under way waits for it, so that nobody is told of their own save as of somebody else's.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!saving) return;
    event.preventDefault();
    const button = event.submitter;
    const wait = setInterval(() => {
      if (saving) return;
      clearInterval(wait);
      clearTimeout(timer);
      form.requestSubmit(button);
    }, 50);
  });
}

// Copying needs a script, so its button shows only where there is one.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      say("Đã chép.");
    } catch {
      say("Trình duyệt không cho chép. Hãy giữ tay trên đoạn chữ rồi chọn Chép.");
    }
  });
}
