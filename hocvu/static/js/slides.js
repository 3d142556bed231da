// The lesson on a wall: keys move from screen to screen; without this file links and scrolling do.
"use strict";

const slides = [...document.querySelectorAll("[data-slide]")];
const named = () => slides.findIndex((slide) => `#${slide.id}` === location.hash);
let at = Math.max(0, named());

const go = (to) => {
  at = Math.min(Math.max(to, 0), slides.length - 1);
  history.replaceState(null, "", `#${slides[at].id}`);
  slides[at].scrollIntoView({ behavior: "instant", block: "start" });
  slides[at].focus({ preventScroll: true });
};
const fold = (selector) => {
  const details = slides[at].querySelector(selector);
  if (details) details.open = !details.open;
};
const wall = () => (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen?.());
const leave = () => document.querySelector("[data-leave]").click();

const keys = {
  ArrowRight: () => go(at + 1),
  ArrowDown: () => go(at + 1),
  PageDown: () => go(at + 1),
  " ": () => go(at + 1),
  ArrowLeft: () => go(at - 1),
  ArrowUp: () => go(at - 1),
  PageUp: () => go(at - 1),
  Home: () => go(0),
  End: () => go(slides.length - 1),
  f: wall,
  n: () => fold(".hv-notes"),
  a: () => fold("details:not(.hv-notes)"),
  Escape: () => document.fullscreenElement || leave(), // the browser itself ends a full screen
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const pressed = event.target.closest?.("a, summary, button");
  if (pressed && (event.key === " " || event.key === "Enter")) return;
  const act = keys[event.key] || keys[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
window.addEventListener("hashchange", () => go(Math.max(0, named())));
// Whoever scrolls by hand goes on from what is in sight.
const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) if (entry.isIntersecting) at = slides.indexOf(entry.target);
  },
  { threshold: 0.6 },
);
slides.forEach((slide) => seen.observe(slide));
