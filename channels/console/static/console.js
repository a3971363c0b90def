// What a script adds to every page of the consoles: dialogs, questions before harm, counts, keys.

import { hear } from "./live.js";

/** The token that every request which changes something carries. */
export const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

/** Sends JSON and gives the parsed answer; throws an Error whose message is meant for the reader. */
export async function send(path, body, method = "POST") {
  const response = await fetch(path, {
    method,
    headers: {
      "Accept": "application/json",
      "Content-Type": "application/json",
      "X-CSRF-Token": csrf(),
    },
    body: JSON.stringify(body ?? {}),
  });
  if (response.status === 401) location.assign("/console/sign-in");
  const answer = response.status === 204 ? null : await response.json();
  if (!response.ok) throw new Error(answer?.text ?? "This did not work. Try again.");
  return answer;
}

/** Says what was done where screen readers hear it; `tone` is good, warn or bad. */
export function say(text, tone = "good") {
  const line = document.createElement("p");
  line.className = `said-once ${tone}`;
  line.textContent = text;
  document.getElementById("said").replaceChildren(line);
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens).showModal();
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.confirm && !confirm(form.dataset.confirm)) event.preventDefault();
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.select();
  await navigator.clipboard?.writeText(field.value);
  button.textContent = "Copied";
});

// A form that was refused opens its dialog again, with what was typed in it.
document.querySelector("dialog[data-open]")?.showModal();

// "/" goes to the search of a page, as in most tools.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector('[role="search"] input[type="search"]');
  if (search) {
    event.preventDefault();
    search.focus();
  }
});

hear("count", ({ name, value }) => {
  for (const badge of document.querySelectorAll(`[data-count="${CSS.escape(name)}"]`)) {
    badge.textContent = value;
    badge.hidden = !value;
  }
});
