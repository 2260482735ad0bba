// Where one is, as people read it: the title, what to begin with, and whom one writes to.

import { named } from "./people.js";

const OWN = "Ask anything. The answer streams in here, and the conversation is remembered.";
const SHARED = "All who use this page read along here. Name @Parley, and the answer begins a thread.";

const find = (id) => document.getElementById(id);

/** What one is to write goes into the box; its words are returned. */
export function drawPlace({ channel, thread, person, title }) {
  const shown = channel ? (thread ? short(title) : channel) : title;
  find("title").textContent = shown;
  document.title = channel || thread ? `${shown} · Parley` : "Parley";
  Object.assign(find("back"), { hidden: !(channel && thread), textContent: `‹ ${channel}`, ariaLabel: `Back to ${channel}` });
  find("greeting").textContent = channel || `What shall we talk about${person && `, ${named(person)}`}?`;
  find("invitation").textContent = channel ? SHARED : OWN;
  find("ideas").hidden = Boolean(channel);
  if (!channel) return "Message Parley";
  return thread ? "Reply in this thread" : `Message ${channel}, or ask @Parley`;
}

/** Whether it is said to Parley, in a channel. */
export function addresses(text) {
  return /(?<![\w@.])@parley\b/i.test(text) || text.startsWith("/");
}

function short(title) {
  const line = (title ?? "").replace(/\s+/g, " ").trim() || "Thread";
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
