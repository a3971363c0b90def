/* "Was this helpful?" under an answer: asked once, and why not when it was not. */

import { element } from "./dom.js";

/* As the gateway takes them, see channels/web/frames.py. */
const REASONS = ["wrong", "incomplete", "off_topic", "unclear", "other"];

/* place: {say, rate(message, helpful, reason), announce(words)} */
export function feedbackElement(message, place) {
  const { say } = place;
  const shown = element("div", { class: "feedback", "data-rates": message.id });
  const thank = () => {
    const thanks = element("p", { tabindex: "-1" }, say("thanks"));
    shown.replaceChildren(thanks);
    thanks.focus();
  };
  const answer = (helpful) => () => {
    place.rate(message.id, helpful, null);
    if (helpful) thank();
    else askWhy();
  };
  const askWhy = () => {
    const because = (reason) => () => {
      place.rate(message.id, false, reason);
      thank();
    };
    const reasons = REASONS.map((reason) => button(say(`reason_${reason}`), because(reason)));
    shown.replaceChildren(group(say("why_not"), reasons));
    reasons[0].focus();
    shown.scrollIntoView({ block: "nearest" });
  };
  shown.append(
    group(say("was_helpful"), [
      button(say("helpful_yes"), answer(true)),
      button(say("helpful_no"), answer(false)),
    ]),
  );
  return shown;
}

function group(question, buttons) {
  return element(
    "div",
    { role: "group", "aria-label": question },
    element("span", { "aria-hidden": "true" }, question),
    ...buttons,
  );
}

function button(words, onclick) {
  return element("button", { type: "button", class: "small", onclick }, words);
}
