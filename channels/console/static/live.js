// Live events of a page: open("/support/live"), then hear("conversation", (data) => …).
//
// The browser's EventSource comes back by itself after a broken line, with the id of the last event,
// so that nothing is missed; after an answer that is an error it does not, and this module does.

const SLOWEST = 30_000;
const heard = new Map();
let source = null;
let wait = 1000;

/** Calls `listener` with the data of every event of a kind; `reset` asks to load the page's data anew. */
export function hear(kind, listener) {
  if (!heard.has(kind)) {
    heard.set(kind, new Set());
    source?.addEventListener(kind, dispatch);
  }
  heard.get(kind).add(listener);
}

/** Opens the page's stream of events and keeps it open. */
export function open(path) {
  source?.close();
  source = new EventSource(path);
  for (const kind of heard.keys()) source.addEventListener(kind, dispatch);
  source.addEventListener("open", () => {
    wait = 1000;
    show(false);
  });
  source.addEventListener("error", () => {
    show(true);
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => open(path), wait);
    wait = Math.min(2 * wait, SLOWEST);
  });
  source.addEventListener("signed_out", () => location.assign("/console/sign-in"));
}

function dispatch(event) {
  const data = JSON.parse(event.data);
  for (const listener of heard.get(event.type)) listener(data);
}

function show(offline) {
  let note = document.querySelector(".offline");
  if (!note && offline) {
    note = document.createElement("p");
    note.className = "offline";
    note.setAttribute("role", "status");
    document.body.append(note);
  }
  if (note) {
    note.hidden = !offline;
    note.textContent = offline ? "Not connected. Trying again…" : "";
  }
}

addEventListener("pagehide", () => source?.close());
