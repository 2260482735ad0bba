// The channels that all share: choose one, or make one. A dot says that something was said there.

export class Channels extends EventTarget {
  #lines = new Map();
  #open = "";

  constructor({ list, form, create }) {
    super();
    Object.assign(this, { list, form, create, person: "" });
    this.box = form.querySelector("input");
    create.addEventListener("click", () => this.#ask(form.hidden));
    this.box.addEventListener("input", () => (this.box.value = tidy(this.box.value)));
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.#ask(false);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#tell("create", `#${this.box.value}`);
      this.#ask(false);
    });
  }

  welcome(names) {
    this.#lines.clear();
    this.list.replaceChildren();
    for (const name of names) this.add(name);
  }

  add(name) {
    if (this.#lines.has(name)) return;
    const item = document.createElement("li");
    const line = item.appendChild(document.createElement("button"));
    Object.assign(line, { type: "button", title: name, textContent: name });
    line.addEventListener("click", () => this.#tell("choose", name));
    this.#lines.set(name, line);
    const next = [...this.#lines.keys()].sort().find((other) => other > name);
    this.list.insertBefore(item, this.#lines.get(next)?.parentElement ?? null);
  }

  /** Somebody said something there. */
  stir(name, by) {
    if (by && by !== this.person && name !== this.#open) this.#news(this.#lines.get(name), true);
  }

  mark(name) {
    this.#open = name;
    for (const [other, line] of this.#lines) {
      if (other === name) line.setAttribute("aria-current", "page");
      else line.removeAttribute("aria-current");
    }
    if (this.#lines.has(name)) this.#news(this.#lines.get(name), false);
  }

  #news(line, there) {
    line.classList.toggle("news", there);
    line.ariaDescription = there ? "There is something new" : "";
  }

  #ask(shown) {
    this.form.hidden = !shown;
    this.create.setAttribute("aria-expanded", String(shown));
    this.box.value = "";
    (shown ? this.box : this.create).focus();
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** As channels are called: lower case, no spaces. */
function tidy(name) {
  return name.toLowerCase().replaceAll(" ", "-").replace(/^[^a-z0-9]+|[^a-z0-9_-]/g, "");
}
