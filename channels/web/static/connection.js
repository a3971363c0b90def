/* The line to the gateway: a session, a WebSocket, and another one whenever it breaks. It carries
 * frames and knows nothing of what they mean to a reader. */

/* Back-off between attempts: half to all of 0.5 s, 1 s, 2 s … 30 s, so that a restarted gateway is
 * not met by every open page at the same moment. */
const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
/* A proxy commonly cuts a connection that is silent for 60 s. */
const PING_EVERY = 25_000;
const PATIENCE = 10_000;

export class Connection {
  #base;
  #store;
  #events;
  #socket = null;
  #failures = 0;
  #retryTimer = 0;
  #pingTimer = 0;
  #patienceTimer = 0;
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
    addEventListener("online", () => this.#now());
    addEventListener("offline", () => this.#lost());
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && this.state === "reconnecting") this.#now();
    });
    addEventListener("pageshow", (event) => event.persisted && this.#now());
    this.#connect();
  }

  /* True when the frame was handed to an open connection. */
  send(frame) {
    if (this.state !== "online" || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
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
    clearTimeout(this.#patienceTimer);
    clearInterval(this.#pingTimer);
    this.#socket?.close();
    this.#socket = null;
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
    if (generation !== this.#generation) return;

    const address = new URL("chat/socket", this.#base);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address);
    this.#socket = socket;
    const isCurrent = () => generation === this.#generation;
    this.#expect(isCurrent);
    socket.onopen = () => {
      if (!isCurrent()) return;
      const { after, language } = this.#events;
      socket.send(JSON.stringify({ type: "hello", token: session.token, after: after(), language }));
    };
    socket.onmessage = (event) => isCurrent() && this.#receive(event.data);
    socket.onclose = () => isCurrent() && this.#lost();
  }

  #receive(data) {
    clearTimeout(this.#patienceTimer);
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      console.error("advisor: the gateway sent a frame that is not JSON");
      return;
    }
    if (frame.type === "error" && frame.code === "session") {
      this.#store.remove("session");
      this.#lost();
      return;
    }
    if (frame.type === "ready") {
      this.#failures = 0;
      this.#pingTimer = setInterval(() => {
        this.send({ type: "ping" });
        const generation = this.#generation;
        this.#expect(() => generation === this.#generation);
      }, PING_EVERY);
      this.#enter("online");
    }
    this.#events.frame(frame);
  }

  /* Something must arrive soon, or the connection counts as lost. */
  #expect(isCurrent) {
    clearTimeout(this.#patienceTimer);
    this.#patienceTimer = setTimeout(() => isCurrent() && this.#lost(), PATIENCE);
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
