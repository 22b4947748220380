// Whatever scrolls by itself (a wide table, a long formula) can be reached and scrolled with the keyboard.
(() => {
  const mark = () => {
    for (const part of document.querySelectorAll(".bd-article table, .bd-article .math, .bd-article .mermaid")) {
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
    }
  };
  addEventListener("load", mark);
  addEventListener("resize", mark);
})();
