/* The strip under the head: how the line stands, and questions that need a decision first. */

import { element } from "./dom.js";

export class Bar {
  /* A question is open: news of the line wait until it is answered. */
  #isAsking = false;

  constructor() {
    this.element = element("div", { class: "bar", role: "status", hidden: true });
  }

  get isShown() {
    return !this.element.hidden;
  }

  /* Tell something, words or elements, until `hide`. */
  tell(...content) {
    if (this.#isAsking) return;
    this.element.classList.remove("asks");
    this.element.replaceChildren(...content);
    this.element.hidden = false;
  }

  hide() {
    if (!this.#isAsking) this.element.hidden = true;
  }

  /* Ask for a decision; content: words or elements, choices: [[label, action]] of which the first
   * gets the focus. `after` is called once one was taken, whichever. */
  ask(content, choices, after) {
    const buttons = choices.map(([label, action]) =>
      element(
        "button",
        {
          type: "button",
          class: "plain",
          onclick: () => {
            this.#isAsking = false;
            this.hide();
            after();
            action?.();
          },
        },
        label,
      ),
    );
    this.#isAsking = false;
    this.tell(element("div", { class: "asked" }, ...content), ...buttons);
    this.#isAsking = true;
    this.element.classList.add("asks");
    buttons[0].focus();
  }
}
