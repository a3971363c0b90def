/* The list of messages on the screen: order, scrolling, arrow keys, and what is read aloud. */

import { element, icon } from "./dom.js";
import { markPending, messageElement, pendingElement, spoken } from "./messages.js";

/* Closer than this to the end, in pixels, counts as reading the newest message. */
const NEAR_END = 80;
/* Announcements that stay in the page long enough for a screen reader to come round to them. */
const SPOKEN_KEPT = 3;

export class Log {
  #place;
  #list;
  #scroller;
  #typing;
  #choices;
  #jump;
  #live;
  #onChoice;

  /* place: as messages.js wants it; onChoice is called with the choice that was picked. */
  constructor(place, intro, onChoice) {
    const { say } = place;
    this.#place = place;
    this.#onChoice = onChoice;
    this.#list = element("div", {
      class: "messages",
      role: "log",
      "aria-live": "off",
      "aria-label": say("log"),
      "aria-describedby": "advisor-log-hint",
      onkeydown: (event) => this.#key(event),
      onfocusin: (event) => this.#visit(event.target.closest(".message")),
    });
    this.#typing = element(
      "div",
      { class: "typing", hidden: true },
      element("span", { class: "unseen" }, say("typing")),
      ...[1, 2, 3].map(() => element("span", { class: "dot", "aria-hidden": "true" })),
    );
    this.#choices = element("div", {
      class: "choices",
      role: "group",
      "aria-label": say("suggestions"),
      hidden: true,
    });
    this.#scroller = element(
      "div",
      { class: "scroller", onscroll: () => this.#scrolled() },
      intro,
      this.#list,
      this.#typing,
      this.#choices,
    );
    this.#jump = element(
      "button",
      { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() },
      icon("down"),
      say("jump"),
    );
    this.#live = element("div", { class: "unseen", "aria-live": "polite" });
    this.element = element(
      "div",
      { class: "log" },
      element("p", { class: "unseen", id: "advisor-log-hint" }, say("log_hint")),
      this.#scroller,
      this.#jump,
      this.#live,
    );
  }

  /* Put a confirmed message where its seq belongs. `isNews` reads it aloud and scrolls to it. */
  add(message, isNews) {
    const wasAtEnd = this.#isAtEnd();
    const shown = messageElement(message, this.#place);
    const written = message.client_id ? this.#pendingOf(message.client_id) : null;
    const hadFocus = written?.contains(written.getRootNode().activeElement);
    written?.remove();
    this.#list.insertBefore(shown, this.#after(message.seq));
    if (hadFocus) shown.focus();
    this.#keepOneStop();
    if (isNews && message.author !== "student") this.say(spoken(message, shown, this.#place.say));
    if (wasAtEnd) this.#reveal(shown);
    else if (isNews && message.author !== "student") this.#jump.hidden = false;
  }

  /* Show a message that is not confirmed yet at the end. */
  addPending(message) {
    if (this.#pendingOf(message.id)) return;
    this.#list.append(pendingElement(message, this.#place));
    this.#keepOneStop();
    this.toEnd();
  }

  /* How an unconfirmed message stands: sending, waiting or failed. */
  mark(id, status, words, onRetry) {
    const shown = this.#pendingOf(id);
    if (!shown) return;
    markPending(shown, status, words, this.#place.say, onRetry);
    if (status === "failed") this.say(words);
    if (this.#isAtEnd()) this.toEnd();
  }

  /* A message was rated, here or in another tab: nobody asks about it again. */
  rated(id) {
    const shown = this.#list.querySelector(`[data-rates="${CSS.escape(id)}"]`);
    if (shown && !shown.matches(":focus-within")) shown.remove();
  }

  /* Offer the choices of the newest message; an empty list offers none. */
  offer(choices) {
    const wasAtEnd = this.#isAtEnd();
    this.#choices.replaceChildren(
      ...choices.map((choice) =>
        element(
          "button",
          { type: "button", class: "choice", onclick: () => this.#onChoice(choice) },
          choice.label,
        ),
      ),
    );
    this.#choices.hidden = choices.length === 0;
    const newest = this.#list.lastElementChild;
    if (wasAtEnd && choices.length && newest) this.#reveal(newest);
  }

  set typing(isOn) {
    const wasAtEnd = this.#isAtEnd();
    if (isOn && this.#typing.hidden) this.say(this.#place.say("typing"));
    this.#typing.hidden = !isOn;
    if (isOn && wasAtEnd) this.toEnd();
  }

  /* Read words aloud without moving the focus; each on its own, so that none replaces another. */
  say(words) {
    this.#live.append(element("p", {}, words));
    while (this.#live.children.length > SPOKEN_KEPT) this.#live.firstElementChild.remove();
  }

  clear() {
    this.#list.replaceChildren();
    this.offer([]);
    this.typing = false;
  }

  toEnd() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#jump.hidden = true;
  }

  #pendingOf(id) {
    return this.#list.querySelector(`[data-pending="${CSS.escape(id)}"]`);
  }

  #after(seq) {
    for (const shown of this.#list.children) {
      if (shown.dataset.pending || Number(shown.dataset.seq) > seq) return shown;
    }
    return null;
  }

  #isAtEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    return scrollHeight - scrollTop - clientHeight < NEAR_END;
  }

  /* Somebody who reads further up is not moved; a long answer is shown from its first line. */
  #reveal(shown) {
    this.toEnd();
    const above = this.#scroller.getBoundingClientRect().top - shown.getBoundingClientRect().top;
    if (above > 0) this.#scroller.scrollTop -= above + 12;
  }

  #scrolled() {
    if (this.#isAtEnd()) this.#jump.hidden = true;
  }

  /* One message of the list can be reached with Tab, the others from there with the arrows. */
  #keepOneStop() {
    const shown = [...this.#list.children];
    if (shown.some((one) => one.tabIndex === 0 && one.matches(":focus-within"))) return;
    this.#visit(shown.at(-1));
  }

  #visit(chosen) {
    if (!chosen) return;
    for (const one of this.#list.children) one.tabIndex = one === chosen ? 0 : -1;
  }

  #key(event) {
    const shown = [...this.#list.children];
    const at = shown.indexOf(event.target.closest(".message"));
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: shown.length - 1 }[event.key];
    const isScrolling = event.target.closest(".table") && !event.target.matches(".message");
    if (to === undefined || at < 0 || isScrolling) return;
    event.preventDefault();
    shown[Math.max(0, Math.min(to, shown.length - 1))].focus();
  }
}
