// Names the element that makes a page wider than the screen.
() => {
  const held = el => { for (let up = el.parentElement; up; up = up.parentElement)
    if (up !== document.body && getComputedStyle(up).overflowX !== 'visible') return true; return false; };
  const out = [...document.body.querySelectorAll('*')]
    .filter(el => el.getBoundingClientRect().right > innerWidth + 0.5 && !held(el));
  return out.slice(-1).map(el => el.outerHTML.slice(0, 120)).join('') || 'something that is not an element';
}
