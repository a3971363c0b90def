/* What is known of the conversation: messages by their `seq`, and the student's own that the
 * gateway has not confirmed yet. It knows no network and no screen. */

const PENDING = "pending:";

export class Transcript {
  #messages = new Map();
  #pending = new Map();
  #store;
  /* Every message up to here has arrived; replay starts after it. */
  watermark = 0;
  /* The highest seq that has arrived, gaps or not. */
  highest = 0;

  constructor(store) {
    this.#store = store;
  }

  /* Messages written before a reload and never confirmed. One store entry each, so that two tabs
   * never overwrite each other's. */
  loadPending() {
    for (const name of this.#store.names()) {
      if (!name.startsWith(PENDING)) continue;
      try {
        const message = JSON.parse(this.#store.get(name));
        this.#pending.set(message.id, message);
      } catch {
        this.#store.remove(name);
      }
    }
    return this.pending();
  }

  /* Unconfirmed messages in the order in which they were written. */
  pending() {
    return [...this.#pending.values()].sort((a, b) => a.at.localeCompare(b.at));
  }

  /* Keep a message of the student until the gateway has confirmed it. Its id is made here, once. */
  write(text, payload = null, program = null) {
    const message = { id: crypto.randomUUID?.() ?? randomId(), text, payload, program };
    message.at = new Date().toISOString();
    this.#pending.set(message.id, message);
    this.#store.set(PENDING + message.id, JSON.stringify(message));
    return message;
  }

  /* Take back a message that shall not be sent. */
  withdraw(id) {
    this.#pending.delete(id);
    this.#store.remove(PENDING + id);
  }

  /* Take in a message of the gateway. False when it is known already. */
  receive(message) {
    if (message.client_id) this.withdraw(message.client_id);
    if (this.#messages.has(message.seq)) return false;
    this.#messages.set(message.seq, message);
    this.highest = Math.max(this.highest, message.seq);
    while (this.#messages.has(this.watermark + 1)) this.watermark += 1;
    return true;
  }

  /* The gateway's messages in order. */
  messages() {
    return [...this.#messages.values()].sort((a, b) => a.seq - b.seq);
  }

  /* How many messages of others came after `seq`. */
  countAfter(seq) {
    let count = 0;
    for (const message of this.#messages.values()) {
      if (message.seq > seq && message.author !== "student") count += 1;
    }
    return count;
  }

  /* Another conversation begins; what the store still holds unconfirmed goes with it. */
  clear() {
    this.#messages.clear();
    this.#pending.clear();
    this.watermark = 0;
    this.highest = 0;
    this.loadPending();
  }
}

/* crypto.randomUUID exists only in secure contexts; a page served over plain http needs this. */
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
