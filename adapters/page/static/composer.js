// Where one writes. Enter sends, Shift+Enter makes a new line, Esc stops the answer.

import { Palette } from "./palette.js";

export class Composer extends EventTarget {
  constructor({ form, text, send, palette, problem }) {
    super();
    Object.assign(this, { text, send, problem });
    this.longest = Infinity;
    this.palette = new Palette(palette, text);
    text.addEventListener("input", () => this.#changed());
    text.addEventListener("keydown", (event) => this.#key(event));
    text.addEventListener("blur", () => this.palette.close());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  focus() {
    this.text.focus();
  }

  /** A sentence above the box; "" takes it away. */
  complain(sentence) {
    this.problem.textContent = sentence;
    this.problem.hidden = !sentence;
  }

  /** What was not taken comes back, unless one already writes something else. */
  giveBack(text) {
    if (this.text.value) return;
    this.#set(text);
  }

  #set(text) {
    this.text.value = text;
    this.#changed();
  }

  #changed() {
    const { value } = this.text;
    const length = [...value.trim()].length;
    this.complain(length > this.longest ? tooLong(length, this.longest) : "");
    this.send.disabled = length === 0 || length > this.longest;
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight}px`;
    this.palette.update();
  }

  #key(event) {
    if (event.isComposing || this.palette.key(event)) return;
    if (event.key === "Escape") this.dispatchEvent(new Event("stop"));
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    if (this.send.disabled) return;
    const text = this.text.value.trim();
    this.#set("");
    this.dispatchEvent(new CustomEvent("say", { detail: text }));
  }
}

function tooLong(length, longest) {
  return `${length.toLocaleString("en")} characters; ${longest.toLocaleString("en")} is the most. Shorten it, or send it in parts.`;
}
