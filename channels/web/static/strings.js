/* Finding the panel's words, and saying days and times as a locale has them. The words themselves are
 * data, a file of each language: languages/CODE/widget.json. */

/* A function say(key, values). `texts` are those of the language that is spoken, which `locale` is
 * of; `own` replaces single ones, as settings.strings does. */
export function sayIn(locale, texts, own = {}) {
  const said = { ...texts, ...own };
  const plural = new Intl.PluralRules(locale);
  return function say(key, values = {}) {
    const form = "count" in values ? said[`${key}_${plural.select(values.count)}`] : undefined;
    const pattern = form ?? said[key] ?? said[`${key}_other`] ?? key;
    return pattern.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
  };
}

/* The locale as a well-formed BCP 47 tag, null when it is none: a page may say anything. */
export function tagOf(locale) {
  return /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(locale) && locale.length <= 35 ? locale : null;
}

/* "1 July 2026" or "1 de julio de 2026" of an ISO date; "" for none. In English as the answers say
 * days, wherever the reader is, so that one bubble has one style. */
export function dayIn(locale, iso) {
  const day = iso ? new Date(`${iso}T00:00:00Z`) : null;
  if (!day || Number.isNaN(day.getTime())) return "";
  const style = /^en\b/i.test(locale) ? "en-GB" : locale;
  return new Intl.DateTimeFormat(style, { dateStyle: "long", timeZone: "UTC" }).format(day);
}

/* The time of day of a message, in the reader's own zone; "" for none. */
export function timeIn(locale, iso) {
  const at = iso ? new Date(iso) : null;
  if (!at || Number.isNaN(at.getTime())) return "";
  return new Intl.DateTimeFormat(locale, { timeStyle: "short" }).format(at);
}
