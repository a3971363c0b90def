/* The student's own messages on their way: sending, waiting for a connection, or failed, until the
 * gateway has confirmed them. A repeat keeps its id, so that the gateway knows it. */

/* A message that is not confirmed within this time, on a line that is up, has failed. */
const CONFIRM_WITHIN = 15_000;

export class Outbox {
  #say;
  #log;
  #transcript;
  #send;
  #confirmations = new Map();
  #failed = new Set();
  #waitingFor = 0;

  /* `send` hands a frame to an open connection, and returns false when there is none. */
  constructor({ say, log, transcript, send }) {
    this.#say = say;
    this.#log = log;
    this.#transcript = transcript;
    this.#send = send;
  }

  /* A new message: shown at once, sent as soon as can be. `program` is that of the page. */
  write(text, payload, program) {
    const message = this.#transcript.write(text, payload, program);
    this.#log.offer([]);
    this.#log.addPending(message);
    this.#try(message);
  }

  /* Show all that is unconfirmed, after a reload or at the start of another conversation. */
  restore() {
    this.#failed.clear();
    for (const message of this.#transcript.pending()) {
      this.#log.addPending(message);
      this.#log.mark(message.id, "waiting", this.#say("waiting"));
    }
  }

  /* There is a connection. What the replay up to `last` does not confirm is sent again. */
  connected(last) {
    this.#waitingFor = last;
    this.replayed();
  }

  /* A message has arrived: when it ends the replay, what is left is sent. */
  replayed() {
    if (this.#waitingFor === null || this.#transcript.highest < this.#waitingFor) return;
    this.#waitingFor = null;
    for (const message of this.#unsent()) this.#try(message);
  }

  /* The connection is lost: nothing fails, all waits. */
  disconnected() {
    this.#waitingFor = null;
    for (const timer of this.#confirmations.values()) clearTimeout(timer);
    this.#confirmations.clear();
    for (const message of this.#unsent()) {
      this.#log.mark(message.id, "waiting", this.#say("waiting"));
    }
  }

  /* The gateway has this message. */
  confirmed(id) {
    clearTimeout(this.#confirmations.get(id));
    this.#confirmations.delete(id);
    this.#failed.delete(id);
  }

  /* The gateway refused this message, for a reason it gives as a code and in words. */
  refused(id, code, text) {
    const key = `failed_${code}`;
    const own = this.#say(key);
    this.#fail(id, own === key ? `${this.#say("failed")} ${text ?? ""}`.trim() : own);
  }

  #unsent() {
    return this.#transcript.pending().filter((message) => !this.#failed.has(message.id));
  }

  #try(message) {
    const { id, text, payload, program } = message;
    this.#failed.delete(id);
    const frame = { type: "message", id, text };
    if (payload) frame.payload = payload;
    if (program) frame.program = program;
    if (!this.#send(frame)) {
      this.#log.mark(id, "waiting", this.#say("waiting"));
      return;
    }
    this.#log.mark(id, "sending", this.#say("sending"));
    clearTimeout(this.#confirmations.get(id));
    const late = () => this.#fail(id, this.#say("failed_unanswered"));
    this.#confirmations.set(id, setTimeout(late, CONFIRM_WITHIN));
  }

  #fail(id, words) {
    const message = this.#transcript.pending().find((one) => one.id === id);
    this.confirmed(id);
    if (!message) return;
    this.#failed.add(id);
    this.#log.mark(id, "failed", words, () => this.#try(message));
  }
}
