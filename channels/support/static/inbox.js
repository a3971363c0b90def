// The inbox: the list is fetched again when something moves; keys; alerts when somebody waits.

import { hear, open } from "/console/static/live.js";
import { bindKeys } from "/support/static/keys.js";

/* Many events of one moment are one look at the list. */
const GATHER = 400;
const rows = document.querySelector("#rows");
const button = document.querySelector("#alerts");
let known = waiting();
let timer = 0;

open("/support/live");
hear("conversation", later);
hear("reset", later);
bindKeys({ j: () => step(1), k: () => step(-1) });
offerAlerts();

function later() {
  clearTimeout(timer);
  timer = setTimeout(refresh, GATHER);
}

async function refresh() {
  const answer = await fetch(`/support/rows${location.search}`);
  if (!answer.ok) return;
  const focused = document.activeElement?.dataset?.id;
  const fresh = await answer.text();
  if (fresh === rows.innerHTML) return;
  rows.innerHTML = fresh;
  if (focused) rows.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  const now = waiting();
  const added = [...now].filter((id) => !known.has(id));
  known = now;
  if (added.length) alertOf(added);
}

function waiting() {
  return new Set([...document.querySelectorAll("[data-waits]")].map((link) => link.dataset.id));
}

function step(by) {
  const links = [...rows.querySelectorAll("a[data-id]")];
  const at = links.indexOf(document.activeElement);
  links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + by))]?.focus();
}

/* A browser lets a page ring and notify only after somebody has asked it to. */
function offerAlerts() {
  button.hidden = false;
  show(localStorage.getItem("advisor-alerts") === "on");
  button.addEventListener("click", async () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    if (on && "Notification" in window && Notification.permission === "default") {
      await Notification.requestPermission();
    }
    localStorage.setItem("advisor-alerts", on ? "on" : "off");
    show(on);
    if (on) ring();
  });
}

function show(on) {
  button.setAttribute("aria-pressed", String(on));
  button.textContent = on ? "Alerts are on" : "Alert me";
}

function alertOf(ids) {
  if (button.getAttribute("aria-pressed") !== "true") return;
  ring();
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const note = new Notification("A student waits for a person", { tag: ids[0] });
  note.onclick = () => {
    window.focus();
    location.assign(`/support/${ids[0]}`);
  };
}

function ring() {
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = 660;
  volume.gain.setValueAtTime(0.15, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.6);
  tone.connect(volume).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.6);
  tone.onended = () => audio.close();
}
