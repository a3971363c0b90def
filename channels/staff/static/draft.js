// Saves a draft while one types, shows its Markdown, and adds rows to tables of fields.

import { csrf, say } from "/console/static/console.js";

const PAUSE = 1500;
const form = document.getElementById("draft");
const saved = document.getElementById("saved");
const preview = document.getElementById("preview");
let timer = 0;
let saving = false;
let stopped = !form.dataset.saves;

form.addEventListener("input", () => later());

function later() {
  if (stopped) return;
  clearTimeout(timer);
  saved.textContent = "not saved yet";
  timer = setTimeout(save, PAUSE);
}

async function save() {
  if (saving) return later();
  saving = true;
  try {
    const response = await fetch(form.dataset.saves, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRF-Token": csrf() },
      body: new URLSearchParams(new FormData(form)),
    });
    const told = await response.json();
    if (response.status === 409) {
      stopped = true; // Saving on would write over a colleague's words; the form then shows both.
      saved.textContent = "not saved";
      say(`${told.text} Choose “Save” to see what differs.`, "warn");
    } else if (!response.ok) {
      saved.textContent = `not saved: ${told.text}`;
    } else if (told.problems) {
      saved.textContent = `not saved yet: ${Object.values(told.problems)[0]}`;
    } else {
      form.elements.version.value = told.version;
      for (const field of document.querySelectorAll('form.act input[name="version"]')) field.value = told.version;
      saved.textContent = "saved";
      if (preview) preview.innerHTML = told.html; // Sanitised by the gateway.
    }
  } catch {
    saved.textContent = "not saved: the assistant cannot be reached";
  } finally {
    saving = false;
  }
}

form.addEventListener("submit", () => clearTimeout(timer));

document.addEventListener("click", (event) => {
  const adds = event.target.closest("[data-adds]");
  if (adds) {
    const body = adds.closest("fieldset").querySelector("tbody");
    const row = body.lastElementChild.cloneNode(true);
    for (const input of row.querySelectorAll("input")) input.value = "";
    body.append(row);
    row.querySelector("input").focus();
  }
  const removes = event.target.closest("[data-removes]");
  if (removes) {
    const row = removes.closest("tr");
    if (row.parentElement.children.length > 1) row.remove();
    else for (const input of row.querySelectorAll("input")) input.value = "";
    later();
  }
});
