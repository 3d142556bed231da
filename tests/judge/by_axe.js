// What axe finds on a page: every rule of these tags once, then the colours again on each other ground.
async ({ tags, grounds, further }) => {
  const run = async (runOnly, exclude = []) => {
    const { violations } = await axe.run({ include: document, exclude }, { runOnly, resultTypes: ["violations"], preload: false, iframes: false });
    return violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.length, first: nodes[0].html.slice(0, 160) }));
  };
  const found = [["", await run({ type: "tag", values: tags })]];
  for (const ground of grounds) {
    document.documentElement.classList.add(ground);
    found.push([ground, await run({ type: "rule", values: ["color-contrast"] }, further)]);
    document.documentElement.classList.remove(ground);
  }
  return found;
}
