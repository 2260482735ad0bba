// Where one is, and how one goes elsewhere.

import { channels, composer, connection, conversation, sidebar } from "./parts.js";
import { drawPlace } from "./place.js";
import * as route from "./route.js";

export let at = route.read(location.hash);
let person = ""; // as the greeting has it

/** `post`: the message to bring before one's eyes. */
export function go({ post, ...to }, wanted = post) {
  at = { channel: "", thread: "", ...to };
  history.replaceState(null, "", route.write(at));
  conversation.clear(at, wanted);
  connection.open(at);
  draw();
  composer.focus();
}

export function draw() {
  channels.mark(at.channel);
  sidebar.mark(at.channel ? "" : at.thread);
  const title = at.channel ? conversation.get(at.thread)?.text : sidebar.title(at.thread);
  composer.placeholder = drawPlace({ ...at, person, title });
}

export function greet({ person: welcomed, people }) {
  person = people.length ? welcomed : ""; // a login's name is nobody's
  draw();
}

/** In a channel each message begins a thread. */
export const threadOf = ({ id }) => ({ ...at, thread: at.thread || (at.channel && id) });

export const isHere = ({ thread }) => thread === (at.thread || at.channel);

addEventListener("hashchange", () => go(route.read(location.hash)));
