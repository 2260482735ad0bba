// The files that go with the next message: chosen, dropped, pasted or recorded; uploaded at once.

import { player } from "./player.js";
import { bytes, tooLarge, upload } from "./upload.js";

export class Attachments extends EventTarget {
  #files = []; // {medium, aborter, chip}

  constructor({ list, choose, input, text, veil }) {
    super();
    Object.assign(this, { list, veil, person: "", largest: Infinity, most: Infinity });
    choose.addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.add(input.files);
      input.value = "";
      text.focus();
    });
    text.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.add(event.clipboardData.files);
    });
    this.#takeDropped();
  }

  get busy() {
    return this.#files.some(({ medium }) => !medium);
  }

  get empty() {
    return this.#files.length === 0;
  }

  add(files) {
    for (const file of files) {
      const problem = tooLarge(file, this.largest) || (this.#files.length >= this.most && `${this.most} files are the most that a message takes.`);
      if (problem) this.#complain(problem);
      else this.#upload(file);
    }
  }

  /** What was spoken: it is listened to here before it is sent. */
  addRecorded({ file, ...spoken }) {
    this.#upload(file, spoken);
  }

  /** What was not taken comes back. */
  put(media) {
    for (const medium of media) this.#there(this.#add(medium, {}), medium);
  }

  /** All of them, and none is left. */
  take() {
    const media = this.#files.map(({ medium }) => medium).filter(Boolean);
    this.#files = [];
    this.#changed();
    return media;
  }

  async #upload(file, spoken = {}) {
    const held = this.#add(file, { aborter: new AbortController() });
    try {
      this.#there(held, { ...(await upload(this.person, file, held.aborter.signal)), ...spoken });
    } catch (error) {
      if (error.name !== "AbortError") this.#complain(error.message);
      this.#remove(held);
    }
  }

  #add({ name }, held) {
    held.chip = chip(name, () => this.#remove(held));
    this.#files.push(held);
    this.#changed();
    return held;
  }

  #there(held, medium) {
    held.medium = medium;
    held.chip.classList.remove("uploading");
    held.chip.querySelector("small").textContent = bytes(medium.size);
    if (medium.kind === "image") held.chip.prepend(Object.assign(new Image(), { src: medium.url, alt: "" }));
    if (medium.kind === "voice") held.chip.querySelector("b").replaceWith(player(medium));
    this.#changed();
  }

  #remove(held) {
    held.aborter?.abort();
    this.#files = this.#files.filter((other) => other !== held);
    this.#changed();
  }

  #changed() {
    this.list.replaceChildren(...this.#files.map(({ chip }) => chip));
    this.list.hidden = this.empty;
    this.dispatchEvent(new Event("change"));
  }

  #complain(sentence) {
    this.dispatchEvent(new CustomEvent("complain", { detail: sentence }));
  }

  #takeDropped() {
    const brings = (event) => event.dataTransfer?.types.includes("Files") && !document.querySelector("dialog[open]");
    const show = (shown) => (this.veil.hidden = !shown);
    addEventListener("dragover", (event) => {
      event.preventDefault(); // a file dropped anywhere must not replace the page
      show(brings(event));
    });
    addEventListener("dragleave", (event) => event.relatedTarget || show(false));
    addEventListener("drop", (event) => {
      event.preventDefault();
      show(false);
      if (brings(event)) this.add(event.dataTransfer.files);
    });
  }
}

function chip(name, remove) {
  const made = document.createElement("li");
  made.className = "uploading";
  made.appendChild(document.createElement("b")).textContent = name;
  made.appendChild(document.createElement("small")).textContent = "Uploading…";
  const button = made.appendChild(document.createElement("button"));
  Object.assign(button, { type: "button", textContent: "✕", ariaLabel: `Remove ${name}` });
  button.addEventListener("click", remove);
  return made;
}
