/* The panel's own box: where it stands, how large it is, and what the keyboard does in it. */

import { element } from "./dom.js";

export class Frame {
  #phone;
  #root;

  /* phone: media query under which the panel covers the page; on: {escape()}. */
  constructor(root, phone, language, on, signal) {
    this.#root = root;
    this.#phone = matchMedia(phone);
    this.element = element("div", {
      class: "panel",
      role: "dialog",
      "aria-labelledby": "advisor-title",
      lang: language,
      hidden: true,
      onkeydown: (event) => {
        if (event.key === "Escape") {
          event.preventDefault();
          on.escape();
        } else if (event.key === "Tab" && this.#phone.matches) this.#keepInside(event);
      },
    });
    const fit = () => this.#fit();
    this.#phone.addEventListener("change", fit, { signal });
    visualViewport?.addEventListener("resize", fit, { signal });
    visualViewport?.addEventListener("scroll", fit, { signal });
  }

  get isShown() {
    return !this.element.hidden;
  }

  get hasFocus() {
    return this.element.contains(this.#root.activeElement);
  }

  show() {
    this.element.hidden = false;
    this.#fit();
  }

  hide() {
    this.element.hidden = true;
  }

  /* A phone's keyboard covers part of the page and may move it: the panel takes what is seen. */
  #fit() {
    const isFull = this.#phone.matches;
    this.element.setAttribute("aria-modal", String(isFull));
    const seen = isFull && visualViewport;
    const { style } = this.element;
    style.setProperty("--seen-height", seen ? `${visualViewport.height}px` : "");
    style.setProperty("--seen-top", seen ? `${visualViewport.offsetTop}px` : "");
  }

  /* Over the whole page the panel keeps the focus; what lies under it cannot be seen. */
  #keepInside(event) {
    const stops = this.element.querySelectorAll("a[href],button,textarea,summary,[tabindex='0']");
    const reachable = [...stops].filter((one) => one.tabIndex >= 0 && one.checkVisibility());
    const edge = event.shiftKey ? reachable[0] : reachable.at(-1);
    if (this.#root.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? reachable.at(-1) : reachable[0]).focus();
  }
}
