// Looks at an open page as a careful reader would, and answers with faults, one sentence each.
() => {
  const TARGET = 44, HEADING = 1.45, TEXT = 1.5;
  const faults = [];
  const words = el => (el.innerText || el.getAttribute("aria-label") || el.value || "").replace(/\s+/g, " ").trim().slice(0, 40);
  const name = el => `<${el.tagName.toLowerCase()}${el.className && typeof el.className === "string" ? ` class="${el.className}"` : ""}> “${words(el)}”`;

  if (document.documentElement.lang !== "vi") faults.push(`the page's language is “${document.documentElement.lang}”, not vi`);
  if (!document.title.trim()) faults.push("the page has no title");
  const headings = document.querySelectorAll("h1");
  if (headings.length !== 1) faults.push(`the page has ${headings.length} main headings (h1), not one`);
  if (document.querySelectorAll("main").length !== 1) faults.push("the page has not exactly one <main>");

  for (const details of document.querySelectorAll("details")) details.open = true;
  const shown = el => el.checkVisibility({ visibilityProperty: true }) && el.getClientRects().length > 0;

  // Vietnamese stacks marks above and below its letters; lines set closer than this touch.
  const ownText = el => [...el.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
  const tight = (selector, least) => {
    for (const el of document.body.querySelectorAll(selector)) {
      if (!shown(el) || !ownText(el)) continue;
      const style = getComputedStyle(el), ratio = parseFloat(style.lineHeight) / parseFloat(style.fontSize);
      const needed = style.fontWeight >= 600 ? HEADING : least; // bold words are small headings
      if (!(ratio >= needed - 0.005)) {
        faults.push(`lines too close: ${name(el)} has ${style.lineHeight} for letters of ${style.fontSize}, ${needed} needed`);
        return;
      }
    }
  };
  tight("h1, h2, h3, h4, h5, h6", HEADING);
  tight("p, li, dd, td, label, legend", TEXT);

  // What is pressed is at least 44 × 44 px; links inside running text are not counted.
  const union = boxes => ({
    left: Math.min(...boxes.map(b => b.left)), right: Math.max(...boxes.map(b => b.right)),
    top: Math.min(...boxes.map(b => b.top)), bottom: Math.max(...boxes.map(b => b.bottom)),
  });
  const inText = el => {
    if (getComputedStyle(el).display !== "inline") return false;
    let block = el.parentElement;
    while (block && getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
    const linked = [...block.querySelectorAll("a, button")].reduce((sum, a) => sum + a.innerText.trim().length, 0);
    return block.innerText.replace(/\s+/g, " ").trim().length > linked + 2;
  };
  const reaches = (el, labels, box) => {
    // A pseudo-element may widen what answers to a finger: ask the four edges of a 44 px square.
    const x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2, r = TARGET / 2 - 1;
    return [[x - r, y], [x + r, y], [x, y - r], [x, y + r]].every(([px, py]) => {
      const hit = document.elementFromPoint(px, py);
      return hit && [el, ...labels].some(one => one === hit || one.contains(hit));
    });
  };
  const small = [];
  const pressed = "a[href], button, summary, select, textarea, input:not([type=hidden]), [role=button], [role=link]";
  for (const el of document.body.querySelectorAll(pressed)) {
    if (!shown(el) || el.disabled || inText(el)) continue;
    const labels = ["radio", "checkbox", "file"].includes(el.type) ? [...(el.labels || [])].filter(shown) : [];
    el.scrollIntoView({ block: "center", behavior: "instant" });
    const measure = () => union([el, ...labels].map(one => one.getBoundingClientRect()));
    let box = measure();
    if (box.right <= 0 || box.bottom <= 0 || getComputedStyle(el).clipPath !== "none") {
      el.focus(); // a skip link comes into sight when it has the focus
      box = measure();
    }
    const width = box.right - box.left, height = box.bottom - box.top;
    if (Math.min(width, height) >= TARGET - 0.5) continue;
    if (!reaches(el, labels, box)) small.push(`too small to press: ${name(el)} is ${Math.round(width)} × ${Math.round(height)} px`);
  }
  faults.push(...small.slice(0, 3));
  if (small.length > 3) faults.push(`too small to press: ${small.length - 3} more`);
  scrollTo(0, 0);
  if (document.activeElement) document.activeElement.blur();
  return faults;
}
