// The commands, found by what is typed in a box. Arrows choose, Enter takes, Tab writes it out,
// Ctrl+Enter opens the form of a command that could do without.

export class Palette extends EventTarget {
  #commands = [];
  #found = [];
  #at = 0;

  /** `words(text)` is what is looked for; undefined where no command is meant. */
  constructor(list, text, words) {
    super();
    Object.assign(this, { list, text, words });
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the text keeps the focus
    list.addEventListener("click", ({ target }) => {
      const item = target.closest("li");
      if (item) this.#choose(this.#found[Number(item.dataset.at)], Boolean(target.closest("button")));
    });
  }

  set commands(commands) {
    this.#commands = commands.filter(({ typed }) => typed);
  }

  get open() {
    return !this.list.hidden;
  }

  update() {
    const words = this.words(this.text.value)?.toLowerCase();
    this.#found = words === undefined ? [] : found(this.#commands, words);
    this.#at = 0;
    this.#draw();
  }

  close() {
    this.#found = [];
    this.#draw();
  }

  /** True if the key was the palette's. */
  key(event) {
    if (!this.open) return false;
    const { length } = this.#found;
    const chosen = this.#found[this.#at];
    if (event.key === "ArrowDown") this.#at = (this.#at + 1) % length;
    else if (event.key === "ArrowUp") this.#at = (this.#at + length - 1) % length;
    else if (event.key === "Escape") this.#found = [];
    else if (event.key === "Tab" && !event.shiftKey) this.#write(chosen);
    else if (event.key === "Enter") this.#choose(chosen, event.ctrlKey || event.metaKey);
    else return false;
    event.preventDefault();
    this.#draw();
    return true;
  }

  #write({ name }) {
    this.text.value = `/${name} `;
    this.close();
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #choose({ name, options }, form) {
    this.close();
    this.dispatchEvent(new CustomEvent("choose", { detail: { command: name, form: form && options.length > 0 } }));
  }

  #draw() {
    this.list.hidden = this.#found.length === 0;
    this.text.setAttribute("aria-expanded", String(this.open));
    this.list.replaceChildren(...this.#found.map((command, at) => this.#item(command, at)));
    if (this.open) this.text.setAttribute("aria-activedescendant", `${this.list.id}-${this.#at}`);
    else this.text.removeAttribute("aria-activedescendant");
    this.list.children[this.#at]?.scrollIntoView({ block: "nearest" });
  }

  #item({ name, help, options }, at) {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${at}`;
    item.dataset.at = at;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(at === this.#at));
    item.appendChild(document.createElement("b")).textContent = `/${name}`;
    item.appendChild(document.createElement("i")).textContent = options.map((option) => option.name).join(" ");
    item.appendChild(document.createElement("span")).textContent = help;
    if (options.length && !needs(options)) {
      const more = item.appendChild(document.createElement("button"));
      Object.assign(more, { type: "button", tabIndex: -1, textContent: "Options…", ariaLabel: `Options of /${name}` });
    }
    return item;
  }
}

/** Those that begin so, before those that have it anywhere. */
function found(commands, words) {
  const begins = ({ name }) => name.startsWith(words);
  const has = ({ name, help }) => words.length > 1 && !words.includes(" ") && `${name} ${help}`.toLowerCase().includes(words);
  return [...commands.filter(begins), ...commands.filter((command) => !begins(command) && has(command))];
}

function needs(options) {
  return options.some((option) => option.required);
}
