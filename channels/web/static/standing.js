/* How things stand, in words and numbers: the line to the gateway, who is expected to speak, and how
 * many messages are unread. */

/* Shorter waits for a connection are not worth a word. */
const SAY_CONNECTING_AFTER = 1_000;

/* The state of the line, as the strip under the head tells it. */
export class LineStatus {
  #say;
  #bar;
  #announce;
  #timer = 0;

  constructor(say, bar, announce) {
    this.#say = say;
    this.#bar = bar;
    this.#announce = announce;
  }

  show(state) {
    const wasShown = this.#bar.isShown;
    this.stop();
    if (state === "connecting" || state === "reconnecting") {
      const show = () => this.#bar.tell(this.#say(state));
      if (wasShown) show();
      else this.#timer = setTimeout(show, SAY_CONNECTING_AFTER);
    } else if (state === "online") {
      if (wasShown) this.#announce(this.#say("online"));
      this.#bar.hide();
    } else {
      this.#bar.tell(this.#say(state));
    }
  }

  stop() {
    clearTimeout(this.#timer);
  }
}

/* After a hand-over the head says that a person is waited for, then that one answers, until the
 * assistant speaks again. */
export class Speaker {
  #say;
  #show;
  #isPerson = false;

  constructor(say, show) {
    this.#say = say;
    this.#show = show;
  }

  heard({ kind, author }) {
    if (kind === "left") this.reset();
    else if (kind === "handover") this.#show(this.#say("waiting_for_person"));
    else if (author === "person") this.#show(this.#say("with_person"));
    else if (author === "assistant" && this.#isPerson) this.#show("");
    if (author !== "student") this.#isPerson = author === "person" && kind !== "left";
  }

  reset() {
    this.#isPerson = false;
    this.#show("");
  }
}

/* Messages of others since the panel was last seen; every tab counts from the same mark. */
export class Unread {
  #store;
  #transcript;
  #show;

  constructor(store, transcript, show) {
    this.#store = store;
    this.#transcript = transcript;
    this.#show = show;
  }

  /* Count anew; an open panel is being read. */
  count(isOpen) {
    if (isOpen) this.#store.set("read", String(this.#transcript.highest));
    const read = Number(this.#store.get("read") ?? 0);
    this.#show(isOpen ? 0 : this.#transcript.countAfter(read));
  }
}
