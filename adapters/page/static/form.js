// A command's options as a form. It closes when Parley has what was filled in.

import { field } from "./fields.js";

export class Form extends EventTarget {
  #fields = [];
  #asked = {};
  #waiting = "";

  constructor(dialog) {
    super();
    Object.assign(this, { dialog, person: "", largest: Infinity });
    this.send = dialog.querySelector("[type=submit]");
    dialog.querySelector("[type=button]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => (this.#waiting = ""));
    dialog.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) dialog.firstElementChild.requestSubmit();
    });
    dialog.firstElementChild.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
  }

  /** `asked` has `channel`, `thread`, `values` by name, `files` for the options that take one, `on`, and `button`. */
  open(command, asked, about = "") {
    this.#asked = { ...asked, command: command.name };
    const files = [...(asked.files ?? [])];
    const start = ({ kind, name }) => (kind === "file" ? files.shift() : asked.values?.[name]);
    this.#fields = command.options.map((option) => field(option, start(option), this.#help()));
    const [title, help, quote, body] = ["h2", "h2 + p", "blockquote", ".fields"].map((part) => this.dialog.querySelector(part));
    title.textContent = called(command, asked);
    help.textContent = command.help;
    quote.textContent = about;
    quote.hidden = !about;
    body.replaceChildren(...this.#fields.map(({ element }) => element));
    this.#wait("");
    this.complain("");
    if (!this.dialog.open) this.dialog.showModal();
    (body.querySelector(":invalid") ?? body.querySelector("input, textarea, select"))?.focus();
  }

  complain(sentence) {
    const problem = this.dialog.querySelector("[role=alert]");
    problem.textContent = sentence;
    problem.hidden = !sentence;
  }

  /** Whether this form waits for the answer to what was done with this id. */
  awaits(id) {
    return this.#waiting === id;
  }

  /** Parley has it, or says why not. */
  answered(sentence, again = false) {
    if (!sentence) return this.dialog.close();
    this.complain(sentence);
    if (!again) this.#wait("");
  }

  #help() {
    const suggestions = (option, text, signal) => this.#suggestions(option, text, signal);
    const changed = () => (this.send.disabled = this.#fields.some((one) => one.busy()));
    return { person: this.person, largest: this.largest, suggestions, changed };
  }

  async #suggestions(option, text, signal) {
    const { channel, thread, command } = this.#asked;
    const chosen = JSON.stringify(this.#chosen(option));
    const asked = new URLSearchParams({ channel, thread, command, option, text, chosen });
    const answer = await fetch(`/suggestions/${this.person}?${asked}`, { signal });
    return answer.ok ? answer.json() : [];
  }

  /** What the other fields hold, but for what is long. */
  #chosen(but) {
    const held = this.#fields.map((one) => [one.option, one.value()]);
    const short = held.filter(([{ name, kind }, value]) => name !== but && value && kind !== "file" && kind !== "long");
    return Object.fromEntries(short.map(([{ name }, value]) => [name, value]));
  }

  #submit() {
    if (this.send.disabled) return;
    const filled = this.#fields.map((one) => [one.option.name, one.value()]).filter(([, value]) => value);
    const { command, on = "", button = "", channel, thread } = this.#asked;
    const said = { command, on, button, values: Object.fromEntries(filled) };
    const detail = { said, where: { channel, thread }, waiting: (id) => this.#wait(id) };
    this.dispatchEvent(new CustomEvent("use", { detail }));
  }

  #wait(id) {
    this.#waiting = id;
    this.send.disabled = Boolean(id);
    this.send.textContent = id ? "Sending…" : "Send";
  }
}

/** As it was chosen: a button's name is no command that anybody could type. */
function called({ name, shortcut, typed }, { on, button }) {
  if (shortcut && on && !button) return shortcut;
  return typed ? `/${name}` : name[0].toUpperCase() + name.slice(1).replaceAll("_", " ");
}
