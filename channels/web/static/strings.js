/* Every word that the panel says. Another language is a file of data, `languages/CODE/widget.json`,
 * with the same keys and those of the launcher. */

const ENGLISH = {
  assistant: "Assistant",
  assistant_of: "{institution} assistant",
  disclosure: "Automated assistant",
  welcome_title: "Ask about micro-credentials",
  welcome:
    "I am an automated assistant, not a person. I answer from published pages and show my " +
    "sources. Staff can read this conversation, so please leave out private details such as " +
    "ID or card numbers.",
  you: "You",
  staff: "Staff member",
  notice: "Notice",
  log: "Conversation",
  log_hint: "Use the up and down arrow keys to move between messages.",
  typing: "The assistant is writing",
  message_label: "Your question",
  placeholder: "Type your question…",
  send: "Send",
  close: "Close chat",
  menu: "More options",
  talk_to_person: "Talk to a person",
  talk_to_person_message: "I would like to talk to a person",
  restart: "Start a new conversation",
  restart_ask: "Start again? This conversation will no longer be shown on this device.",
  restart_yes: "Start again",
  restart_no: "Keep it",
  sources_one: "Source",
  sources_other: "Sources",
  files: "Files to save",
  new_tab: "opens in a new tab",
  in_force_from: "In force from {from}",
  in_force_until: "In force until {until}",
  in_force_between: "In force from {from} to {until}",
  last_verified: "Last checked {on}",
  no_dates: "No effective date is stated",
  show_quote: "Show the words quoted",
  abstained: "Not found in the published information",
  suggestions: "Suggestions",
  starters: "What programs can I take online?|Can I get financial aid?|How do I apply?",
  sending: "Sending…",
  waiting: "Will be sent when you are connected again",
  failed: "Not sent.",
  failed_too_long: "Not sent: the message is too long.",
  failed_too_fast: "Not sent: that was quick. Wait a moment, then try again.",
  failed_unanswered: "Not sent: no answer from the server.",
  retry: "Try again",
  connecting: "Connecting…",
  reconnecting: "No connection to the assistant. Trying again…",
  offline: "You are offline. What you write is sent when you are connected again.",
  online: "Connected again.",
  refused:
    "This site is not registered with the assistant, so the chat cannot be used here. " +
    "If this is your site, add its address to the assistant’s allowed origins.",
  characters_left: "{count} characters left",
  too_long: "{count} characters over the limit of {limit}",
  jump: "New messages",
  says: "{who}: {words}",
  with_sources_one: "{count} source",
  with_sources_other: "{count} sources",
  larger: "Make the chat larger",
  person_ask: "Talk to a person at the institution?",
  person_hours: "A person answers {hours}.",
  person_wait: "The usual wait is {wait}.",
  person_wait_unknown: "How long that will be is not known.",
  person_yes: "Ask for a person",
  person_no: "Not now",
  waiting_for_person: "You have asked for a person",
  with_person: "A person is answering",
  save_transcript: "Download this conversation",
  transcript_of: "Conversation, saved {when}",
  transcript_file: "conversation",
  erase: "Erase my data",
  erase_ask:
    "Erase this conversation for good, here and at the institution? Nobody can bring it " +
    "back.",
  erase_yes: "Erase it",
  erase_no: "Keep it",
  erased_one: "{count} message was erased. Your receipt: {receipt}",
  erased_other: "{count} messages were erased. Your receipt: {receipt}",
  erased_later:
    "One part of the assistant could not be reached and will be erased as soon as it can.",
  erase_failed:
    "Nothing was erased: there is no connection to the assistant. Please try again later.",
  understood: "All right",
  was_helpful: "Was this helpful?",
  helpful_yes: "Yes",
  helpful_no: "No",
  why_not: "What was wrong?",
  reason_wrong: "It is not correct",
  reason_incomplete: "Something is missing",
  reason_off_topic: "I asked something else",
  reason_unclear: "Hard to understand",
  reason_other: "Something else",
  thanks: "Thank you for telling us.",
  read_aloud: "Read aloud",
  speak: "Speak your question",
  listening: "Listening. Speak now.",
  not_heard:
    "Your browser could not listen. Check that it may use the microphone, or type your " +
    "question.",
  listen_ask:
    "Your browser turns what you say into text and may send the sound to its maker for " +
    "that. The institution receives only the text that you send.",
  listen_yes: "Speak",
  listen_no: "Type instead",
};

/* A function say(key, values) for a locale. `translation` holds the texts of its language, {} when
 * there are none; `own` replaces single texts, as settings.strings does. */
export function sayIn(locale, translation, own = {}) {
  const texts = { ...ENGLISH, ...translation, ...own };
  const plural = new Intl.PluralRules(Object.keys(translation).length ? locale : "en");
  return function say(key, values = {}) {
    const form = "count" in values ? texts[`${key}_${plural.select(values.count)}`] : undefined;
    const pattern = form ?? texts[key] ?? texts[`${key}_other`] ?? key;
    return pattern.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  };
}

/* The locale as a well-formed BCP 47 tag, null when it is none: a page may say anything. */
export function tagOf(locale) {
  return /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(locale) && locale.length <= 35 ? locale : null;
}

/* "July 1, 2026" or "1 July 2026", as the locale has it, of an ISO date; "" for none. */
export function dayIn(locale, iso) {
  const day = iso ? new Date(`${iso}T00:00:00Z`) : null;
  if (!day || Number.isNaN(day.getTime())) return "";
  return new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" }).format(day);
}

/* The time of day of a message, in the reader's own zone; "" for none. */
export function timeIn(locale, iso) {
  const at = iso ? new Date(iso) : null;
  if (!at || Number.isNaN(at.getTime())) return "";
  return new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(at);
}
