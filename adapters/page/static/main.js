// The page: what is heard goes to its part, what one does goes to Parley.

import { Attachments } from "./attachments.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { Form } from "./form.js";
import { drawIdeas } from "./ideas.js";
import { Menu } from "./menu.js";
import { Sidebar, named } from "./sidebar.js";

const find = (id) => document.getElementById(id);
const parts = (...ids) => Object.fromEntries(ids.map((id) => [id, find(id)]));

const connection = new Connection();
const attachments = new Attachments({ list: find("attached"), choose: find("attach"), input: find("files"), text: find("text"), veil: find("drop") });
const composer = new Composer({ form: find("composer"), ...parts("text", "send", "palette", "problem"), attachments });
const conversation = new Conversation(parts("posts", "scroll", "welcome", "latest", "spoken"));
const form = new Form(find("form"));
const menu = new Menu(find("actions"));
const sidebar = new Sidebar({ ...parts("sidebar", "threads", "people", "label", "menu", "veil", "close"), fresh: find("new") });
let commands = new Map(); // by name
let thread = location.hash.slice(1);

function go(id) {
  thread = id;
  history.replaceState(null, "", id ? `#${id}` : location.pathname);
  conversation.clear();
  if (id) connection.open(id);
  else connection.leave();
  drawTitle();
  composer.focus();
}

function drawTitle() {
  const title = sidebar.title(thread);
  find("title").textContent = title;
  document.title = thread ? `${title} · Parley` : "Parley";
  sidebar.mark(thread);
}

function say({ text, files }) {
  const said = connection.tell("say", thread, { text, files });
  if (!thread) go(said.thread);
  conversation.putPending({ ...said, text, files });
}

/** Where something is missing, Parley answers with the form to fill in. */
function use(name, { values = {}, files = [], on = "" }) {
  const takers = commands.get(name).options.filter(({ kind }) => kind === "file");
  const attached = takers.slice(0, files.length).map((option, at) => [option.name, files[at]]);
  attachments.put(files.slice(takers.length));
  return connection.tell("use", thread, { command: name, values: { ...Object.fromEntries(attached), ...values }, on });
}

function actions(message) {
  const items = [...commands.values()]
    .filter(({ shortcut }) => shortcut)
    .map(({ name, shortcut }) => ({ label: shortcut, act: () => use(name, { on: message.id }) }));
  if (message.mine && message.text) items.push({ label: "Copy", act: () => navigator.clipboard?.writeText(message.text) });
  if (!message.open) return items;
  const remove = () => {
    connection.tell("delete", thread, { post: message.id });
    composer.focus();
  };
  items.push({ label: "Edit", act: () => message.edit() });
  items.push({ label: "Delete", sure: "Really delete?", act: remove });
  return items;
}

const hear = (type, handle) => connection.addEventListener(type, ({ detail }) => handle(detail));
const here = (handle) => (answer) => answer.thread === thread && handle(answer);

hear("welcome", (welcome) => {
  find("connection").textContent = "";
  find("greeting").textContent = welcome.people.length ? `What shall we talk about, ${named(welcome.person)}?` : "What shall we talk about?";
  commands = new Map(welcome.commands.map((command) => [command.name, command]));
  composer.longest = welcome.longest;
  composer.palette.commands = welcome.commands;
  for (const part of [attachments, form]) Object.assign(part, { person: welcome.person, largest: welcome.largest });
  attachments.most = welcome.most;
  sidebar.welcome(welcome);
  drawTitle();
});
hear("thread", (line) => {
  sidebar.add(line);
  drawTitle();
});
hear("posts", here(({ posts }) => conversation.show(posts, connection.pending(thread))));
hear("post", here(({ post }) => conversation.put(post)));
hear("change", here((change) => conversation.change(change)));
hear("gone", here(({ id }) => conversation.remove(id)));
hear("got", ({ id }) => {
  if (!form.awaits(id)) return composer.complain("");
  form.answered();
  if (!thread) go(id);
  conversation.toEnd();
});
hear("form", ({ id, command, ...asked }) => {
  conversation.remove(id);
  form.open(commands.get(command), { ...asked, thread }, conversation.get(asked.on)?.text);
});
hear("refused", ({ id, sentence, again }) => {
  if (form.awaits(id)) return form.answered(sentence, again);
  composer.complain(sentence);
  const message = conversation.get(id);
  if (again || !message) return;
  conversation.remove(id);
  composer.giveBack(message);
});
hear("away", ({ reason }) => {
  find("connection").textContent = reason || "Connecting…";
});

composer.addEventListener("say", ({ detail }) => say(detail));
composer.addEventListener("choose", ({ detail }) => use(detail.command, detail));
composer.addEventListener("again", () => conversation.editable?.edit());
composer.addEventListener("stop", () => {
  const stop = conversation.stoppable?.stop;
  if (stop) connection.tell("press", thread, { button: stop.id });
});
form.addEventListener("use", ({ detail }) => detail.waiting(connection.tell("use", thread, detail.said).id));
conversation.posts.addEventListener("press", ({ detail }) => connection.tell("press", thread, { button: detail }));
conversation.posts.addEventListener("edit", ({ detail }) => connection.tell("edit", thread, detail));
conversation.posts.addEventListener("actions", ({ detail }) => menu.open(detail.opener, actions(detail.message)));
sidebar.addEventListener("choose", ({ detail }) => go(detail));
sidebar.addEventListener("become", ({ detail }) => {
  connection.become(detail);
  attachments.take(); // they were the other one's
  go("");
});
addEventListener("hashchange", () => go(location.hash.slice(1)));

drawIdeas(find("ideas"), (text) => say({ text, files: [] }));
if (thread) connection.open(thread);
connection.connect();
