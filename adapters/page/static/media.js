// Pictures, things to listen to, and files, below what is said.

import { player } from "./player.js";
import { bytes } from "./upload.js";

/** Bring `root` to show these, and touch no other: what is played goes on. */
export function drawMedia(root, media) {
  const shown = new Map([...root.children].map((element) => [element.dataset.url, element]));
  const wanted = media.map((medium) => shown.get(medium.url) ?? draw(medium));
  for (const element of root.children) if (!wanted.includes(element)) element.remove();
  wanted.forEach((element, at) => root.children[at] === element || root.insertBefore(element, root.children[at] ?? null));
}

function draw(medium) {
  const element = { image: picture, voice, file }[medium.kind](medium);
  element.dataset.url = medium.url;
  return element;
}

function picture(medium) {
  const { url, name, alt, width, height } = medium;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "picture";
  button.ariaLabel = `Enlarge the picture: ${alt || name}`;
  const image = button.appendChild(document.createElement("img"));
  shape(button, width, height);
  image.alt = alt || name;
  image.decoding = "async";
  image.addEventListener("load", () => shape(button, image.naturalWidth, image.naturalHeight)); // turned by its camera
  image.addEventListener("error", () => button.replaceWith(file(medium)));
  image.src = url;
  button.addEventListener("click", () => enlarge(medium));
  return button;
}

/** Room for it before it is there, so that nothing jumps. */
function shape(element, width, height) {
  element.style.setProperty("--ratio", width / height);
  element.style.setProperty("--width", `${width}px`);
}

function enlarge({ url, name, alt }) {
  const dialog = document.getElementById("lightbox");
  const image = dialog.querySelector("img");
  image.alt = alt || name;
  image.src = url;
  dialog.querySelector("figcaption").textContent = alt || name;
  Object.assign(dialog.querySelector("a"), { href: url, download: name });
  dialog.showModal();
}

function voice(medium) {
  const figure = document.createElement("figure");
  figure.className = "voice";
  const caption = figure.appendChild(document.createElement("figcaption"));
  caption.append(medium.name);
  const link = caption.appendChild(document.createElement("a"));
  Object.assign(link, { href: medium.url, download: medium.name, textContent: "Download", ariaLabel: `Download ${medium.name}` });
  figure.append(player(medium));
  return figure;
}

function file({ url, name, size }) {
  const link = document.createElement("a");
  link.className = "file";
  Object.assign(link, { href: url, download: name });
  link.appendChild(document.createElement("b")).textContent = name;
  link.appendChild(document.createElement("small")).textContent = bytes(size);
  return link;
}
