// What one says, and the commands that one uses.

import { actions } from "./actions.js";
import { at, go, threadOf } from "./here.js";
import { attachments, composer, connection, conversation, form, menu } from "./parts.js";
import { addresses } from "./place.js";

export const commands = new Map(); // by name
export const asked = new Map(); // where commands were asked for, by their ids

export function say({ text, files }) {
  const { id, ...thread } = connection.tell("say", at, { text, files });
  if (!at.thread && (!at.channel || addresses(text))) go(thread);
  conversation.putPending({ id, text, files });
}

/** Where something is missing, Parley answers with the form to fill in. */
function use(name, where, { files = [], on = "" }) {
  const takers = commands.get(name).options.filter(({ kind }) => kind === "file");
  const values = Object.fromEntries(takers.slice(0, files.length).map((option, number) => [option.name, files[number]]));
  attachments.put(files.slice(takers.length));
  tellUse(where, { command: name, values, on });
}

export function tellUse(where, said) {
  const { id, ...thread } = connection.tell("use", where, said);
  asked.set(id, thread);
  return id;
}

export function choose({ command, form: wanted, files = [] }) {
  if (wanted) form.open(commands.get(command), { ...at, files });
  else use(command, at, { files });
}

export function openMenu({ message, opener }) {
  const remove = () => {
    connection.tell("delete", threadOf(message), { post: message.id });
    composer.focus();
  };
  const ask = (name) => use(name, threadOf(message), { on: message.id });
  menu.open(opener, actions(message, [...commands.values()], { use: ask, remove }));
}
