// All commands, from wherever one is: Ctrl+K or ⌘K, then type, choose, Enter.

import { Palette } from "./palette.js";

export class Launcher extends EventTarget {
  constructor(dialog, opener) {
    super();
    const box = dialog.querySelector("input");
    this.palette = new Palette(dialog.querySelector("ul"), box, (typed) => typed.trim().replace(/^\//, ""));
    this.palette.addEventListener("choose", ({ detail }) => {
      dialog.close();
      this.dispatchEvent(new CustomEvent("choose", { detail }));
    });
    const none = dialog.querySelector("[role=status]");
    const update = () => {
      this.palette.update();
      none.hidden = this.palette.open;
    };
    const open = () => {
      if (document.querySelector("dialog[open]")) return;
      box.value = "";
      dialog.showModal();
      update();
    };
    box.addEventListener("input", update);
    box.addEventListener("keydown", (event) => !["Escape", "Tab"].includes(event.key) && this.palette.key(event));
    opener.addEventListener("click", open);
    addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
      event.preventDefault();
      if (dialog.open) dialog.close();
      else open();
    });
  }
}
