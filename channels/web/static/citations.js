/* Sources under an answer, each with its dates and its words, and the marks in the text that lead to
 * them. */

import { element, icon } from "./dom.js";
import { safeAddress } from "./markup.js";
import { dayIn } from "./strings.js";

/* Characters of a quote that go into an address; it is enough to find the place, and servers refuse
 * a request line of more than 8 KB. */
const LONGEST_QUOTE = 500;
const MARK = /\[(\d{1,2})\]/;
/* A mark does not stand alone on a line of its own. */
const SPACED_MARK = / (\[\d{1,2}\])/g;

/* The list of sources; place: {say, locale, base}. */
export function sourcesElement(citations, place) {
  const { say } = place;
  const title = say("sources", { count: citations.length });
  return element(
    "div",
    { class: "sources", role: "group", "aria-label": title },
    element("p", { class: "sources-title", "aria-hidden": "true" }, title),
    element("ol", {}, ...citations.map((citation) => sourceElement(citation, place))),
  );
}

/* Turn every "[2]" of an answer's body into a link to its second source, told with its dates. */
export function linkMarks(body, citations, place) {
  const texts = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const isFree = !texts.currentNode.parentElement.closest("a, code, pre");
    if (isFree && MARK.test(texts.currentNode.data)) found.push(texts.currentNode);
  }
  for (const text of found) {
    const parts = text.data.replace(SPACED_MARK, "\u00a0$1").split(MARK);
    text.replaceWith(...parts.map((part, at) => (at % 2 ? mark(part, citations, place) : part)));
  }
}

function mark(number, citations, place) {
  const citation = citations[number - 1];
  const address = citation && addressOf(citation, place.base);
  if (!address) return `[${number}]`;
  const told = [`${place.say("sources", { count: 1 })} ${number}: ${citation.title}`];
  told.push(...datesOf(citation, place), place.say("new_tab"));
  return element(
    "a",
    {
      class: "mark",
      href: address,
      target: "_blank",
      rel: "noopener noreferrer",
      title: told.slice(0, -1).join(". "),
      "aria-label": told.join(". "),
    },
    number,
  );
}

function sourceElement(citation, place) {
  const { say, base } = place;
  const address = addressOf(citation, base);
  const title = address
    ? element(
        "a",
        { href: address, target: "_blank", rel: "noopener noreferrer" },
        citation.title,
        icon("external"),
        element("span", { class: "unseen" }, ` (${say("new_tab")})`),
      )
    : element("span", { class: "untitled" }, citation.title);
  const dates = datesOf(citation, place).map((words) => element("span", {}, words));
  const item = element(
    "li",
    {},
    element("div", { class: "source-title" }, title),
    element("p", { class: "dates" }, ...dates),
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
export function addressOf({ document_id, passage_id, quote, url }, base) {
  if (!document_id) return url ? safeAddress(url, base) : null;
  const page = new URL(`sources/${encodeURIComponent(document_id)}`, base);
  if (quote) page.searchParams.set("quote", quote.slice(0, LONGEST_QUOTE));
  if (quote && passage_id) page.searchParams.set("passage", passage_id);
  page.hash = encodeURIComponent(passage_id ?? "");
  return page.href;
}

/* From when to when a source holds and when it was checked, each in words. */
export function datesOf(citation, { say, locale }) {
  const from = dayIn(locale, citation.effective_from);
  const until = dayIn(locale, citation.effective_to);
  const on = dayIn(locale, citation.last_verified);
  const parts = [];
  if (from && until) parts.push(say("in_force_between", { from, until }));
  else if (from) parts.push(say("in_force_from", { from }));
  else if (until) parts.push(say("in_force_until", { until }));
  else parts.push(say("no_dates"));
  if (on) parts.push(say("last_verified", { on }));
  return parts;
}
