// The messages of the open thread, oldest first, and where one reads.

import { Message } from "./message.js";

const NEAR = 80; // px from the end that still count as reading the end

export class Conversation {
  #messages = new Map();

  constructor({ posts, scroll, welcome, latest, spoken }) {
    Object.assign(this, { posts, scroll, welcome, latest, spoken, person: "" });
    this.following = true;
    this.at = { channel: "", thread: "" };
    this.wanted = ""; // the message that was looked for
    scroll.addEventListener("scroll", () => this.#follow(this.#atEnd()));
    latest.addEventListener("click", () => this.toEnd());
    new ResizeObserver(() => (this.following ? this.#scroll() : this.#follow(this.#atEnd()))).observe(posts);
  }

  /** Another place, of which nothing is known yet. */
  clear(at, wanted = "") {
    Object.assign(this, { at, wanted });
    this.posts.classList.toggle("timeline", this.#isTimeline);
    this.#messages.clear();
    this.posts.replaceChildren();
    this.#drawWelcome();
    this.toEnd();
  }

  /** The whole thread as the server has it; what else is shown was not acknowledged yet. */
  show(posts, pending) {
    const known = new Set([...posts, ...pending].map((post) => post.id));
    for (const id of this.#messages.keys()) if (!known.has(id)) this.remove(id);
    for (const post of posts) this.put(post);
    for (const said of pending) if (!this.#messages.has(said.id)) this.putPending(said);
    this.#reveal();
  }

  /** What was looked for is brought before one's eyes, once. */
  #reveal() {
    const found = this.#messages.get(this.wanted)?.element;
    this.wanted = "";
    if (!found) return;
    this.#follow(false);
    found.scrollIntoView({ block: "center" });
    found.classList.add("found");
  }

  get #isTimeline() {
    return Boolean(this.at.channel) && !this.at.thread;
  }

  put(post) {
    const message = this.#messages.get(post.id) ?? this.#add(post);
    message.change(post);
    message.pending = false;
    this.#place(message);
  }

  putPending({ id, text, files }) {
    const going = (url) => (this.at.channel ? url : url.replace("/new/", `/${id}/`)); // to where it will be
    const media = (files ?? []).map((file) => ({ ...file, url: going(file.url) }));
    this.#add({ id, text, media, by: this.person, at: Infinity, done: true }).pending = true;
    this.toEnd();
  }

  get(id) {
    return this.#messages.get(id);
  }

  /** The person's last message that can be edited. */
  get editable() {
    return [...this.#messages.values()].filter((message) => message.open).sort((a, b) => a.at - b.at).at(-1);
  }

  change({ id, ...change }) {
    const message = this.#messages.get(id);
    if (!message) return;
    const ran = message.running;
    message.change(change);
    if (ran && !message.running) this.spoken.textContent = "Parley has answered.";
  }

  remove(id) {
    this.#messages.get(id)?.element.remove();
    this.#messages.delete(id);
    this.#drawWelcome();
  }

  /** The answer under way that can be stopped, the latest first. */
  get stoppable() {
    return [...this.#messages.values()].findLast((message) => message.running && message.stop);
  }

  toEnd() {
    this.#follow(true);
    this.#scroll();
  }

  #add(post) {
    const message = new Message(post, this.person, this.#isTimeline);
    this.#messages.set(post.id, message);
    this.#place(message);
    this.#drawWelcome();
    if (message.running) this.spoken.textContent = "Parley is answering.";
    return message;
  }

  #place({ element, at }) {
    const later = (other) => other !== element && this.#messages.get(other.dataset.id).at > at;
    const next = [...this.posts.children].find(later) ?? null;
    if (element.isConnected && element.nextElementSibling === next) return;
    this.posts.insertBefore(element, next);
  }

  #drawWelcome() {
    this.welcome.hidden = this.#messages.size > 0;
  }

  #atEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroll;
    return scrollHeight - scrollTop - clientHeight < NEAR;
  }

  #follow(following) {
    this.following = following;
    this.latest.hidden = following;
  }

  #scroll() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }
}
