/* The line to the gateway: a session, a WebSocket or else polls, and another line whenever it
 * breaks. It carries frames and knows nothing of what they mean to a reader. */

import { PATIENCE, PollLine, SocketLine } from "./lines.js";

/* Back-off between attempts: half to all of 0.5 s, 1 s, 2 s … 30 s, so that a restarted gateway is
 * not met by every open page at the same moment. */
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;

export class Connection {
  #base;
  #store;
  #events;
  #line = null;
  #failures = 0;
  #retryTimer = 0;
  #stop = new AbortController();
  #generation = 0;
  state = "idle";

  /* events: {after(), frame(frame), state(name), session()}; states are idle, connecting, online,
   * reconnecting, offline and refused. `session` is called when another conversation begins. */
  constructor(base, store, events) {
    this.#base = base;
    this.#store = store;
    this.#events = events;
  }

  start() {
    const { signal } = this.#stop;
    addEventListener("online", () => this.#now(), { signal });
    addEventListener("offline", () => this.#lost(), { signal });
    const seen = () => !document.hidden && this.state === "reconnecting" && this.#now();
    document.addEventListener("visibilitychange", seen, { signal });
    addEventListener("pageshow", (event) => event.persisted && this.#now(), { signal });
    this.#connect();
  }

  /* End for good. */
  stop() {
    this.#stop.abort();
    this.#drop();
  }

  /* True when the frame was handed to an open line. */
  send(frame) {
    return this.state === "online" && Boolean(this.#line?.send(frame));
  }

  /* Leave the session and start another one. */
  renew() {
    this.#store.remove("session");
    this.#now();
  }

  /* Another tab has changed the session: follow it. */
  follow() {
    this.#now();
  }

  #now() {
    this.#failures = 0;
    this.#connect();
  }

  #enter(state) {
    if (state === this.state) return;
    this.state = state;
    this.#events.state(state);
  }

  #drop() {
    this.#generation += 1;
    clearTimeout(this.#retryTimer);
    this.#line?.close();
    this.#line = null;
  }

  async #connect() {
    this.#drop();
    const generation = this.#generation;
    if (this.state === "idle") this.#enter("connecting");
    else if (this.state !== "connecting") this.#enter(navigator.onLine ? "reconnecting" : "offline");

    let session;
    try {
      session = await this.#session();
    } catch (error) {
      if (generation !== this.#generation) return;
      if (error instanceof Refused) this.#enter("refused");
      else this.#lost();
      return;
    }
    if (generation === this.#generation) this.#open(SocketLine, session, generation);
  }

  /* A WebSocket that ends before the gateway has greeted may have been cut by what lies between:
   * then polls are tried before anything counts as lost. */
  #open(Line, session, generation) {
    const isCurrent = () => generation === this.#generation;
    const hello = () => {
      const { after, language } = this.#events;
      return { type: "hello", token: session.token, after: after(), language };
    };
    this.#line = new Line(this.#base, hello, {
      frame: (frame) => isCurrent() && this.#receive(frame),
      end: () => {
        if (!isCurrent()) return;
        const isCut = Line === SocketLine && this.state !== "online" && navigator.onLine;
        if (isCut) this.#open(PollLine, session, generation);
        else this.#lost();
      },
    });
  }

  #receive(frame) {
    if (frame.type === "error" && frame.code === "session") {
      this.#store.remove("session");
      this.#lost();
      return;
    }
    if (frame.type === "ready") {
      this.#failures = 0;
      this.#enter("online");
    }
    this.#events.frame(frame);
  }

  #lost() {
    this.#drop();
    this.#enter(navigator.onLine ? "reconnecting" : "offline");
    const longest = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** this.#failures);
    this.#failures += 1;
    this.#retryTimer = setTimeout(() => this.#connect(), longest * (0.5 + Math.random() / 2));
  }

  /* The stored session, or a new one. A lock makes tabs that open together share one. */
  async #session() {
    const locks = navigator.locks;
    return locks
      ? locks.request(`${this.#store.prefix}session`, () => this.#storedOrNewSession())
      : this.#storedOrNewSession();
  }

  async #storedOrNewSession() {
    try {
      const stored = JSON.parse(this.#store.get("session"));
      if (stored?.token) return stored;
    } catch {
      /* damaged: replaced below */
    }
    let response;
    try {
      response = await fetch(new URL("chat/session", this.#base), {
        method: "POST",
        credentials: "omit",
        signal: AbortSignal.timeout(PATIENCE),
      });
    } catch (error) {
      /* A refused origin looks like a broken line to a script; the launcher's own file, which
       * everybody may fetch, tells them apart. */
      if (await this.#answersAtAll()) throw new Refused();
      throw error;
    }
    if (response.status === 401 || response.status === 403) throw new Refused();
    if (!response.ok) throw new Error(`no session: status ${response.status}`);
    const { token, conversation } = await response.json();
    const session = { token, conversation };
    this.#store.set("session", JSON.stringify(session));
    this.#events.session();
    return session;
  }

  async #answersAtAll() {
    try {
      await fetch(new URL("widget.js", this.#base), {
        mode: "no-cors",
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE),
      });
      return true;
    } catch {
      return false;
    }
  }
}

class Refused extends Error {}
