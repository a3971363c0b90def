// One conversation, live: new messages, who speaks, who else is here; writing without a reload.

import { hear, open } from "/console/static/live.js";
import { bindKeys } from "/support/static/keys.js";

/* Half of what the gateway waits before it takes somebody for gone. */
const PRESENT = 15_000;
const desk = document.querySelector("#desk");
const timeline = document.querySelector("#timeline");
const place = `/support/${desk.dataset.conversation}`;
const token = document.querySelector('meta[name="csrf-token"]').content;
let last = Number(desk.dataset.last);
let asking = null;
let again = false;

open(`${place}/live`);
hear("conversation", ({ typing }) => {
  if (typing === null) refresh();
  else document.querySelector("#typing").textContent = typing ? "The assistant is answering…" : "";
});
hear("reset", refresh);
bindKeys({
  r: () => document.querySelector("#text")?.focus(),
  u: () => location.assign("/support"),
});
setInterval(here, PRESENT);
here();
timeline.lastElementChild?.scrollIntoView({ block: "nearest" });

/* One question at a time; what moves meanwhile is asked for after it. */
async function refresh() {
  again = true;
  if (asking) return asking;
  asking = (async () => {
    while (again) {
      again = false;
      await fetchNews();
    }
  })().finally(() => (asking = null));
  return asking;
}

async function fetchNews() {
  const answer = await fetch(`${place}/news?after=${last}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const news = await answer.json();
  const nearEnd = innerHeight + scrollY > document.body.scrollHeight - 200;
  if (news.last > last) {
    timeline.insertAdjacentHTML("beforeend", news.entries);
    last = news.last;
    if (nearEnd) timeline.lastElementChild?.scrollIntoView({ block: "end" });
  }
  document.querySelector("#panel").innerHTML = news.panel;
  /* What somebody is writing stays: the composer changes only when it opens or closes. */
  if (news.mine !== Boolean(document.querySelector("#text"))) {
    document.querySelector("#composer").innerHTML = news.composer;
    document.querySelector("#text")?.focus();
  }
}

async function here() {
  if (document.hidden) return;
  const answer = await post("here", new URLSearchParams());
  if (!answer?.others) return;
  const who = answer.others;
  const words = who.length ? `${who.join(", ")} ${who.length === 1 ? "has" : "have"} this open too.` : "";
  const told = document.querySelector("#others");
  if (told.textContent.trim() !== words) told.textContent = words;
}

async function post(what, body) {
  const headers = { Accept: "application/json", "X-CSRF-Token": token };
  try {
    const answer = await fetch(`${place}/${what}`, { method: "POST", headers, body });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

desk.addEventListener("submit", async (event) => {
  const form = event.target;
  const what = new URL(form.action).pathname.slice(place.length + 1);
  if (!["say", "take", "hand-back", "settle"].includes(what)) return;
  event.preventDefault();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  const filled = new FormData(form);
  const answer = await post(what, what === "say" ? filled : new URLSearchParams(filled));
  button.disabled = false;
  if (answer?.done && what === "say") form.reset();
  if (!answer?.done) tell(answer?.text || "That did not reach the assistant. Try again.");
  else tell("");
  await refresh();
});

desk.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.id === "text") {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

desk.addEventListener("change", (event) => {
  if (event.target.id !== "canned" || !event.target.value) return;
  const text = document.querySelector("#text");
  text.setRangeText(event.target.value, text.selectionStart, text.selectionEnd, "end");
  event.target.value = "";
  text.focus();
});

function tell(words) {
  const said = document.querySelector("#said");
  said.replaceChildren();
  if (!words) return;
  const note = document.createElement("p");
  note.className = "said-once bad";
  note.textContent = words;
  said.append(note);
}
