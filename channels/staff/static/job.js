// Shows how far a piece of work has come, and goes where it leads.

import { hear, open } from "/console/static/live.js";

const card = document.getElementById("job");
const address = `/staff/jobs/${card.dataset.job}`;

function tell(job) {
  if (job.goes_to) return location.replace(job.goes_to);
  if (job.problem) return location.replace(address);
  const bar = card.querySelector("progress");
  document.getElementById("step").textContent = job.total ? `${job.what}: ${job.done} of ${job.total}` : job.what;
  if (job.total) {
    bar.max = job.total;
    bar.value = job.done;
  }
}

async function look() {
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (response.ok) tell(await response.json());
}

if (card.querySelector("progress")) {
  hear("job", tell);
  hear("ready", look);
  hear("reset", look);
  open(`${address}/live`);
}
