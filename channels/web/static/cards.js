/* Programs and ways of a plan as cards: the server tells them as a heading with what follows it, and
 * here they are framed, with the facts of a program one under the other. */

import { element } from "./dom.js";

const NUMBERED = /^\d+\. /;
/* Kinds of an answer that number what they show. */
const WITH_CARDS = new Set(["programs", "plan"]);

/* Frame the numbered parts of an answer's body, in place. */
export function frameCards(body, kind) {
  if (!WITH_CARDS.has(kind)) return;
  for (const heading of [...body.children].filter(isHeading)) {
    const card = element("div", { class: "card", role: "group" });
    heading.before(card);
    card.setAttribute("aria-label", heading.querySelector("strong").textContent);
    heading.className = "card-title";
    let next = heading;
    do {
      card.append(next);
      next = card.nextElementSibling;
    } while (next && !isHeading(next) && !isRemark(next) && belongs(next, kind));
    const facts = kind === "programs" && card.querySelector("ul > li");
    if (facts) listFacts(facts);
  }
}

function isHeading(block) {
  const first = block.firstChild;
  return block.localName === "p" && first?.localName === "strong" && NUMBERED.test(first.textContent);
}

/* A paragraph that is slanted as a whole speaks of the answer, not of one card. */
function isRemark(block) {
  return block.localName === "p" && block.children.length === 1 && block.firstChild.localName === "em";
}

/* Of a program its list belongs to its card; of a way all that follows. */
function belongs(block, kind) {
  return kind === "plan" || block.localName === "ul";
}

/* "Cost: $500 · Length: 8 weeks" as a list of terms, when every part names what it is. */
function listFacts(item) {
  const parts = item.textContent.split(" · ").map((part) => part.match(/^([^:]{1,40}): (.+)$/s));
  if (item.children.length || parts.length < 2 || parts.some((part) => !part)) return;
  const rows = parts.map(([, name, value]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, value)),
  );
  const list = item.parentElement;
  list.before(element("dl", { class: "facts" }, ...rows));
  item.remove();
  if (!list.children.length) list.remove();
}
