// One message: what a person said, or Parley's answer with its sign, notices and buttons.

import { Markdown, copy } from "./markdown.js";

export class Message extends EventTarget {
  #post;
  #markdown;
  #frame = 0;

  constructor(post) {
    super();
    this.#post = { status: "", notices: [], buttons: [], ...post };
    this.mine = post.by !== "parley";
    this.element = document.createElement("article");
    this.element.className = this.mine ? "mine" : "answer";
    this.element.dataset.id = post.id;
    this.element.setAttribute("aria-label", this.mine ? "You" : "Parley");
    this.body = this.#part("div", this.mine ? "said" : "markdown");
    this.status = this.#part("p", "status");
    this.notices = this.#part("div", "notices");
    this.buttons = this.#part("div", "buttons");
    this.#markdown = new Markdown(this.body);
    this.#draw();
  }

  get id() {
    return this.#post.id;
  }

  get at() {
    return this.#post.at;
  }

  get text() {
    return this.#post.text;
  }

  get running() {
    return !this.mine && !this.#post.done;
  }

  get stop() {
    return this.#post.buttons.find((button) => button.id.startsWith("parley:stop:"));
  }

  set pending(pending) {
    this.element.classList.toggle("pending", pending);
  }

  /** A whole post or a change to one: `append` is what the text grew by. */
  change({ append, ...rest }) {
    Object.assign(this.#post, rest);
    if (append) this.#post.text += append;
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const { text, status, notices, done } = this.#post;
    if (this.mine) this.body.textContent = text;
    else this.#markdown.show(text);
    this.element.classList.toggle("running", this.running);
    this.element.classList.toggle("private", Boolean(this.#post.private));
    this.element.setAttribute("aria-busy", String(this.running));
    this.status.textContent = done ? "" : status;
    this.notices.replaceChildren(...notices.map(notice));
    this.#drawButtons();
  }

  #drawButtons() {
    const wanted = this.#post.buttons.map(({ id, label }) => `${id} ${label}`).join("\n") + this.#post.done;
    if (this.mine || this.buttons.dataset.shown === wanted) return;
    this.buttons.dataset.shown = wanted;
    const buttons = this.#post.buttons.map((button) => this.#button(button));
    if (this.#post.done && this.#post.text) buttons.push(this.#copy());
    this.buttons.replaceChildren(...buttons);
  }

  #button({ id, label }) {
    const made = pill(label);
    if (id.startsWith("parley:stop:")) made.classList.add("stop");
    made.addEventListener("click", () => {
      made.disabled = true;
      this.dispatchEvent(new CustomEvent("press", { detail: id }));
    });
    return made;
  }

  #copy() {
    const made = pill("Copy");
    made.addEventListener("click", () => copy(made, this.#post.text));
    return made;
  }

  #part(tag, name) {
    const made = this.element.appendChild(document.createElement(tag));
    made.className = name;
    return made;
  }
}

function pill(label) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  return made;
}

function notice(sentence) {
  const made = document.createElement("div");
  made.className = "notice";
  made.setAttribute("role", "note");
  new Markdown(made.appendChild(document.createElement("div"))).show(sentence);
  const who = made.appendChild(document.createElement("small"));
  who.textContent = "Only you see this";
  return made;
}
