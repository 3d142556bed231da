// Small comforts; every page works without this file.
"use strict";

// Printing needs a script, so its button shows only where there is one.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A second press of the same button sends nothing twice; coming back by the back button frees it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Whoever signs in or helps somebody hands the device over: copies of pages, which say nothing of who is signed in, take
// nobody for the one before. See outbox.js.
const handOver = () => localStorage.setItem("hv-out", "1");
if (location.pathname.startsWith("/giup/")) handOver();
document.addEventListener("click", (event) => event.target.closest?.('a[href^="/dang-nhap/"]') && handOver());

// A list that was taken along goes when its owner signs out, or somebody else has come in; see sealed.js.
const forgetLists = () => {
  localStorage.removeItem("hv-list");
  localStorage.removeItem("hv-list-shut");
  indexedDB.deleteDatabase("hv-sealed");
};
const listOf = localStorage.getItem("hv-list");
const ownerHere = document.querySelector('meta[name="hv-owner"]');
if (listOf && ownerHere && listOf !== ownerHere.content) {
  if (ownerHere.dataset.helper) localStorage.setItem("hv-list-shut", "1"); // its owner helps somebody: shut, not gone
  else forgetLists();
}

// Signing out leaves nothing of anybody on this device but what is sealed; see outbox.js.
document.addEventListener("submit", (event) => {
  if (event.target.getAttribute("action") !== "/dang-xuat/") return;
  localStorage.removeItem("hv-marks");
  if (localStorage.getItem("hv-list")) forgetLists();
  self.caches?.delete("hv-giam-thi"); // a sitting that its proctor kept; see sitting.js
  handOver();
});
