// Run in a page without script: names forms, buttons and links that lead nowhere.
() => {
  const faults = [];
  const name = el => el.outerHTML.replace(/\s+/g, " ").slice(0, 120);
  for (const form of document.querySelectorAll("form")) {
    if (new URL(form.action, location).origin !== location.origin)
      faults.push(`a form goes to another origin: ${name(form)}`);
    const named = form.id ? [...document.querySelectorAll(`[form="${form.id}"]`)] : [];
    const sends = el => el.matches("button:not([type=button]), input[type=submit], input[type=image]");
    if (![...form.querySelectorAll("button, input"), ...named].some(sends))
      faults.push(`without script a form has no button that sends it: ${name(form)}`);
  }
  for (const button of document.querySelectorAll("button")) {
    if (!button.form && !button.closest("[hidden]")) faults.push(`without script a button does nothing: ${name(button)}`);
  }
  for (const link of document.querySelectorAll("a")) {
    const to = link.getAttribute("href");
    if (!to || to === "#" || to.startsWith("javascript:")) faults.push(`without script a link leads nowhere: ${name(link)}`);
  }
  return faults;
}
