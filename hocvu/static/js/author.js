// Writing a lesson without reloads: blocks come, move, fold and go in the page, and the page saves itself. Every button is
// a submit underneath, so all of it works without this file too.
"use strict";

const form = document.querySelector("form[data-author]");
if (form) write(form);

function write(form) {
  const line = form.querySelector("[data-saved]");
  const list = form.querySelector("[data-blocks]");
  const PAUSE = 3000;
  let timer = 0;
  let saving = false;
  let changed = false; // since the last save that was kept
  let stopped = "held" in form.dataset; // somebody else is at it: saving waits for a person

  let back = null; // takes the block that was removed last back; it outlives what is said of saving

  const say = (words) => {
    line.textContent = words;
    if (back) line.append(" ", back);
  };

  // ---- Saving by itself
  const save = async () => {
    clearTimeout(timer);
    timer = 0;
    if (!changed || saving || stopped || form.dataset.sent) return;
    saving = true;
    changed = false;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } });
      const told = await answer.json();
      if (told.revision !== undefined) form.elements.revision.value = told.revision;
      if (!answer.ok) {
        changed = true;
        stopped = answer.status === 409;
        if (!stopped) timer = setTimeout(save, 4 * PAUSE);
      }
      say(told.words ?? told.message);
    } catch {
      changed = true;
      say("Chưa tự lưu được. Chữ vẫn còn trên trang này.");
      timer = setTimeout(save, 4 * PAUSE);
    }
    saving = false;
    if (changed && !timer) timer = setTimeout(save, PAUSE);
  };
  const touch = () => {
    changed = true;
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };
  form.addEventListener("input", touch);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save();
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed && !form.dataset.sent) event.preventDefault();
  });
  // A press while a save is under way waits for it, so that nobody is told of their own save as of somebody else's.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!saving) return;
    event.preventDefault();
    delete form.dataset.sent;
    const wait = setInterval(() => {
      if (saving) return;
      clearInterval(wait);
      clearTimeout(timer);
      form.requestSubmit(event.submitter);
    }, 50);
  }, true);

  // ---- Blocks and entries
  const name = (block) => block.querySelector("summary").textContent.trim().split("\n")[0];
  const renumber = () => {
    list.querySelectorAll("[data-number]").forEach((place, index) => {
      place.textContent = index + 1;
    });
  };
  const move = (block, step) => {
    const other = step < 0 ? block.previousElementSibling : block.nextElementSibling;
    if (!other) return;
    const focused = document.activeElement;
    if (step < 0) other.before(block);
    else other.after(block);
    renumber();
    focused.focus({ preventScroll: true });
    block.scrollIntoView({ block: "nearest" });
    say(`${name(block)}: đã chuyển ${step < 0 ? "lên" : "xuống"}.`);
    touch();
  };
  const remove = (block) => {
    const next = block.nextElementSibling ?? block.previousElementSibling;
    const after = block.previousElementSibling;
    block.remove();
    back = document.createElement("button");
    back.type = "button";
    back.className = "hv-button hv-button--quiet";
    back.textContent = "Lấy lại";
    back.addEventListener("click", () => {
      if (after?.isConnected) after.after(block);
      else list.prepend(block);
      renumber();
      back = null;
      block.focus();
      say("Đã lấy lại.");
      touch();
    });
    say(`${name(block)}: đã xóa.`);
    renumber();
    (next ?? list.previousElementSibling).focus();
    touch();
  };
  const add = (button) => {
    const kind = button.value.split(":")[1];
    const id = `${kind}-${crypto.getRandomValues(new Uint32Array(1))[0].toString(16)}`;
    const source = document.querySelector(`template[data-kind="${kind}"]`).innerHTML;
    const made = document.createElement("template");
    made.innerHTML = source.replaceAll("khoi-moi", id);
    const block = made.content.firstElementChild;
    const adder = form.querySelector(".hv-author__add").cloneNode(true); // the one above the first block
    adder.open = false;
    for (const one of adder.querySelectorAll("button")) one.value = one.value.replace(/:dau$/, `:${id}`);
    block.append(adder);
    const after = button.closest("[data-block]");
    if (after) after.after(block);
    else list.prepend(block);
    button.closest("details").open = false;
    renumber();
    block.querySelector("details input:not([type=hidden]), details select, details textarea").focus();
    say(`${name(block)}: đã thêm.`);
    touch();
  };
  const addItem = (items) => {
    const entries = items.querySelectorAll("[data-item]");
    const last = entries[entries.length - 1];
    const number = Math.max(...[...entries].map((entry) => Number(entry.dataset.item))) + 1;
    const made = last.cloneNode(true);
    for (const one of made.querySelectorAll("*")) {
      for (const attribute of ["name", "id", "for", "aria-describedby"]) {
        const value = one.getAttribute(attribute);
        if (!value) continue;
        one.setAttribute(attribute, attribute === "name" ? value.replace(`.${last.dataset.item}.`, `.${number}.`) : value.replaceAll(`-${last.dataset.item}-`, `-${number}-`));
      }
      if (one.matches("textarea, input:not([type=checkbox])")) one.value = "";
      if (one.matches("input[type=checkbox]")) one.checked = false;
      if (one.matches("button[data-do]")) one.closest("p").remove();
    }
    made.dataset.item = number;
    last.after(made);
    made.querySelector("input, textarea, select").focus();
    touch();
  };
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (!button) return;
    event.preventDefault();
    const block = button.closest("[data-block]");
    const item = button.closest("[data-item]");
    switch (button.dataset.do) {
      case "up":
        move(block, -1);
        break;
      case "down":
        move(block, 1);
        break;
      case "remove":
        remove(block);
        break;
      case "add":
        add(button);
        break;
      case "item-add":
        addItem(button.closest("[data-items]"));
        break;
      case "item-up":
        if (item.previousElementSibling) item.previousElementSibling.before(item);
        button.focus();
        touch();
        break;
      case "item-remove":
        item.remove();
        touch();
        break;
    }
  });
  form.addEventListener("keydown", (event) => {
    const block = event.altKey && event.target.closest("[data-block]");
    if (!block || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    move(block, event.key === "ArrowUp" ? -1 : 1);
  });

  // ---- What was folded or opened stays so when the page comes back
  const key = `gap:${location.pathname}`;
  const kept = new Map(JSON.parse(sessionStorage.getItem(key) ?? "[]"));
  for (const block of list.querySelectorAll("[data-block]")) {
    const body = block.querySelector("details");
    if (`#${block.id}` === location.hash) body.open = true;
    else if (kept.has(block.dataset.block)) body.open = kept.get(block.dataset.block);
  }
  window.addEventListener("hashchange", () => {
    const body = document.getElementById(location.hash.slice(1))?.closest("[data-block]")?.querySelector("details");
    if (body) body.open = true;
  });
  list.addEventListener("toggle", (event) => {
    const block = event.target.closest("[data-block]");
    if (!event.target.matches(".hv-author__body")) return;
    kept.set(block.dataset.block, event.target.open);
    sessionStorage.setItem(key, JSON.stringify([...kept]));
  }, true);
}

// What is pasted out of Word brings its HTML along: kept beside the text, cleaned on the server.
for (const box of document.querySelectorAll('[data-paste="html"]')) {
  const kept = document.getElementById("html");
  const line = document.querySelector("[data-pasted]");
  box.addEventListener("paste", (event) => {
    const rich = event.clipboardData?.getData("text/html") ?? "";
    kept.value = box.value.trim() ? "" : rich; // a second paste goes on as plain text, so that both are there
    line.textContent = kept.value ? "Đã giữ tiêu đề, danh sách, bảng của đoạn dán." : "";
  });
  box.addEventListener("input", (event) => {
    if (event.inputType === "insertFromPaste") return;
    kept.value = ""; // typed over: what stands in the box is what counts
    line.textContent = "";
  });
}
