// Markdown to safe elements. While an answer grows, only the blocks that changed are made anew.

import { Marked } from "./vendor/marked.js";
import DOMPurify from "./vendor/dompurify.js";

const escape = (text) =>
  text.replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => escape(text), // read it, do not run it
    image: ({ href, text }) => `<a href="${escape(href)}">${escape(text || href)}</a>`, // no request unasked
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
  },
});

const CLEAN = {
  RETURN_DOM_FRAGMENT: true,
  ALLOWED_TAGS: [
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "del", "code", "pre", "a",
    "blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td",
  ],
  ALLOWED_ATTR: ["href", "title", "align", "start"],
  ADD_URI_SAFE_ATTR: ["title", "align", "start"], // the rest must match what follows
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
};

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName !== "A") return;
  node.setAttribute("target", "_blank");
  node.setAttribute("rel", "noopener noreferrer nofollow");
});

export class Markdown {
  #blocks = [];

  constructor(root) {
    this.root = root;
  }

  show(text) {
    const blocks = marked.lexer(text).filter((block) => block.type !== "space");
    blocks.forEach((block, at) => this.#show(block, at));
    while (this.root.children.length > blocks.length) this.root.lastChild.remove();
    this.#blocks = blocks;
  }

  #show(block, at) {
    const before = this.#blocks[at];
    const old = this.root.children[at];
    if (before?.raw === block.raw) return;
    if (before?.type === "code" && block.type === "code" && before.lang === block.lang) {
      old.querySelector("code").textContent = block.text; // keeps a reader's selection and focus
      return;
    }
    const made = block.type === "code" ? code(block) : prose(block);
    if (old) old.replaceWith(made);
    else this.root.append(made);
  }
}

function prose(block) {
  const made = document.createElement("div");
  made.append(DOMPurify.sanitize(marked.parser([block]), CLEAN));
  for (const table of made.querySelectorAll("table")) {
    const frame = document.createElement("div");
    frame.className = "table";
    table.replaceWith(frame);
    frame.append(table);
  }
  return made;
}

function code({ lang, text }) {
  const made = document.createElement("div");
  made.className = "code";
  const bar = made.appendChild(document.createElement("div"));
  bar.appendChild(document.createElement("span")).textContent = lang?.split(/\s/)[0] || "text";
  const button = bar.appendChild(document.createElement("button"));
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", () => copy(button, made.querySelector("code").textContent));
  const pre = made.appendChild(document.createElement("pre"));
  pre.tabIndex = 0; // a long line is scrolled by keyboard
  pre.appendChild(document.createElement("code")).textContent = text;
  return made;
}

export async function copy(button, text) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select and copy by hand"; // the browser gives no clipboard here
  }
  setTimeout(() => (button.textContent = label), 1600);
}
