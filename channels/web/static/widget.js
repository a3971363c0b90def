/* The launcher: one small script that a page embeds; it draws the button and fetches the panel
 * only when somebody needs it, so that a page pays for the chat on first use.
 *
 *   <script src="https://advisor.example/widget.js" async></script>
 *
 * Settings come from data-* attributes of that tag, else from `window.advisorSettings`, else from
 * the section [widget] of the assistant's advisor.toml:
 *
 *   server      where the assistant lives; by default the folder this script came from
 *   position    "right" or "left"; by default where a line of the locale ends
 *   locale      BCP 47 tag such as "en-US"; by default the page's lang. Its language decides what
 *               the chat's texts are in, and what is answered in until somebody writes another
 *   dir         "ltr" or "rtl"; by default that of the locale
 *   title       words on the launcher
 *   theme       "auto" (default), "light" or "dark"
 *   accent      colour of buttons, links and the head, as "#7a1f3d"; made readable when it is not
 *   accentDark  the same in dark mode; by default made from accent   (data-accent-dark)
 *   open        true opens the panel at the first visit, unless it would cover a phone's page
 *   hidden      true shows no launcher until advisor("show")
 *   program     id of the program that the page is about, for questions that name none
 *   starters    questions to offer before the first one, separated by | (or a list)
 *   microphone, readAloud   false hides what the browser could do   (data-read-aloud)
 *   strings     (object only) texts that replace the built-in ones, by the keys of
 *               languages/en/widget.json
 *
 * Calls, as advisor("open") or advisor.open(): open, close, toggle, show, hide, ask (text), send
 * (text, leaves the panel as it is), on and off (event, listener), setLocale (tag), context
 * ({program}), identify ({id, expires}, hmac), reset, destroy. docs/guides/widget.md tells each.
 * Calls made before this script has loaded are kept when the page holds this line:
 *
 *   window.advisor = window.advisor || function () { (advisor.q = advisor.q || []).push(arguments); };
 */
(() => {
  "use strict";

  const early = window.advisor?.q ?? [];
  if (window.advisor?.open) return; // embedded twice on one page

  const script = document.currentScript ?? document.querySelector('script[src*="widget.js"]');
  const given = /* [widget] */ {}; // put here by the gateway
  const settings = {
    theme: "auto",
    ...given,
    ...window.advisorSettings,
    ...script?.dataset,
  };
  const chosen = { dir: settings.dir, position: settings.position, strings: settings.strings };
  settings.locale ||= document.documentElement.lang || navigator.language || "en";
  const server = settings.server?.replace(/\/*$/, "/") ?? script?.src ?? "./";
  const base = new URL(".", new URL(server, location.href));

  const RIGHT_TO_LEFT = /^(ar|arc|ckb|dv|fa|he|ks|ku|ps|sd|ug|ur|yi)\b/i;
  /* What the launcher says until more is fetched. */
  const LAUNCHER = {
    launch: "Ask a question",
    unread_one: "{count} unread message",
    unread_other: "{count} unread messages",
    unavailable: "The assistant could not be loaded. Please try again.",
  };
  let texts = LAUNCHER;
  /* The locale that the texts are of: the page's, or English where its language is not there. */
  let spoken = "en";
  let isFetched = false;

  /* The texts of the locale's language, which the gateway answers in English when it has none. The
   * launcher has its few English ones with it, so that an English page fetches nothing for it. */
  async function translate({ isNeeded = false } = {}) {
    const language = settings.locale.split("-")[0].toLowerCase();
    settings.dir = chosen.dir || (RIGHT_TO_LEFT.test(settings.locale) ? "rtl" : "ltr");
    settings.position = chosen.position || (settings.dir === "rtl" ? "left" : "right");
    if (language !== "en" || isNeeded) {
      const name = /^[a-z]{2,8}$/.test(language) ? language : "en";
      const answer = await fetch(new URL(`widget/texts/${name}.json`, base)).catch(() => null);
      isFetched = Boolean(answer?.ok);
      if (isFetched) texts = await answer.json();
      const isOurs = isFetched && answer.headers.get("Content-Language") === language;
      spoken = isOurs || chosen.strings || given.texts?.[language] ? settings.locale : "en";
    } else {
      texts = LAUNCHER;
      isFetched = false;
      spoken = settings.locale;
    }
    const own = { ...given.texts?.[spoken.split("-")[0].toLowerCase()], ...chosen.strings };
    settings.strings = own;
    texts = { ...texts, ...own };
  }

  /* A phone shows the panel over the whole page, see panel.css. */
  const PHONE = "(max-width: 480px), (max-height: 420px)";

  const STYLE = `
    :host { all: initial !important; position: fixed !important; z-index: 2147483000 !important;
      inset: auto 0 0 auto !important; display: block !important;
      color-scheme: light dark !important; font: 400 16px/1.5 system-ui, -apple-system, "Segoe UI",
        Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif !important; }
    :host([data-position="left"]) { inset: auto auto 0 0 !important; }
    :host([data-theme="light"]) { color-scheme: light !important; }
    :host([data-theme="dark"]) { color-scheme: dark !important; }
    [hidden], :host([data-hidden]) .launcher { display: none !important; }
    .launcher { position: fixed; bottom: max(20px, env(safe-area-inset-bottom)); right: 20px;
      display: flex; align-items: center; gap: 10px; min-height: 56px;
      padding: 0 22px 0 18px; border: 0; border-radius: 28px; cursor: pointer;
      font: inherit; font-weight: 600; line-height: 1.2; color: var(--advisor-on-accent, #fff);
      background: var(--advisor-accent, #0b5566);
      box-shadow: 0 1px 2px rgb(0 0 0 / .2), 0 8px 24px rgb(5 40 50 / .28);
      transition: transform .16s ease, box-shadow .16s ease; }
    :host([data-position="left"]) .launcher { right: auto; left: 20px; }
    .launcher:hover { transform: translateY(-2px);
      box-shadow: 0 2px 4px rgb(0 0 0 / .24), 0 12px 30px rgb(5 40 50 / .34); }
    .launcher:focus-visible { outline: 3px solid #1a5fb4; outline-offset: 2px;
      box-shadow: 0 0 0 2px #fff, 0 0 0 7px #fff; }
    .launcher svg { width: 26px; height: 26px; flex: none; }
    .badge { position: absolute; inset-block-start: -6px; inset-inline-end: -4px; min-width: 24px;
      height: 24px; padding: 0 7px; box-sizing: border-box; border-radius: 12px; text-align: center;
      font-size: 13px; font-weight: 700; line-height: 24px; color: #fff; background: #b3261e;
      box-shadow: 0 0 0 2px #fff; }
    .trouble { position: fixed; bottom: 88px; right: 20px; margin: 0;
      max-width: 260px; padding: 12px 16px; border-radius: 12px; font-size: 15px;
      color: #fff; background: #7a1c16; }
    :host([data-position="left"]) .trouble { right: auto; left: 20px; }
    @media (prefers-reduced-motion: reduce) { .launcher { transition: none; } }
    @media print { :host { display: none !important; } }
    @media (forced-colors: active) { .launcher { border: 2px solid ButtonText; } }`;

  /* What the browser keeps for this site and this server; a refused localStorage is no obstacle. */
  const memory = new Map();
  const prefix = `advisor:${base.host}${base.pathname}:`;
  const store = {
    prefix,
    get(name) {
      try {
        return localStorage.getItem(prefix + name);
      } catch {
        return memory.get(name) ?? null;
      }
    },
    set(name, value) {
      memory.set(name, value);
      try {
        localStorage.setItem(prefix + name, value);
      } catch {
        /* kept in memory for as long as the page lives */
      }
    },
    remove(name) {
      memory.delete(name);
      try {
        localStorage.removeItem(prefix + name);
      } catch {
        /* there was nothing to remove */
      }
    },
    names() {
      try {
        return Object.keys(localStorage)
          .filter((key) => key.startsWith(prefix))
          .map((key) => key.slice(prefix.length));
      } catch {
        return [...memory.keys()];
      }
    },
  };

  const EVENTS = ["ready", "open", "close", "message", "unread", "identified", "erased"];
  const listeners = new Map(EVENTS.map((name) => [name, new Set()]));
  let isReady = false;
  function emit(event, value) {
    for (const listener of listeners.get(event)) {
      try {
        listener(value);
      } catch (error) {
        console.error(`advisor: a listener of "${event}" failed`, error);
      }
    }
  }

  const host = document.createElement("advisor-widget");
  const root = host.attachShadow({ mode: "open" });
  /* A constructed sheet is allowed under any content security policy of the page around. */
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const button = document.createElement("button");
  button.type = "button";
  button.className = "launcher";
  button.setAttribute("aria-haspopup", "dialog");
  button.setAttribute("aria-expanded", "false");
  const label = text("span", "label", "");
  button.append(bubble(), label);
  const badge = text("span", "badge", "");
  badge.hidden = true;
  button.append(badge);
  const trouble = text("p", "trouble", "");
  trouble.setAttribute("role", "alert");
  trouble.hidden = true;
  root.append(button, trouble);
  button.addEventListener("click", () => open());

  function text(tag, name, words) {
    const element = document.createElement(tag);
    element.className = name;
    element.textContent = words;
    return element;
  }

  function bubble() {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("fill", "currentColor");
    path.setAttribute(
      "d",
      "M12 3c5.2 0 9 3.3 9 7.6s-3.8 7.6-9 7.6c-.9 0-1.8-.1-2.6-.3L5.3 20.4c-.7.3-1.3-.2-1.2-.9" +
        "l.6-3.5C3.6 14.7 3 12.7 3 10.6 3 6.3 6.8 3 12 3ZM8 9.4a1.2 1.2 0 1 0 0 2.4" +
        " 1.2 1.2 0 0 0 0-2.4Zm4 0a1.2 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4Zm4 0a1.2" +
        " 1.2 0 1 0 0 2.4 1.2 1.2 0 0 0 0-2.4Z",
    );
    svg.append(path);
    return svg;
  }

  let unread = 0;
  function showUnread(count) {
    badge.hidden = count === 0;
    badge.textContent = count > 99 ? "99+" : count || "";
    const words = count === 1 ? texts.unread_one : texts.unread_other;
    const title = settings.title || texts.launch;
    button.setAttribute(
      "aria-label",
      count ? `${title}, ${words.replace("{count}", count)}` : title,
    );
    if (count !== unread) emit("unread", count);
    unread = count;
  }

  /* What the settings say, on the launcher; again after another locale. */
  function dress() {
    host.dataset.position = settings.position === "left" ? "left" : "right";
    host.dataset.theme = ["light", "dark"].includes(settings.theme) ? settings.theme : "auto";
    host.dir = settings.dir;
    label.textContent = settings.title || texts.launch;
    trouble.textContent = texts.unavailable;
    showUnread(unread);
    paint();
  }

  /* A colour of the site's, changed until it can be read on the bubbles of the panel. White stands
   * on the light one, and the dark ground on the dark one: both lie further off than the bubbles. */
  const GROUNDS = { light: [238, 242, 243], dark: [39, 44, 52] }; // --quiet in panel.css
  const LEGIBLE = 4.5; // WCAG 2.2, 1.4.3
  function paint() {
    const light = rgb(settings.accent);
    if (!light) return;
    const dark = rgb(settings.accentDark) ?? light;
    const { style } = host;
    style.setProperty("--advisor-accent", legible(light, GROUNDS.light, [0, 0, 0]));
    style.setProperty("--advisor-accent-dark", legible(dark, GROUNDS.dark, [255, 255, 255]));
  }

  function rgb(colour) {
    const digits = /^#([0-9a-f]{6})$/i.exec(colour ?? "")?.[1];
    return digits ? [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16)) : null;
  }

  /* The colour, mixed with black or white just as far as it takes to be read on a ground. */
  function legible(colour, ground, with_) {
    let mixed = colour;
    for (let part = 0; part < 1 && contrast(mixed, ground) < LEGIBLE; part += 0.02) {
      mixed = colour.map((one, at) => Math.round(one + (with_[at] - one) * part));
    }
    return `rgb(${mixed.join(" ")})`;
  }

  /* Contrast ratio as WCAG 2.2 defines it, from 1 to 21. */
  function contrast(one, other) {
    const [bright, dim] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (bright + 0.05) / (dim + 0.05);
  }

  function luminance(colour) {
    const [r, g, b] = colour.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  /* The panel, fetched once. The number in the address makes a browser try again after a failure
   * rather than remember it. */
  const LONGEST_ID = 255; // as the gateway takes it
  const context = { program: settings.program?.slice(0, LONGEST_ID) || null, identity: null };
  const shared = { root, base, settings, store, context, phone: PHONE };
  let loading = null;
  let attempt = 0;
  function panel() {
    const address = new URL(`widget/panel.js${attempt ? `?attempt=${attempt}` : ""}`, base);
    loading ??= Promise.all([import(address), said()])
      .then(([module]) => module.mount({ ...shared, texts, spoken, emit, showUnread, onClose }))
      .catch((error) => {
        loading = null;
        attempt += 1;
        console.error("advisor: the panel could not be loaded", error);
        throw error;
      });
    return loading;
  }

  /* All texts, fetched now when they were not before. */
  async function said() {
    await dressed;
    if (isFetched) return;
    await translate({ isNeeded: true });
    if (!isFetched) throw new Error("the texts could not be had");
    dress();
  }

  async function open({ focus = true } = {}) {
    trouble.hidden = true;
    button.setAttribute("aria-busy", "true");
    try {
      const loaded = await panel();
      button.hidden = true;
      button.setAttribute("aria-expanded", "true");
      store.set("open", location.href);
      loaded.open({ focus });
      emit("open");
    } catch {
      trouble.hidden = false;
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  function onClose({ focus = true } = {}) {
    button.hidden = false;
    button.setAttribute("aria-expanded", "false");
    store.set("open", "");
    if (focus) button.focus();
    emit("close");
  }

  async function close() {
    if (loading) (await loading).close();
  }

  /* The panel anew, in another locale: what is written and not sent goes with it. */
  async function rebuild() {
    if (!loading) return;
    const old = await loading;
    const { isOpen, draft } = old;
    old.destroy();
    loading = null;
    const made = await panel();
    made.draft = draft;
    if (isOpen) made.open({ focus: false });
  }

  const api = {
    open: () => open(),
    close,
    toggle: () => (button.hidden ? close() : open()),
    show: () => host.removeAttribute("data-hidden"),
    hide: () => host.setAttribute("data-hidden", ""),
    async ask(question) {
      await open();
      if (loading) (await loading).ask(String(question));
    },
    async send(question) {
      (await panel()).ask(String(question));
    },
    async reset() {
      context.identity = null;
      if (loading) (await loading).reset();
      else store.names().forEach((name) => store.remove(name));
      showUnread(0);
    },
    async setLocale(locale) {
      settings.locale = String(locale);
      dressed = translate().then(dress);
      await dressed;
      await rebuild();
    },
    context({ program = null } = {}) {
      context.program = program ? String(program).slice(0, LONGEST_ID) : null;
    },
    async identify({ id, expires } = {}, hmac) {
      context.identity = { student: String(id), expires: Number(expires), hmac: String(hmac) };
      if (loading) (await loading).identify();
    },
    on(event, listener) {
      listenersOf(event).add(listener);
      if (event === "ready" && isReady) listener();
      return () => api.off(event, listener);
    },
    off(event, listener) {
      listenersOf(event).delete(listener);
    },
    async destroy() {
      host.remove();
      delete window.advisor;
      if (loading) (await loading).destroy();
    },
  };

  function listenersOf(event) {
    if (listeners.has(event)) return listeners.get(event);
    throw new TypeError(`advisor.on: no event "${event}"; there are ${EVENTS.join(", ")}`);
  }

  function advisor(name, ...values) {
    if (!Object.hasOwn(api, name)) {
      console.warn(`advisor: no call "${name}"; there are ${Object.keys(api).join(", ")}`);
      return undefined;
    }
    return api[name](...values);
  }
  window.advisor = Object.assign(advisor, api);

  let dressed = translate().then(dress);
  async function start() {
    await dressed;
    if (String(settings.hidden) === "true") api.hide();
    document.body.append(host);
    isReady = true;
    emit("ready");
    for (const call of early) advisor(...call);

    const openedAt = store.get("open");
    const firstVisit = openedAt === null;
    const samePage = openedAt === location.href;
    const wide = !matchMedia(PHONE).matches;
    const greets = firstVisit && wide && String(settings.open) === "true";
    if (openedAt ? wide || samePage : greets) {
      open({ focus: false });
    } else if (store.get("session")) {
      /* Somebody who has written before: listen for a reply, when the page has nothing better to do. */
      (window.requestIdleCallback ?? setTimeout)(() => panel().catch(() => {}));
    }
  }
  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);
})();
