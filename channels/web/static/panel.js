/* The chat panel: it joins the line to the gateway, what is known of the conversation and what is
 * shown of it. The launcher calls `mount` once, when somebody needs the chat. */

import { Bar } from "./bar.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Decisions } from "./decisions.js";
import { element } from "./dom.js";
import { Frame } from "./frame.js";
import { Header } from "./header.js";
import { save, transcriptText } from "./keep.js";
import { Log } from "./log.js";
import { Outbox } from "./outbox.js";
import { Ear, Voice } from "./speech.js";
import { LineStatus, Speaker, Unread } from "./standing.js";
import { sayIn, tagOf } from "./strings.js";
import { Transcript } from "./transcript.js";

const TO_A_PERSON = "/talk_to_person";

/* launcher: {root, base, settings, store, phone, texts, spoken, context, emit, showUnread, onClose};
 * `phone` is the media query under which the panel covers the page, `spoken` the locale that the
 * texts are of, `context` what the page has told: {program, identity}. */
export async function mount(launcher) {
  const response = await fetch(new URL("panel.css", import.meta.url));
  if (!response.ok) throw new Error(`panel.css: status ${response.status}`);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(await response.text());
  launcher.root.adoptedStyleSheets = [launcher.root.adoptedStyleSheets[0], sheet];
  return new Panel(launcher);
}

class Panel {
  #launcher;
  #say;
  #locale;
  #transcript;
  #connection;
  #composer;
  #header;
  #log;
  #bar = new Bar();
  #decisions;
  #frame;
  #outbox;
  #voice = new Voice();
  #institution = null;
  #status;
  #speaker;
  #unread;
  #stop = new AbortController();
  /* Messages up to here were written before this page was opened: they are no news. */
  #known = null;

  constructor(launcher) {
    const { settings, store, base } = launcher;
    this.#launcher = launcher;
    this.#locale = launcher.spoken;
    this.#say = sayIn(launcher.spoken, launcher.texts, settings.strings);
    this.#transcript = new Transcript(store);
    this.#build();
    this.#status = new LineStatus(this.#say, this.#bar, (words) => this.#log.say(words));
    this.#speaker = new Speaker(this.#say, (words) => (this.#header.status = words));
    this.#unread = new Unread(store, this.#transcript, launcher.showUnread);
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
    const { signal } = this.#stop;
    addEventListener("storage", (event) => this.#otherTab(event), { signal });
    this.#connection.start();
  }

  get isOpen() {
    return this.#frame.isShown;
  }

  get draft() {
    return this.#composer.draft;
  }

  set draft(text) {
    this.#composer.draft = text;
  }

  open({ focus }) {
    this.#frame.show();
    this.#log.toEnd();
    this.#unread.count(this.isOpen);
    if (focus) this.#composer.focus();
  }

  close() {
    if (!this.isOpen) return;
    const { hasFocus } = this.#frame;
    this.#voice.stop();
    this.#frame.hide();
    this.#launcher.onClose({ focus: hasFocus });
  }

  /* Send a question as if it had been typed. */
  ask(question) {
    const text = question.trim();
    if (text) this.#write(text);
  }

  /* Say who the student is, once there is a line; the page's identity may have changed. */
  identify() {
    const { identity } = this.#launcher.context;
    if (identity) this.#connection.send({ type: "identify", ...identity });
  }

  /* Forget the conversation on this device and begin another one. */
  reset() {
    for (const name of this.#launcher.store.names()) {
      if (name !== "open") this.#launcher.store.remove(name);
    }
    this.#beginAgain();
    this.#connection.renew();
  }

  /* Leave the page without a trace; what the store holds stays. */
  destroy() {
    this.#stop.abort();
    this.#status.stop();
    this.#voice.stop();
    this.#connection.stop();
    this.#outbox.disconnected();
    this.#frame.element.remove();
  }

  #build() {
    const say = this.#say;
    const { settings, store, base, root, phone } = this.#launcher;
    const { signal } = this.#stop;
    const title = settings.title || store.get("institution") || say("assistant");
    const focus = () => this.#composer.focus();
    this.#decisions = new Decisions(say, this.#bar, store, focus);
    const ear = String(settings.microphone) === "false" ? null : new Ear();
    this.#composer = new Composer(say, settings.locale, ear, {
      send: (text) => this.#write(text),
      announce: (words) => this.#log.say(words),
      agree: (then) => this.#decisions.listen(then),
      tell: (words) => this.#bar.tell(words),
    });
    const askPerson = () => this.#write(say("talk_to_person_message"), TO_A_PERSON);
    this.#header = new Header(say, title, {
      close: () => this.close(),
      larger: (isLarger) => this.#frame.element.classList.toggle("is-larger", isLarger),
      person: () => this.#decisions.person(this.#institution, askPerson),
      save: () => this.#save(),
      erase: () => this.#decisions.erase(() => this.#erase()),
      restart: () => this.#decisions.restart(() => this.reset()),
    });
    const intro = element(
      "div",
      { class: "intro" },
      element("p", { class: "intro-title" }, say("welcome_title")),
      element("p", {}, say("welcome")),
      element("p", { class: "privacy", hidden: true }),
      element("p", { class: "notice", hidden: true }),
    );
    const place = { say, locale: this.#locale, base };
    place.rate = (message, helpful, reason) => this.#rate(message, helpful, reason);
    if (String(settings.readAloud) !== "false") place.read = (...what) => this.#read(...what);
    this.#log = new Log(place, intro, (choice) => this.#pick(choice));
    const escape = () => (this.#header.isMenuOpen ? this.#header.closeMenu() : this.close());
    this.#frame = new Frame(root, phone, this.#locale, { escape }, signal);
    this.#frame.element.append(
      this.#header.element,
      this.#bar.element,
      this.#log.element,
      this.#composer.element,
    );
    const showVoice = () =>
      this.#frame.element.classList.toggle("has-voice", this.#voice.speaks(this.#locale));
    this.#voice.whenChanged(showVoice, signal);
    showVoice();
    root.append(this.#frame.element);
  }

  #write(text, payload = null) {
    this.#outbox.write(text, payload, this.#launcher.context.program ?? null);
  }

  #rate(message, helpful, reason) {
    this.#connection.send({ type: "feedback", message, helpful, reason });
    this.#launcher.store.set("rated", message);
    this.#log.say(this.#say(helpful || reason ? "thanks" : "why_not"));
  }

  #erase() {
    if (!this.#connection.send({ type: "erase" })) this.#bar.tell(this.#say("erase_failed"));
  }

  #read(button, words) {
    const isOn = button.getAttribute("aria-pressed") === "true";
    if (isOn) this.#voice.stop();
    else this.#voice.read(words, this.#locale, () => button.setAttribute("aria-pressed", "false"));
    button.setAttribute("aria-pressed", String(!isOn));
  }

  #save() {
    const title = this.#institution?.name ?? this.#say("assistant");
    const place = { say: this.#say, locale: this.#locale, base: this.#launcher.base, title };
    save(`${this.#say("transcript_file")}.txt`, transcriptText(this.#transcript.messages(), place));
  }

  /* -- frames of the gateway ----------------------------------------------------------------- */

  #take(frame) {
    if (frame.type === "ready") this.#ready(frame);
    else if (frame.type === "message") this.#message(frame);
    else if (frame.type === "typing") this.#log.typing = frame.on;
    else if (frame.type === "identified") this.#launcher.emit("identified", frame.student);
    else if (frame.type === "erased") this.#erased(frame);
    else if (frame.type === "error") this.#error(frame);
  }

  #ready({ institution, privacy, last, limit, conversation }) {
    const { store } = this.#launcher;
    if (store.get("conversation") !== conversation) {
      store.set("conversation", conversation);
      store.remove("read");
    }
    this.#known ??= last;
    this.#composer.limit = limit;
    this.#institution = institution;
    if (institution?.name) {
      store.set("institution", institution.name);
      if (!this.#launcher.settings.title) this.#header.title = institution.name;
      this.#tell(".notice", institution.notice);
    }
    this.#tell(".privacy", privacy);
    this.#log.typing = false;
    this.identify();
    const isNew = last === 0 && this.#transcript.pending().length === 0;
    if (isNew) this.#log.offer(this.#starters());
    this.#outbox.connected(last);
  }

  /* Words of the institution's own in the introduction; none hide their place. */
  #tell(place, words) {
    const shown = this.#frame.element.querySelector(`.intro ${place}`);
    shown.textContent = words ?? "";
    shown.hidden = !words;
  }

  #message(message) {
    if (message.client_id) this.#outbox.confirmed(message.client_id);
    if (!this.#transcript.receive(message)) return;
    const isNews = message.seq > (this.#known ?? 0);
    this.#log.add(message, isNews);
    if (message.seq === this.#transcript.highest) {
      this.#log.offer(message.author === "student" ? [] : (message.choices ?? []));
    }
    this.#speaker.heard(message);
    if (isNews) {
      const { seq, author, kind, text, at } = message;
      this.#launcher.emit("message", { seq, author, kind, text, at });
    }
    this.#unread.count(this.isOpen);
    this.#outbox.replayed();
  }

  #starters() {
    const wanted = this.#launcher.settings.starters ?? this.#say("starters");
    const questions = Array.isArray(wanted) ? wanted : wanted.split("|");
    return questions.filter((one) => one.trim()).map((one) => ({ label: one.trim() }));
  }

  #erased(frame) {
    this.reset();
    this.#decisions.erased(frame);
    this.#launcher.emit("erased", frame.receipt);
  }

  #error({ id, code, text }) {
    if (code === "identity") console.warn("advisor: identify was refused:", text);
    else if (code === "other_student") this.reset();
    else if (id) this.#outbox.refused(id, code, text);
    else if (text) this.#bar.tell(text);
  }

  #pick(choice) {
    this.#composer.focus();
    const text = choice.payload ? choice.label : choice.text || choice.label;
    this.#write(text, choice.payload ?? null);
  }

  /* -- the line, other tabs ----------------------------------------------------------------- */

  #showState(state) {
    this.#frame.element.dataset.state = state;
    this.#status.show(state);
    if (state === "online") return;
    this.#log.typing = false;
    this.#outbox.disconnected();
  }

  #beginAgain() {
    this.#transcript.clear();
    this.#known = null;
    this.#log.clear();
    this.#speaker.reset();
    this.#launcher.showUnread(0);
    this.#outbox.restore();
  }

  #otherTab({ key, newValue }) {
    const { prefix } = this.#launcher.store;
    if (key === `${prefix}read` && !this.isOpen) this.#unread.count(false);
    if (key === `${prefix}rated` && newValue) this.#log.rated(newValue);
    if (key === `${prefix}session`) {
      this.#beginAgain();
      this.#connection.follow();
    }
  }
}
