/* The conversation as a text file to keep, each answer with its sources. */

import { addressOf, datesOf } from "./citations.js";
import { whoOf } from "./messages.js";

const RULE = "-".repeat(72);

/* messages: of the gateway, in order; place: {say, locale, base, title}. */
export function transcriptText(messages, place) {
  const { say, locale, title } = place;
  const now = momentIn(locale, new Date());
  const head = [title, say("transcript_of", { when: now }), say("disclosure")];
  return [head.join("\n"), ...messages.map((message) => toldText(message, place))]
    .join(`\n\n${RULE}\n\n`)
    .concat("\n");
}

/* Have the browser save a text under a name. */
export function save(name, text, media = "text/plain") {
  const link = document.createElement("a");
  link.href = `data:${media};charset=utf-8,${encodeURIComponent(text)}`;
  link.download = name;
  link.click();
}

function toldText(message, place) {
  const { say, locale } = place;
  const lines = [`${whoOf(message, say)}, ${momentIn(locale, new Date(message.at))}`, "", message.text.trim()];
  const sources = message.citations ?? [];
  if (sources.length) lines.push("", say("sources", { count: sources.length }));
  sources.forEach((source, at) => lines.push(...sourceText(source, at + 1, place)));
  for (const { name, path } of message.attachments ?? []) lines.push("", `${name}: ${new URL(path, place.base)}`);
  for (const file of message.files ?? []) lines.push("", `${file.name}:`, file.text.trim());
  return lines.join("\n");
}

function sourceText(source, number, place) {
  const address = addressOf(source, place.base)?.split(/[?#]/)[0];
  const lines = [`[${number}] ${source.title}`, datesOf(source, place).join(". ")];
  lines.push(...[source.url, address].filter((one, at, all) => one && all.indexOf(one) === at));
  if (source.quote) lines.push(`“${source.quote}”`);
  return lines.map((line, at) => (at ? `    ${line.replaceAll("\n", "\n    ")}` : line));
}

function momentIn(locale, at) {
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(at);
}
