// Steps to be put in order move by buttons and by Alt with an arrow; the lists of places follow. All of it works without.
"use strict";

for (const list of document.querySelectorAll("[data-order]")) order(list);

function order(list) {
  const told = list.parentElement.querySelector("[data-moved]");
  const rows = () => [...list.querySelectorAll("[data-step]")];
  const place = (row) => row.querySelector("select");

  // What the lists say comes first, where they give every step a place of its own.
  const follow = () => {
    const places = rows().map((row) => Number(place(row).value));
    if (new Set(places).size !== places.length || places.includes(0)) return;
    list.append(...rows().sort((a, b) => place(a).value - place(b).value));
  };

  const move = (row, by, focus) => {
    follow();
    const all = rows();
    const to = all.indexOf(row) + by;
    if (to < 0 || to >= all.length) return;
    if (by < 0) all[to].before(row);
    else all[to].after(row);
    rows().forEach((one, index) => { place(one).value = String(index + 1); });
    focus.focus();
    told.textContent = `${row.querySelector("label").innerText}: thứ ${to + 1} trong ${all.length}`;
  };

  for (const button of list.querySelectorAll("[data-move]")) {
    button.hidden = false;
    button.addEventListener("click", () => move(button.closest("[data-step]"), Number(button.dataset.move), button));
  }
  list.addEventListener("keydown", (event) => {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!by || !event.altKey || event.target.matches("select")) return; // in a list the keys belong to the list
    event.preventDefault();
    move(event.target.closest("[data-step]"), by, event.target);
  });
  follow();
}
