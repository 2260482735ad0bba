// The lists of channels and conversations, and who one is. On a phone it lies over the page.

import { named } from "./people.js";

export class Sidebar extends EventTarget {
  #lines = new Map();

  constructor({ sidebar, threads, people, label, menu, veil, close, fresh }) {
    super();
    Object.assign(this, { sidebar, threads, people, label, menu, veil, fresh });
    menu.addEventListener("click", () => this.show(true));
    for (const way of [veil, close]) way.addEventListener("click", () => this.show(false));
    sidebar.addEventListener("keydown", (event) => event.key === "Escape" && this.show(false));
    fresh.addEventListener("click", () => this.#choose(""));
    people.addEventListener("change", ({ target }) => this.#tell("become", target.value));
  }

  show(open) {
    const closing = !open && this.sidebar.classList.contains("open");
    this.sidebar.classList.toggle("open", open);
    this.veil.hidden = !open;
    this.menu.setAttribute("aria-expanded", String(open));
    if (open) this.fresh.focus();
    if (closing) this.menu.focus();
  }

  welcome({ person, people, label, threads }) {
    this.label.textContent = label;
    this.people.hidden = people.length === 0;
    this.#drawPeople(people, person);
    this.#lines.clear();
    this.threads.replaceChildren();
    for (const thread of threads.toReversed()) this.add(thread);
  }

  #drawPeople(people, person) {
    const shown = [...this.people.querySelectorAll("input")];
    if (shown.length === 0) this.people.append(...people.map((name) => choice(name, name === person)));
    for (const radio of shown) radio.checked = radio.value === person; // keeps the focus
  }

  add({ id, title }) {
    const known = this.#lines.get(id);
    if (known) return void (known.title = known.textContent = title);
    const item = document.createElement("li");
    const line = item.appendChild(document.createElement("button"));
    line.type = "button";
    line.title = line.textContent = title;
    line.addEventListener("click", () => this.#choose(id));
    this.threads.prepend(item);
    this.#lines.set(id, line);
  }

  has(id) {
    return this.#lines.has(id);
  }

  title(id) {
    return this.#lines.get(id)?.textContent ?? "New conversation";
  }

  mark(id) {
    for (const [other, line] of this.#lines) {
      if (other === id) line.setAttribute("aria-current", "page");
      else line.removeAttribute("aria-current");
    }
  }

  #choose(id) {
    this.show(false);
    this.#tell("choose", id);
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

function choice(person, checked) {
  const label = document.createElement("label");
  const radio = label.appendChild(document.createElement("input"));
  Object.assign(radio, { type: "radio", name: "person", value: person, checked });
  label.append(named(person));
  return label;
}
