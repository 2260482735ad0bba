// Where one writes. Enter sends, Shift+Enter makes a new line, Esc stops the answer.

import { Palette } from "./palette.js";

export class Composer extends EventTarget {
  constructor({ form, text, send, palette, problem, attachments }) {
    super();
    Object.assign(this, { text, send, problem, attachments });
    this.longest = Infinity;
    this.eager = false; // Enter was pressed while a file was on its way
    this.palette = new Palette(palette, text, (typed) => /^\/([\w-]*(?: [\w-]*)?)$/.exec(typed)?.[1]);
    this.palette.addEventListener("choose", ({ detail }) => {
      this.#set("");
      this.#tell("choose", { ...detail, files: attachments.take() });
    });
    attachments.addEventListener("change", () => this.#attached());
    attachments.addEventListener("complain", ({ detail }) => {
      this.eager = false;
      this.complain(detail);
    });
    text.addEventListener("input", () => this.#changed());
    text.addEventListener("keydown", (event) => this.#key(event));
    text.addEventListener("blur", () => this.palette.close());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  /** Where what one writes goes. */
  set placeholder(words) {
    this.text.placeholder = words;
    this.text.ariaLabel = words;
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
  giveBack({ text, files }) {
    if (this.text.value) return;
    this.attachments.put(files);
    this.#set(text);
  }

  #set(text) {
    this.text.value = text;
    this.#changed();
  }

  #attached() {
    this.#enable();
    if (this.eager) this.#submit();
  }

  #changed() {
    this.eager = false;
    this.complain(this.#length > this.longest ? tooLong(this.#length, this.longest) : "");
    this.#enable();
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight}px`;
    this.palette.update();
  }

  get #length() {
    return [...this.text.value.trim()].length;
  }

  #enable() {
    const { empty, busy } = this.attachments;
    this.send.disabled = busy || this.#length > this.longest || (empty && this.#length === 0);
  }

  #key(event) {
    if (event.isComposing || this.palette.key(event)) return;
    if (event.key === "Escape") this.#tell("stop");
    if (event.key === "ArrowUp" && !this.text.value) this.#tell("again");
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    this.eager = this.attachments.busy;
    if (this.send.disabled) return;
    const said = { text: this.text.value.trim(), files: this.attachments.take() };
    this.#set("");
    this.#tell("say", said);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function tooLong(length, longest) {
  return `${length.toLocaleString("en")} characters; ${longest.toLocaleString("en")} is the most. Shorten it, or send it in parts.`;
}
