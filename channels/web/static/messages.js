/* One message as the reader sees it: bubble, sources, and what became of the student's own. */

import { frameCards } from "./cards.js";
import { linkMarks, sourcesElement } from "./citations.js";
import { element, icon } from "./dom.js";
import { feedbackElement } from "./feedback.js";
import { fragmentOf } from "./markup.js";
import { timeIn } from "./strings.js";

/* place: {say, locale, base, rate(message, helpful, reason), read(message, words) or null} */
export function messageElement(message, place) {
  const { say } = place;
  const isOwn = message.author === "student";
  const body = element("div", { class: "body", dir: "auto" });
  if (isOwn || !message.html) body.textContent = message.text;
  else fill(body, message, place);

  const content = element("div", { class: "content" }, whoSpan(message, say));
  if (message.abstained) content.append(element("p", { class: "tag" }, say("abstained")));
  content.append(body);
  const files = [...(message.files ?? []).map(fileElement), ...attached(message, place)];
  if (files.length) content.append(element("ul", { class: "files", "aria-label": say("files") }, ...files));
  if (message.citations?.length) content.append(sourcesElement(message.citations, place));

  return element(
    "div",
    {
      class: `message from-${message.author} kind-${message.kind ?? "text"}`,
      role: "article",
      tabindex: "-1",
      "aria-label": whoOf(message, say),
      "data-seq": message.seq,
    },
    content,
    element(
      "div",
      { class: "meta" },
      timeElement(message.at, place.locale),
      isOwn ? null : readButton(message, place),
    ),
    message.asks_feedback ? feedbackElement(message, place) : null,
  );
}

function fill(body, message, place) {
  body.append(fragmentOf(message.html, place.base, place.say("new_tab")));
  frameCards(body, message.answer_kind);
  if (message.citations?.length) linkMarks(body, message.citations, place);
}

/* Shown only while the browser has a voice for the language, see panel.css. */
function readButton(message, { say, read }) {
  if (!read) return null;
  const onclick = (event) => {
    const shown = event.target.closest(".message");
    read(event.currentTarget, shown.querySelector(".body").innerText.trim());
  };
  return element(
    "button",
    { type: "button", class: "small read", "aria-pressed": "false", onclick },
    icon("sound"),
    say("read_aloud"),
  );
}

/* A message of the student that is not confirmed yet; `markPending` says how it stands. */
export function pendingElement(message, place) {
  const shown = messageElement({ ...message, author: "student", kind: "text" }, place);
  shown.dataset.pending = message.id;
  shown.querySelector(".meta").append(element("span", { class: "status" }));
  return shown;
}

/* status: sending, waiting or failed; onRetry is offered only with failed. */
export function markPending(shown, status, words, say, onRetry) {
  shown.dataset.status = status;
  const place = shown.querySelector(".status");
  const hadFocus = place.contains(shown.getRootNode().activeElement);
  place.replaceChildren(words);
  if (status === "failed") {
    place.append(
      " ",
      element(
        "button",
        { type: "button", class: "retry", onclick: onRetry },
        icon("retry"),
        say("retry"),
      ),
    );
  }
  if (hadFocus) shown.focus();
}

/* The words of a message in one line, for the live region. */
export function spoken(message, shown, say) {
  const words = shown.querySelector(".body").innerText.trim();
  const count = message.citations?.length ?? 0;
  const sources = count ? ` (${say("with_sources", { count })})` : "";
  return say("says", { who: whoOf(message, say), words }) + sources;
}

export function whoOf(message, say) {
  if (message.name) return say("named_person", { name: message.name });
  const names = { student: "you", person: "staff", system: "notice" };
  return say(names[message.author] ?? "assistant");
}

function whoSpan(message, say) {
  const isNamed = message.author === "person";
  return element("span", { class: isNamed ? "who" : "who unseen" }, whoOf(message, say));
}

function timeElement(iso, locale) {
  return element("time", { datetime: iso }, timeIn(locale, iso));
}

/* Files that a person sent, which the assistant keeps. */
function attached({ attachments = [] }, { base, locale }) {
  return attachments.map(({ name, size, path }) => {
    const kilobytes = new Intl.NumberFormat(locale, { style: "unit", unit: "kilobyte", maximumFractionDigits: 0 });
    const words = `${name} (${kilobytes.format(Math.max(1, size / 1000))})`;
    return element("li", {}, element("a", { href: new URL(path, base).href, download: name }, words));
  });
}

/* A file to keep, such as the calendar of a plan; its content came with the message. */
function fileElement({ name, media_type, text }) {
  const href = `data:${media_type};charset=utf-8,${encodeURIComponent(text)}`;
  return element("li", {}, element("a", { href, download: name }, name));
}
