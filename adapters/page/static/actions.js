// What can be done with one message, from its own menu.

/** `act` has use(command) and remove(). */
export function actions(message, commands, act) {
  const items = commands
    .filter(({ shortcut }) => shortcut)
    .map(({ name, shortcut }) => ({ label: shortcut, act: () => act.use(name) }));
  if (!message.answers && message.text) items.push({ label: "Copy", act: () => navigator.clipboard?.writeText(message.text) });
  if (!message.open) return items;
  items.push({ label: "Edit", act: () => message.edit() });
  items.push({ label: "Delete", sure: "Really delete?", act: act.remove });
  return items;
}
