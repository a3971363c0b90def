/* What is asked before it is done: to wait for a person, to begin again, to erase, to be listened
 * to. */

import { element } from "./dom.js";

export class Decisions {
  #say;
  #bar;
  #store;
  #done;

  /* `done` is called after each, to give the focus back. */
  constructor(say, bar, store, done) {
    this.#say = say;
    this.#bar = bar;
    this.#store = store;
    this.#done = done;
  }

  /* When a person answers, how long it may take, and the other ways; institution: as `ready` has
   * it, null before that. */
  person(institution, yes) {
    const say = this.#say;
    const { office_hours: hours, expected_wait: wait, email, phone } = institution ?? {};
    const lines = [
      hours && say("person_hours", { hours }),
      wait ? say("person_wait", { wait }) : say("person_wait_unknown"),
    ];
    const ways = [
      email && element("a", { href: `mailto:${email}` }, email),
      phone && element("a", { href: `tel:${phone.replace(/[^+\d]/g, "")}` }, phone),
    ].filter(Boolean);
    this.#ask(
      [
        element("strong", {}, say("person_ask")),
        ...lines.filter(Boolean).map((words) => element("span", {}, words)),
        ways.length ? element("span", { class: "ways" }, ...ways) : null,
      ],
      ["person_yes", yes],
      ["person_no"],
    );
  }

  restart(yes) {
    this.#ask([this.#words("restart_ask")], ["restart_yes", yes], ["restart_no"]);
  }

  erase(yes) {
    this.#ask([this.#words("erase_ask")], ["erase_no"], ["erase_yes", yes]);
  }

  /* What became of the wish; frame: as the gateway sends it. */
  erased({ receipt, messages, forgotten }) {
    const what = this.#say("erased", { count: messages, receipt });
    const words = [element("strong", {}, what)];
    if (!forgotten) words.push(this.#words("erased_later"));
    this.#ask(words, ["understood"]);
  }

  /* Once on this device: some browsers send what they hear to their maker. */
  listen(yes) {
    const agreed = () => {
      this.#store.set("may-listen", "yes");
      yes();
    };
    if (this.#store.get("may-listen")) yes();
    else this.#ask([this.#words("listen_ask")], ["listen_yes", agreed], ["listen_no"]);
  }

  #words(key) {
    return element("span", {}, this.#say(key));
  }

  #ask(content, ...choices) {
    const told = choices.map(([key, action]) => [this.#say(key), action]);
    this.#bar.ask(content.filter(Boolean), told, this.#done);
  }
}
