// Something under way or found, at a glance.

import { Markdown } from "./markdown.js";

const STATES = { running: "Running", done: "Done", failed: "Failed" };

/** Bring `root` to show these; a bar that grows is the same bar. */
export function drawCards(root, cards) {
  while (root.children.length > cards.length) root.lastChild.remove();
  cards.forEach((card, at) => draw(root.children[at] ?? root.appendChild(frame()), card));
}

function frame() {
  const made = document.createElement("section");
  made.className = "card";
  const head = made.appendChild(document.createElement("header"));
  head.append(document.createElement("b"), document.createElement("span"));
  const body = made.appendChild(document.createElement("div"));
  body.className = "markdown";
  made.markdown = new Markdown(body);
  made.append(document.createElement("dl"), document.createElement("progress"));
  return made;
}

function draw(made, { title, markdown, fields, progress, state }) {
  made.dataset.state = state;
  made.ariaLabel = title;
  made.querySelector("b").textContent = title;
  made.querySelector("header span").textContent = STATES[state] ?? "";
  made.markdown.show(markdown);
  made.querySelector("dl").replaceChildren(...fields.map(pair));
  const bar = made.querySelector("progress");
  bar.hidden = progress === null && state !== "running";
  bar.ariaLabel = `${title}: progress`;
  if (progress === null) bar.removeAttribute("value"); // nobody knows how far
  else bar.value = progress;
}

function pair([name, value]) {
  const made = document.createElement("div");
  made.appendChild(document.createElement("dt")).textContent = name;
  made.appendChild(document.createElement("dd")).textContent = value;
  return made;
}
