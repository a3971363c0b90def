/* The chat panel: it joins the line to the gateway, what is known of the conversation and what is
 * shown of it. The launcher calls `mount` once, when somebody needs the chat. */

import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { element } from "./dom.js";
import { Header } from "./header.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { sayIn, tagOf } from "./strings.js";
import { Transcript } from "./transcript.js";

/* Shorter waits for a connection are not worth a word. */
const SAY_CONNECTING_AFTER = 1_000;
const TO_A_PERSON = "/talk_to_person";

/* launcher: {root, base, settings, store, phone, emit, showUnread, onClose}; `phone` is the media
 * query under which the panel covers the page. */
export async function mount(launcher) {
  const response = await fetch(new URL("panel.css", import.meta.url));
  if (!response.ok) throw new Error(`panel.css: status ${response.status}`);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await response.text());
  launcher.root.adoptedStyleSheets.push(sheet);
  return new Panel(launcher);
}

class Panel {
  #launcher;
  #say;
  #transcript;
  #connection;
  #composer;
  #header;
  #log;
  #bar;
  #frame;
  #barTimer = 0;
  #outbox;
  #phone;
  /* Messages up to here were written before this page was opened: they are no news. */
  #known = null;

  constructor(launcher) {
    const { settings, store, base } = launcher;
    this.#launcher = launcher;
    this.#phone = matchMedia(launcher.phone);
    this.#say = sayIn(settings.locale, launcher.translation, settings.strings);
    this.#transcript = new Transcript(store);
    this.#build();
    this.#connection = new Connection(base, store, {
      after: () => this.#transcript.watermark,
      frame: (frame) => this.#take(frame),
      state: (state) => this.#showState(state),
      session: () => this.#beginAgain(),
      language: tagOf(settings.locale),
    });
    this.#outbox = new Outbox({
      say: this.#say,
      log: this.#log,
      transcript: this.#transcript,
      send: (frame) => this.#connection.send(frame),
    });
    this.#transcript.loadPending();
    this.#outbox.restore();
    addEventListener("storage", (event) => this.#otherTab(event));
    this.#connection.start();
  }

  get isOpen() {
    return !this.#frame.hidden;
  }

  open({ focus }) {
    this.#frame.hidden = false;
    this.#fit();
    this.#log.toEnd();
    this.#markRead();
    if (focus) this.#composer.focus();
  }

  close() {
    if (!this.isOpen) return;
    const hadFocus = this.#frame.contains(this.#launcher.root.activeElement);
    this.#frame.hidden = true;
    this.#launcher.onClose({ focus: hadFocus });
  }

  /* Send a question as if it had been typed. */
  ask(question) {
    const text = question.trim();
    if (text) this.#outbox.write(text, null);
  }

  /* Forget the conversation on this device and begin another one. */
  reset() {
    for (const name of this.#launcher.store.names()) {
      if (name !== "open") this.#launcher.store.remove(name);
    }
    this.#beginAgain();
    this.#connection.renew();
  }

  #build() {
    const say = this.#say;
    const { settings, store, base, root } = this.#launcher;
    const isTranslated = Object.keys(this.#launcher.translation).length > 0 || settings.strings;
    const language = isTranslated ? settings.locale : "en";
    const title = settings.title || store.get("institution") || say("assistant");
    this.#composer = new Composer(say, {
      send: (text) => this.#outbox.write(text, null),
      announce: (words) => this.#log.say(words),
    });
    this.#header = new Header(say, title, {
      close: () => this.close(),
      person: () => {
        this.#outbox.write(say("talk_to_person_message"), TO_A_PERSON);
        this.#composer.focus();
      },
      restart: () => this.#askRestart(),
    });
    const intro = element(
      "div",
      { class: "intro" },
      element("p", { class: "intro-title" }, say("welcome_title")),
      element("p", {}, say("welcome")),
      element("p", { class: "notice", hidden: true }),
    );
    this.#log = new Log({ say, locale: language, base }, intro, (choice) =>
      this.#pick(choice),
    );
    this.#bar = element("div", { class: "bar", role: "status", hidden: true });
    this.#frame = element(
      "div",
      {
        class: "panel",
        role: "dialog",
        "aria-labelledby": "advisor-title",
        lang: language,
        hidden: true,
        onkeydown: (event) => this.#key(event),
      },
      this.#header.element,
      this.#bar,
      this.#log.element,
      this.#composer.element,
    );
    root.append(this.#frame);
    this.#phone.addEventListener("change", () => this.#fit());
    visualViewport?.addEventListener("resize", () => this.#fit());
  }

  /* A phone's keyboard covers part of the page: the panel takes what is left of it. */
  #fit() {
    const isFull = this.#phone.matches;
    this.#frame.setAttribute("aria-modal", String(isFull));
    const height = isFull && visualViewport ? `${visualViewport.height}px` : "";
    this.#frame.style.setProperty("--seen-height", height);
  }

  /* -- frames of the gateway ----------------------------------------------------------------- */

  #take(frame) {
    if (frame.type === "ready") this.#ready(frame);
    else if (frame.type === "message") this.#message(frame);
    else if (frame.type === "typing") this.#log.typing = frame.on;
    else if (frame.type === "error") this.#error(frame);
  }

  #ready({ institution, last, limit, conversation }) {
    const { store } = this.#launcher;
    if (store.get("conversation") !== conversation) {
      store.set("conversation", conversation);
      store.remove("read");
    }
    this.#known ??= last;
    this.#composer.limit = limit;
    if (institution?.name) {
      store.set("institution", institution.name);
      if (!this.#launcher.settings.title) this.#header.title = institution.name;
      const notice = this.#frame.querySelector(".notice");
      notice.textContent = institution.notice ?? "";
      notice.hidden = !institution.notice;
    }
    this.#log.typing = false;
    const isNew = last === 0 && this.#transcript.pending().length === 0;
    if (isNew) this.#log.offer(this.#starters());
    this.#outbox.connected(last);
  }

  #message(message) {
    if (message.client_id) this.#outbox.confirmed(message.client_id);
    if (!this.#transcript.receive(message)) return;
    const isNews = message.seq > (this.#known ?? 0);
    this.#log.add(message, isNews);
    if (message.seq === this.#transcript.highest) {
      this.#log.offer(message.author === "student" ? [] : (message.choices ?? []));
    }
    if (isNews) {
      const { seq, author, kind, text, at } = message;
      this.#launcher.emit("message", { seq, author, kind, text, at });
    }
    if (this.isOpen) this.#markRead();
    else this.#countUnread();
    this.#outbox.replayed();
  }

  #starters() {
    const wanted = this.#launcher.settings.starters ?? this.#say("starters");
    const questions = Array.isArray(wanted) ? wanted : wanted.split("|");
    return questions.filter((one) => one.trim()).map((one) => ({ label: one.trim() }));
  }

  #error({ id, code, text }) {
    if (id) this.#outbox.refused(id, code, text);
    else if (text) this.#showBar(text);
  }

  #pick(choice) {
    this.#composer.focus();
    const text = choice.payload ? choice.label : choice.text || choice.label;
    this.#outbox.write(text, choice.payload ?? null);
  }

  /* -- state, unread, other tabs ------------------------------------------------------------- */

  #showState(state) {
    const wasShown = !this.#bar.hidden;
    this.#frame.dataset.state = state;
    clearTimeout(this.#barTimer);
    if (state === "connecting" || state === "reconnecting") {
      const show = () => this.#showBar(this.#say(state));
      if (wasShown) show();
      else this.#barTimer = setTimeout(show, SAY_CONNECTING_AFTER);
    } else if (state === "online") {
      if (wasShown) this.#log.say(this.#say("online"));
      this.#bar.hidden = true;
    } else {
      this.#showBar(this.#say(state));
    }
    if (state === "online") return;
    this.#log.typing = false;
    this.#outbox.disconnected();
  }

  #showBar(...content) {
    this.#bar.replaceChildren(...content);
    this.#bar.hidden = false;
  }

  #askRestart() {
    const say = this.#say;
    const done = (action) => () => {
      this.#bar.hidden = true;
      action?.();
      this.#composer.focus();
    };
    const yes = element("button", { type: "button", class: "plain" }, say("restart_yes"));
    yes.addEventListener("click", done(() => this.reset()));
    const no = element("button", { type: "button", class: "plain" }, say("restart_no"));
    no.addEventListener("click", done());
    this.#showBar(element("span", {}, say("restart_ask")), yes, no);
    yes.focus();
  }

  #beginAgain() {
    this.#transcript.clear();
    this.#known = null;
    this.#log.clear();
    this.#launcher.showUnread(0);
    this.#outbox.restore();
  }

  #markRead() {
    this.#launcher.store.set("read", String(this.#transcript.highest));
    this.#countUnread();
  }

  #countUnread() {
    const read = Number(this.#launcher.store.get("read") ?? 0);
    this.#launcher.showUnread(this.isOpen ? 0 : this.#transcript.countAfter(read));
  }

  #otherTab(event) {
    const { prefix } = this.#launcher.store;
    if (event.key === `${prefix}read`) this.#countUnread();
    if (event.key === `${prefix}session`) {
      this.#beginAgain();
      this.#connection.follow();
    }
  }

  #key(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      if (this.#header.isMenuOpen) this.#header.closeMenu();
      else this.close();
    } else if (event.key === "Tab" && this.#phone.matches) {
      this.#keepInside(event);
    }
  }

  /* Over the whole page the panel keeps the focus; what lies under it cannot be seen. */
  #keepInside(event) {
    const stops = [...this.#frame.querySelectorAll("a[href],button,textarea,summary,[tabindex='0']")];
    const reachable = stops.filter((one) => one.tabIndex >= 0 && one.checkVisibility());
    const edge = event.shiftKey ? reachable[0] : reachable.at(-1);
    if (this.#launcher.root.activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? reachable.at(-1) : reachable[0]).focus();
  }
}
