/* Where the student writes: the box grows with the text, Enter sends, and a limit is told before it
 * is met. */

import { element, icon } from "./dom.js";

/* How many characters before the limit the counter begins to show. */
const COUNT_FROM = 200;
/* The gateway's own default, until its `ready` frame has told another one. */
const LIMIT = 2000;

export class Composer {
  #say;
  #on;
  #box;
  #button;
  #count;
  #limit = LIMIT;
  #wasOver = false;

  /* on: {send(text), announce(words)} */
  constructor(say, on) {
    this.#say = say;
    this.#on = on;
    this.#box = element("textarea", {
      id: "advisor-box",
      rows: "1",
      placeholder: say("placeholder"),
      "aria-describedby": "advisor-count",
      enterkeyhint: "send",
      autocomplete: "off",
      oninput: () => this.#refresh(),
      onkeydown: (event) => this.#key(event),
    });
    this.#button = element(
      "button",
      { type: "submit", class: "send", "aria-label": say("send"), title: say("send") },
      icon("send"),
    );
    this.#count = element("p", { id: "advisor-count", class: "count" });
    this.element = element(
      "form",
      {
        class: "composer",
        onsubmit: (event) => {
          event.preventDefault();
          this.#send();
        },
      },
      element("label", { class: "unseen", for: "advisor-box" }, say("message_label")),
      element("div", { class: "field" }, this.#box, this.#button),
      this.#count,
    );
    this.#refresh();
  }

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  set limit(characters) {
    if (!(characters > 0)) return;
    this.#limit = characters;
    this.#refresh();
  }

  /* Counted as the gateway counts them: a character outside the basic plane is one. */
  get #length() {
    return [...this.#box.value.trim()].length;
  }

  #key(event) {
    const isPlainEnter = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    if (!isPlainEnter) return;
    event.preventDefault();
    this.#send();
  }

  #send() {
    const text = this.#box.value.trim();
    if (!text || this.#length > this.#limit) return;
    this.#box.value = "";
    this.#refresh();
    this.focus();
    this.#on.send(text);
  }

  #refresh() {
    const length = this.#length;
    const over = length - this.#limit;
    const isOver = over > 0;
    this.#button.setAttribute("aria-disabled", String(length === 0 || isOver));
    this.#box.setAttribute("aria-invalid", String(isOver));
    this.#count.hidden = over < -COUNT_FROM;
    this.#count.textContent = isOver
      ? this.#say("too_long", { count: over, limit: this.#limit })
      : this.#say("characters_left", { count: -over });
    if (isOver && !this.#wasOver) this.#on.announce(this.#count.textContent);
    this.#wasOver = isOver;
    this.#grow();
  }

  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#box.style.setProperty("height", "auto");
    if (this.#box.scrollHeight) this.#box.style.setProperty("height", `${this.#box.scrollHeight}px`);
  }
}
