// Draws every diagram of the page, and again when the reader switches between light and dark.
(() => {
  const root = document.documentElement;
  const sources = new Map([...document.querySelectorAll("div.mermaid")].map((div) => [div, div.textContent]));

  const draw = async () => {
    mermaid.initialize({
      startOnLoad: false,
      theme: root.dataset.theme === "dark" ? "dark" : "default",
      flowchart: { subGraphTitleMargin: { top: 4, bottom: 16 } }, // room under a group's title
    });
    for (const [div, source] of sources) {
      div.textContent = source;
      div.removeAttribute("data-processed"); // Mermaid's mark of what is drawn
    }
    await mermaid.run({ nodes: [...sources.keys()] });
  };

  let drawn = draw(); // one at a time
  new MutationObserver(() => (drawn = drawn.then(draw))).observe(root, { attributeFilter: ["data-theme"] });
})();
