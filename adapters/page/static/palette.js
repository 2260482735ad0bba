// The commands, offered while a "/" is typed. Arrows choose, Enter or Tab takes, Esc closes.

export class Palette extends EventTarget {
  #commands = [];
  #found = [];
  #at = 0;

  constructor(list, text) {
    super();
    Object.assign(this, { list, text });
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the text keeps the focus
      const item = event.target.closest("li");
      if (item) this.#take(this.#found[Number(item.dataset.at)]);
    });
  }

  set commands(commands) {
    this.#commands = commands.filter(({ typed }) => typed);
  }

  get open() {
    return !this.list.hidden;
  }

  update() {
    const typed = /^\/([\w-]*(?: [\w-]*)?)$/.exec(this.text.value)?.[1];
    this.#found = typed === undefined ? [] : this.#commands.filter(({ name }) => name.startsWith(typed.toLowerCase()));
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
    if (event.key === "ArrowDown") this.#at = (this.#at + 1) % length;
    else if (event.key === "ArrowUp") this.#at = (this.#at + length - 1) % length;
    else if (event.key === "Escape") this.#found = [];
    else if (event.key === "Tab" || (event.key === "Enter" && !this.#runs())) this.#take(this.#found[this.#at]);
    else return false;
    event.preventDefault();
    this.#draw();
    return true;
  }

  /** Whether what is typed is all that the command needs. */
  #runs() {
    const { name, options } = this.#found[this.#at];
    return name === this.text.value.slice(1).toLowerCase() && !needs(options);
  }

  #take({ name, options }) {
    this.text.value = needs(options) ? "" : `/${name} `;
    this.close();
    if (needs(options)) this.dispatchEvent(new CustomEvent("choose", { detail: name }));
    this.text.focus();
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #draw() {
    this.list.hidden = this.#found.length === 0;
    this.text.setAttribute("aria-expanded", String(this.open));
    this.list.replaceChildren(...this.#found.map((command, at) => this.#item(command, at)));
    if (this.open) this.text.setAttribute("aria-activedescendant", `command-${this.#at}`);
    else this.text.removeAttribute("aria-activedescendant");
    this.list.children[this.#at]?.scrollIntoView({ block: "nearest" });
  }

  #item({ name, help, options }, at) {
    const item = document.createElement("li");
    item.id = `command-${at}`;
    item.dataset.at = at;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(at === this.#at));
    item.appendChild(document.createElement("b")).textContent = `/${name}`;
    item.appendChild(document.createElement("i")).textContent = options.map((option) => option.name).join(" ");
    item.appendChild(document.createElement("span")).textContent = help;
    return item;
  }
}

/** A command that cannot do without some value opens its form. */
function needs(options) {
  return options.some((option) => option.required);
}
