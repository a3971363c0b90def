/* The top of the panel: who is speaking, the menu with the way to a person, and the way out. */

import { element, icon } from "./dom.js";

export class Header {
  #say;
  #name;
  #menu;
  #menuButton;
  #status;

  /* on: {close, larger(isLarger), person, save, erase, restart} */
  constructor(say, title, on) {
    this.#say = say;
    this.#name = element("h2", { id: "advisor-title" }, title);
    this.#menu = element(
      "div",
      {
        class: "menu",
        id: "advisor-menu",
        role: "menu",
        "aria-label": say("menu"),
        hidden: true,
        onkeydown: (event) => this.#key(event),
        onfocusout: (event) => {
          const stays = this.#menu.contains(event.relatedTarget);
          if (!stays && event.relatedTarget !== this.#menuButton) this.#show(false);
        },
      },
      this.#item("person", "talk_to_person", on.person),
      this.#item("save", "save_transcript", on.save),
      this.#item("erase", "erase", on.erase),
      this.#item("restart", "restart", on.restart),
    );
    this.#menuButton = element(
      "button",
      {
        type: "button",
        class: "tool",
        "aria-label": say("menu"),
        title: say("menu"),
        "aria-haspopup": "menu",
        "aria-expanded": "false",
        "aria-controls": "advisor-menu",
        onclick: () => this.#show(this.#menu.hidden),
      },
      icon("menu"),
    );
    this.#status = element("p", { class: "disclosure" }, say("disclosure"));
    this.element = element(
      "div",
      { class: "head" },
      element("div", { class: "emblem" }, icon("spark")),
      element(
        "div",
        { class: "titles" },
        this.#name,
        this.#status,
      ),
      this.#largerButton(on.larger),
      this.#menuButton,
      element(
        "button",
        {
          type: "button",
          class: "tool",
          "aria-label": say("close"),
          title: say("close"),
          onclick: on.close,
        },
        icon("close"),
      ),
      this.#menu,
    );
  }

  set title(words) {
    this.#name.textContent = words;
  }

  /* Who is expected to speak, in a few words; the assistant when there are none. */
  set status(words) {
    this.#status.textContent = words || this.#say("disclosure");
  }

  get isMenuOpen() {
    return !this.#menu.hidden;
  }

  closeMenu() {
    this.#show(false);
    this.#menuButton.focus();
  }

  /* For tables and cards, on a screen that has the room; see panel.css. */
  #largerButton(larger) {
    const button = element(
      "button",
      {
        type: "button",
        class: "tool larger",
        "aria-label": this.#say("larger"),
        title: this.#say("larger"),
        "aria-pressed": "false",
        onclick: () => {
          const isLarger = button.getAttribute("aria-pressed") !== "true";
          button.setAttribute("aria-pressed", String(isLarger));
          larger(isLarger);
        },
      },
      icon("larger"),
    );
    return button;
  }

  #item(drawing, key, action) {
    return element(
      "button",
      {
        type: "button",
        role: "menuitem",
        tabindex: "-1",
        onclick: () => {
          this.#show(false);
          action();
        },
      },
      icon(drawing),
      this.#say(key),
    );
  }

  #show(isOpen) {
    this.#menu.hidden = !isOpen;
    this.#menuButton.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.#menu.firstElementChild.focus();
  }

  #key(event) {
    const items = [...this.#menu.children];
    const at = items.indexOf(event.target.closest("[role=menuitem]"));
    const last = items.length - 1;
    const to = {
      ArrowDown: at === last ? 0 : at + 1,
      ArrowUp: at === 0 ? last : at - 1,
      Home: 0,
      End: last,
    }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items[to].focus();
    }
  }
}
