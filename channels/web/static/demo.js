/* The demo page's buttons open the chat, and ask a sample question in it, through the widget's own
 * calls: an example of how a site does the same. */

for (const button of document.querySelectorAll("[data-advisor]")) {
  button.addEventListener("click", () => window.advisor(button.dataset.advisor));
}

for (const button of document.querySelectorAll("[data-question]")) {
  button.addEventListener("click", () => window.advisor("ask", button.dataset.question));
}
