// What stands at a message: how Parley marked it, and what only its reader is told.

import { Markdown } from "./markdown.js";

export function reaction(emoji) {
  const made = Object.assign(document.createElement("span"), { textContent: emoji, title: "By Parley" });
  made.setAttribute("role", "img");
  made.ariaLabel = `${emoji} by Parley`;
  return made;
}

export function notice(sentence) {
  const made = document.createElement("div");
  made.className = "notice";
  made.setAttribute("role", "note");
  new Markdown(made.appendChild(document.createElement("div"))).show(sentence);
  made.appendChild(document.createElement("small")).textContent = "Only you see this";
  return made;
}
