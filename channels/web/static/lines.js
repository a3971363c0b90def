/* The two ways to the gateway: a WebSocket, and long polls where none passes. Both carry the same
 * frames, know nothing of what they mean, and end once, for good. */

/* A proxy commonly cuts a connection that is silent for 60 s. */
const PING_EVERY = 25_000;
/* Within this time something has to come back. */
export const PATIENCE = 10_000;
/* How long the gateway keeps a poll waiting, see channels/web/polling.py. */
const POLL_TIME = 25_000;

/* on: {frame(frame), end()}; hello() gives the frame that greets, with the watermark of now. */
export class SocketLine {
  #socket;
  #on;
  #pings = 0;
  #patience = 0;

  constructor(base, hello, on) {
    const address = new URL("chat/socket", base);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    this.#on = on;
    this.#socket = new WebSocket(address);
    this.#socket.onopen = () => this.#socket.send(JSON.stringify(hello()));
    this.#socket.onmessage = (event) => this.#receive(event.data);
    this.#socket.onclose = () => this.close(true);
    this.#expect();
  }

  /* True when the frame was handed to an open connection. */
  send(frame) {
    if (this.#socket.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  close(isLost = false) {
    clearTimeout(this.#patience);
    clearInterval(this.#pings);
    const { end } = this.#on;
    this.#on = { frame() {}, end() {} };
    this.#socket.onclose = null;
    this.#socket.close();
    if (isLost) end();
  }

  #receive(data) {
    clearTimeout(this.#patience);
    let frame;
    try {
      frame = JSON.parse(data);
    } catch {
      console.error("advisor: the gateway sent a frame that is not JSON");
      return;
    }
    if (frame.type === "ready") {
      this.#pings = setInterval(() => {
        this.send({ type: "ping" });
        this.#expect();
      }, PING_EVERY);
    }
    this.#on.frame(frame);
  }

  #expect() {
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.close(true), PATIENCE);
  }
}

export class PollLine {
  #base;
  #hello;
  #on;
  #stop = new AbortController();
  #greeted = false;
  #typing = false;
  #sending = Promise.resolve();

  constructor(base, hello, on) {
    this.#base = base;
    this.#hello = hello;
    this.#on = on;
    this.#listen();
  }

  /* Always true: the frame goes after those before it, and one that is lost ends the line. */
  send(frame) {
    this.#sending = this.#sending.then(() => this.#ask("send", { frames: [frame] }, PATIENCE));
    return true;
  }

  close(isLost = false) {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    if (isLost) this.#on.end();
  }

  async #listen() {
    while (!this.#stop.signal.aborted) {
      const known = { greeted: this.#greeted, typing: this.#typing };
      await this.#ask("poll", known, POLL_TIME + PATIENCE);
    }
  }

  async #ask(door, body, patience) {
    if (this.#stop.signal.aborted) return;
    const late = AbortSignal.timeout(patience);
    const stop = this.#stop.signal;
    try {
      const response = await fetch(new URL(`chat/${door}`, this.#base), {
        method: "POST",
        credentials: "omit",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ hello: this.#hello(), ...body }),
        /* Older browsers cannot join the two; without the first one a page would poll on for good. */
        signal: AbortSignal.any?.([stop, late]) ?? stop,
      });
      if (!response.ok) throw new Error(`chat/${door}: status ${response.status}`);
      for (const frame of (await response.json()).frames) this.#receive(frame);
    } catch (error) {
      if (!stop.aborted) console.warn("advisor: a poll failed", error.name);
      this.close(true);
    }
  }

  #receive(frame) {
    if (this.#stop.signal.aborted) return;
    if (frame.type === "ready") this.#greeted = true;
    if (frame.type === "typing") this.#typing = frame.on;
    this.#on.frame(frame);
    /* Refused as a whole: asking again at once would be refused again. */
    if (frame.type === "error" && !this.#greeted) this.close(true);
  }
}
