// "Ask the assistant": a question to what is not published yet.

import { send } from "/console/static/console.js";

for (const form of document.querySelectorAll("form.ask")) {
  const answer = form.parentElement.querySelector(".asked");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    answer.textContent = "Asking… The first question takes some seconds.";
    try {
      const told = await send("/staff/publish/ask", {
        question: form.elements.question.value,
        proposal: form.dataset.proposal,
      });
      answer.innerHTML = told.html; // Sanitised by the gateway.
      for (const source of told.sources) {
        const line = document.createElement("p");
        line.className = "small soft";
        line.textContent = `${source.title}: “${source.quote}”`;
        answer.append(line);
      }
    } catch (error) {
      answer.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  });
}
