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
  #ear;
  #locale;
  #speak;

  /* on: {send(text), announce(words), agree(then), tell(words)}; `ear` is null where nobody may
   * speak. `agree` asks the student, once, whether the browser may listen. */
  constructor(say, locale, ear, on) {
    this.#say = say;
    this.#locale = locale;
    this.#ear = ear?.exists ? ear : null;
    this.#on = on;
    this.#speak = element(
      "button",
      {
        type: "button",
        class: "speak",
        "aria-label": say("speak"),
        title: say("speak"),
        "aria-pressed": "false",
        hidden: !this.#ear,
        onclick: () => this.#toggleEar(),
      },
      icon("speak"),
    );
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
      element("div", { class: "field" }, this.#box, this.#speak, this.#button),
      this.#count,
    );
    this.#refresh();
  }

  /* What is written and not yet sent. */
  get draft() {
    return this.#box.value;
  }

  set draft(text) {
    this.#box.value = text;
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

  #toggleEar() {
    if (this.#ear.isListening) this.#ear.stop();
    else this.#on.agree(() => this.#hear());
  }

  /* What is heard goes behind what is written already, to be read over before it is sent. */
  #hear() {
    const before = this.#box.value.trim();
    this.#speak.setAttribute("aria-pressed", "true");
    this.#on.announce(this.#say("listening"));
    this.#ear.listen(this.#locale, {
      hear: (text) => {
        this.draft = before ? `${before} ${text}` : text;
      },
      end: (error) => {
        this.#speak.setAttribute("aria-pressed", "false");
        if (error && error !== "no-speech" && error !== "aborted") this.#on.tell(this.#say("not_heard"));
        this.focus();
      },
    });
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
