// One message: what a person said, or Parley's answer with its cards, files, notices and buttons.
// What is done with it are events of its element: press, edit, thread and actions.

import { drawButtons } from "./buttons.js";
import { drawCards } from "./card.js";
import { edit } from "./editor.js";
import { Markdown, copy } from "./markdown.js";
import { drawMedia } from "./media.js";
import { named } from "./people.js";
import { notice, reaction } from "./signs.js";

const EMPTY = { text: "", status: "", notices: [], buttons: [], cards: [], media: [], rated: "", aside: "", about: "", reactions: [], replies: 0 };
const GONE = "This message was deleted.";

export class Message {
  #post;
  #shown = {};
  #markdown;
  #frame = 0;

  /** `begins`: a thread of a channel, which can be opened. */
  constructor(post, person, begins) {
    this.#post = { ...EMPTY, ...post };
    this.mine = post.by === person;
    this.answers = post.by === "parley";
    this.begins = begins;
    this.element = document.createElement("article");
    this.element.className = this.mine ? "mine" : this.answers ? "answer" : "other";
    this.element.dataset.id = post.id;
    this.element.ariaLabel = this.mine ? "You" : named(post.by);
    const parts = ["by", "about", "cards", "body", "media", "reactions", "status", "notices", "buttons", "aside"];
    for (const part of parts) this[part] = this.#part(part);
    this.body.className = this.answers ? "markdown" : "said";
    this.by.textContent = this.mine || this.answers ? "" : named(post.by);
    this.aside.setAttribute("role", "status");
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

  get files() {
    return this.#post.media;
  }

  get running() {
    return this.answers && !this.#post.done;
  }

  /** Whether it can be edited and deleted. */
  get open() {
    return this.mine && !this.#post.fixed && !this.#post.gone && !this.element.classList.contains("pending");
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

  /** What was pressed can be pressed again. */
  release() {
    this.#shown.buttons = "";
    this.#drawButtons();
  }

  edit() {
    edit(this.element, this.text, (text) => this.#tell("edit", { post: this.id, text }));
  }

  #draw() {
    this.#frame = 0;
    const { text, status, done, about, gone } = this.#post;
    if (this.answers) this.#markdown.show(text);
    else this.body.textContent = gone ? GONE : text;
    this.element.classList.toggle("gone", Boolean(gone));
    this.element.classList.toggle("running", this.running);
    this.element.classList.toggle("private", Boolean(this.#post.private));
    this.element.ariaBusy = String(this.running);
    this.about.textContent = about;
    this.status.textContent = done ? "" : status;
    this.#renew("cards", (cards) => drawCards(this.cards, cards));
    this.#renew("media", (media) => drawMedia(this.media, media));
    this.#renew("reactions", (emojis) => this.reactions.replaceChildren(...emojis.map(reaction)));
    this.#renew("notices", (notices) => this.notices.replaceChildren(...notices.map(notice)));
    this.#renew("aside", (aside) => new Markdown(this.aside).show(aside));
    this.#drawButtons();
  }

  /** While a text grows the rest is left alone. */
  #renew(part, draw) {
    const now = this.#post[part];
    if (this.#shown[part] !== now) draw(now);
    this.#shown[part] = now;
  }

  #drawButtons() {
    const { buttons, rated, done, text, replies, gone } = this.#post;
    const wanted = JSON.stringify([buttons, rated, done, Boolean(text), replies, gone]);
    if (this.#shown.buttons === wanted) return;
    this.#shown.buttons = wanted;
    drawButtons(this.buttons, this.#post, {
      thread: this.begins && (() => this.#tell("thread", this.id)),
      press: (id) => this.#tell("press", { message: this, button: id }),
      copy: (button) => copy(button, this.text),
      more: (opener) => this.#tell("actions", { message: this, opener }),
    });
  }

  #tell(type, detail) {
    this.element.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }

  #part(name) {
    const made = this.element.appendChild(document.createElement("div"));
    made.className = name;
    return made;
  }
}
