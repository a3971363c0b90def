/* The server's sanitised HTML, checked once more on the way into the page: only these elements and
 * attributes are copied, so that one mistake on either side is not yet a hole. */

const ELEMENTS = new Set(
  ("a b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i li mark ol p pre s small strong sub sup " +
    "table tbody td th thead tr ul").split(" "),
);
const DROPPED_WITH_CONTENT = new Set("iframe math noscript object script style svg template".split(" "));
const SCHEMES = new Set(["http:", "https:", "mailto:", "tel:"]);

/* `address` as an absolute URL when its scheme is one a link may have, else null. */
export function safeAddress(address, base) {
  try {
    const url = new URL(address, base);
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/* A DocumentFragment of `html`. Links open in a new tab and are named so by `newTab`. */
export function fragmentOf(html, base, newTab) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const fragment = document.createDocumentFragment();
  copyChildren(parsed.body, fragment, { base, newTab });
  return fragment;
}

function copyChildren(from, into, links) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      into.append(document.createTextNode(node.data));
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      copyElement(node, into, links);
    }
  }
}

function copyElement(node, into, links) {
  const tag = node.localName;
  if (DROPPED_WITH_CONTENT.has(tag)) return;
  if (!ELEMENTS.has(tag)) {
    copyChildren(node, into, links);
    return;
  }
  const copy = document.createElement(tag);
  if (tag === "a") asLink(copy, node.getAttribute("href"), links);
  if (tag === "ol" && /^\d+$/.test(node.getAttribute("start") ?? "")) copy.start = node.start;
  copyChildren(node, copy, links);
  if (tag === "table") {
    const scroller = document.createElement("div");
    scroller.className = "table";
    scroller.tabIndex = 0;
    scroller.setAttribute("role", "group");
    scroller.append(copy);
    into.append(scroller);
  } else {
    into.append(copy);
  }
}

function asLink(link, address, { base, newTab }) {
  const href = address === null ? null : safeAddress(address, base);
  if (href === null) return;
  link.href = href;
  if (!/^https?:/.test(href)) return;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.title = newTab;
}
