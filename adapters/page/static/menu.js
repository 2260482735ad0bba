// What can be done with one message. Arrows choose, Esc closes.

export class Menu {
  constructor(root) {
    this.root = root;
    root.addEventListener("keydown", (event) => this.#key(event));
    root.addEventListener("toggle", ({ newState }) => newState === "closed" && this.opener?.setAttribute("aria-expanded", "false"));
  }

  /** `items`: {label, act, sure}; what is `sure` only at a second press says so at the first. */
  open(opener, items) {
    this.opener = opener;
    this.root.replaceChildren(...items.map((item) => this.#item(item)));
    opener.setAttribute("aria-expanded", "true");
    this.root.showPopover();
    this.#place(opener.getBoundingClientRect());
    this.root.firstChild.focus();
  }

  #item({ label, act, sure }) {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", textContent: label });
    made.setAttribute("role", "menuitem");
    made.addEventListener("click", () => {
      if (sure && made.textContent !== sure) {
        made.textContent = sure;
        made.classList.add("sure");
        return;
      }
      this.root.hidePopover();
      act();
    });
    return made;
  }

  #place({ left, right, top, bottom }) {
    const { offsetWidth: width, offsetHeight: height } = this.root;
    const below = bottom + height + 8 < innerHeight;
    this.root.style.top = `${below ? bottom + 4 : Math.max(8, top - height - 4)}px`;
    this.root.style.left = `${Math.max(8, left + width + 8 < innerWidth ? left : right - width)}px`;
  }

  #key(event) {
    const items = [...this.root.children];
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (event.key === "Tab") this.root.hidePopover();
    if (next === undefined) return;
    event.preventDefault();
    items.at(next % items.length).focus();
  }
}
