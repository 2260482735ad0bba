// Threads by what was said in them. Arrows choose, Enter opens, Esc ends it.

import { named } from "./people.js";

const TYPING = 150; // ms without a key before it is looked for

export class Search extends EventTarget {
  #timer = 0;
  #aborter = new AbortController();

  constructor({ box, hits, lists, told }) {
    super();
    Object.assign(this, { box, hits, lists, told, person: "" });
    box.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#look(), TYPING);
    });
    box.parentElement.addEventListener("keydown", (event) => this.#key(event));
  }

  clear() {
    this.box.value = "";
    this.#look();
  }

  async #look() {
    this.#aborter.abort();
    this.#aborter = new AbortController();
    const words = this.box.value.trim();
    const found = words ? await this.#found(words, this.#aborter.signal) : [];
    if (found) this.#draw(words, found);
  }

  /** null where somebody typed on, or Parley is out of reach. */
  async #found(words, signal) {
    try {
      const answer = await fetch(`/search/${this.person}?${new URLSearchParams({ words })}`, { signal });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }

  #draw(words, found) {
    this.lists.hidden = Boolean(words);
    this.hits.hidden = !words;
    this.hits.replaceChildren(...found.map((hit) => this.#hit(hit, words)));
    const many = found.length === 1 ? "1 conversation" : `${found.length} conversations`;
    this.told.textContent = !words ? "" : found.length ? many : "Nothing was found.";
  }

  #hit({ channel, thread, title, post, by, snippet }, words) {
    const item = document.createElement("li");
    const button = item.appendChild(document.createElement("button"));
    button.type = "button";
    button.appendChild(document.createElement("b")).textContent = [channel, title].filter(Boolean).join(" · ");
    button.appendChild(document.createElement("span")).append(`${named(by)}: `, ...marked(snippet, words));
    button.addEventListener("click", () => this.dispatchEvent(new CustomEvent("choose", { detail: { channel, thread, post } })));
    return item;
  }

  #key(event) {
    const stops = [this.box, ...this.hits.querySelectorAll("button")];
    const at = stops.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (event.key === "Escape" && this.box.value) {
      event.stopPropagation();
      event.preventDefault();
      this.clear();
      this.box.focus();
    } else if (event.key === "Enter" && at === 0) {
      stops[1]?.click();
    } else if (to !== undefined) {
      event.preventDefault();
      stops[Math.min(Math.max(to, 0), stops.length - 1)].focus();
    }
  }
}

function marked(text, words) {
  const escaped = words.split(/\s+/).map((word) => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  const parts = text.split(new RegExp(`(${escaped.join("|")})`, "giu"));
  return parts.map((part, at) => (at % 2 ? Object.assign(document.createElement("mark"), { textContent: part }) : part));
}
