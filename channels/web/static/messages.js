/* One message as the reader sees it: bubble, sources, and what became of the student's own. */

import { element, icon } from "./dom.js";
import { fragmentOf, safeAddress } from "./markup.js";
import { dayIn, timeIn } from "./strings.js";

/* Characters of a quote that go into an address; it is enough to find the place, and servers refuse
 * a request line of more than 8 KB. */
const LONGEST_QUOTE = 500;

/* place: {say, locale, base} */
export function messageElement(message, place) {
  const { say } = place;
  const isOwn = message.author === "student";
  const body = element("div", { class: "body" });
  if (isOwn || !message.html) body.textContent = message.text;
  else body.append(fragmentOf(message.html, place.base, say("new_tab")));

  const content = element("div", { class: "content" }, whoSpan(message, say));
  if (message.abstained) content.append(element("p", { class: "tag" }, say("abstained")));
  content.append(body);
  if (message.files?.length) content.append(filesElement(message.files, say));
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
    element("div", { class: "meta" }, timeElement(message.at, place.locale)),
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

function whoOf(message, say) {
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

/* Files to keep, such as the calendar of a plan; their content came with the message. */
function filesElement(files, say) {
  return element("ul", { class: "files", "aria-label": say("files") }, ...files.map(fileElement));
}

function fileElement({ name, media_type, text }) {
  const href = `data:${media_type};charset=utf-8,${encodeURIComponent(text)}`;
  return element("li", {}, element("a", { href, download: name }, name));
}

function sourcesElement(citations, place) {
  const { say } = place;
  const title = say("sources", { count: citations.length });
  return element(
    "section",
    { class: "sources", "aria-label": title },
    element("p", { class: "sources-title", "aria-hidden": "true" }, title),
    element("ol", {}, ...citations.map((citation) => sourceElement(citation, place))),
  );
}

function sourceElement(citation, place) {
  const { say, base } = place;
  const address = sourceAddress(citation, base);
  const title = address
    ? element(
        "a",
        { href: address, target: "_blank", rel: "noopener noreferrer" },
        citation.title,
        icon("external"),
        element("span", { class: "unseen" }, ` (${say("new_tab")})`),
      )
    : element("span", { class: "untitled" }, citation.title);
  const item = element(
    "li",
    {},
    element("div", { class: "source-title" }, title),
    element("p", { class: "dates" }, ...datesOf(citation, place)),
  );
  if (citation.quote) {
    item.append(
      element(
        "details",
        {},
        element("summary", {}, say("show_quote")),
        element("blockquote", {}, citation.quote),
      ),
    );
  }
  return item;
}

/* The assistant's own page of a published document, with its dates and the quote marked; it links to
 * the original. What names no document opens at its own address, if it has a safe one. */
function sourceAddress({ document_id, passage_id, quote, url }, base) {
  if (!document_id) return url ? safeAddress(url, base) : null;
  const page = new URL(`sources/${encodeURIComponent(document_id)}`, base);
  if (quote) page.searchParams.set("quote", quote.slice(0, LONGEST_QUOTE));
  if (quote && passage_id) page.searchParams.set("passage", passage_id);
  page.hash = encodeURIComponent(passage_id ?? "");
  return page.href;
}

function datesOf(citation, { say, locale }) {
  const from = dayIn(locale, citation.effective_from);
  const until = dayIn(locale, citation.effective_to);
  const on = dayIn(locale, citation.last_verified);
  const parts = [];
  if (from && until) parts.push(say("in_force_between", { from, until }));
  else if (from) parts.push(say("in_force_from", { from }));
  else if (until) parts.push(say("in_force_until", { until }));
  else parts.push(say("no_dates"));
  if (on) parts.push(say("last_verified", { on }));
  return parts.map((words) => element("span", {}, words));
}
