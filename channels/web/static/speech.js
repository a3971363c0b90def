/* Speaking and being read to, by what the browser itself has; where it has nothing, nothing shows. */

/* Turns one utterance of the student into text. */
export class Ear {
  #Recognition = window.SpeechRecognition ?? window.webkitSpeechRecognition;
  #running = null;

  get exists() {
    return Boolean(this.#Recognition);
  }

  get isListening() {
    return this.#running !== null;
  }

  /* on: {hear(text) as often as the browser has understood more, end(error or null)} */
  listen(locale, on) {
    const running = new this.#Recognition();
    running.lang = locale;
    running.interimResults = true;
    running.onresult = ({ results }) =>
      on.hear([...results].map(([likeliest]) => likeliest.transcript).join(""));
    let error = null;
    running.onerror = (event) => (error = event.error);
    running.onend = () => {
      this.#running = null;
      on.end(error);
    };
    this.#running = running;
    running.start();
  }

  stop() {
    this.#running?.stop();
  }
}

/* Reads answers aloud, one at a time, in a voice that needs no server when there is one. */
export class Voice {
  #speech = window.speechSynthesis;

  /* Whether there is a voice for a language; voices may come later, then `changed` is called. */
  speaks(locale) {
    return Boolean(this.#voiceFor(locale));
  }

  whenChanged(changed, signal) {
    this.#speech?.addEventListener?.("voiceschanged", changed, { signal });
  }

  /* Read words; `end` is called when it is over, also when it was stopped. */
  read(words, locale, end) {
    this.stop();
    const said = new SpeechSynthesisUtterance(words);
    said.lang = locale;
    said.voice = this.#voiceFor(locale);
    said.onend = end;
    said.onerror = end;
    this.#speech.speak(said);
  }

  stop() {
    this.#speech?.cancel();
  }

  #voiceFor(locale) {
    const language = locale.split("-")[0].toLowerCase();
    const all = this.#speech?.getVoices() ?? [];
    const fit = all.filter((voice) => voice.lang.split(/[-_]/)[0].toLowerCase() === language);
    return fit.find((voice) => voice.localService) ?? fit[0] ?? null;
  }
}
