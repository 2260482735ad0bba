// The page: what is heard goes to its part, what one does goes to Parley.

import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { Sidebar, named } from "./sidebar.js";

const IDEAS = [
  "Why is the sky blue?",
  "Write a haiku about a quiet harbour",
  "Explain recursion to a ten-year-old",
  "/help",
];

const find = (id) => document.getElementById(id);
const [connection, composer, conversation, sidebar] = [
  new Connection(),
  new Composer({ form: find("composer"), text: find("text"), send: find("send"), palette: find("palette"), problem: find("problem") }),
  new Conversation({ posts: find("posts"), scroll: find("scroll"), welcome: find("welcome"), latest: find("latest"), spoken: find("spoken") }),
  new Sidebar({
    sidebar: find("sidebar"), threads: find("threads"), people: find("people"), label: find("label"),
    menu: find("menu"), veil: find("veil"), close: find("close"), fresh: find("new"),
  }),
];
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

function say(text) {
  const said = connection.say(thread, text);
  if (!thread) go(said.thread);
  conversation.putPending({ ...said, text });
}

const hear = (type, handle) => connection.addEventListener(type, ({ detail }) => handle(detail));
const here = (handle) => (answer) => answer.thread === thread && handle(answer);

hear("welcome", (welcome) => {
  find("connection").textContent = "";
  find("greeting").textContent = welcome.people.length ? `What shall we talk about, ${named(welcome.person)}?` : "What shall we talk about?";
  composer.longest = welcome.longest;
  composer.palette.commands = welcome.commands;
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
hear("got", () => composer.complain(""));
hear("refused", ({ id, sentence, again }) => {
  composer.complain(sentence);
  if (again) return;
  composer.giveBack(conversation.take(id));
});
hear("away", ({ reason }) => {
  find("connection").textContent = reason || "Connecting…";
});

composer.addEventListener("say", ({ detail }) => say(detail));
composer.addEventListener("stop", () => {
  const stop = conversation.stoppable?.stop;
  if (stop) connection.press(thread, stop.id);
});
conversation.addEventListener("press", ({ detail }) => connection.press(thread, detail));
sidebar.addEventListener("choose", ({ detail }) => go(detail));
sidebar.addEventListener("become", ({ detail }) => {
  connection.become(detail);
  go("");
});
addEventListener("hashchange", () => go(location.hash.slice(1)));

find("ideas").append(
  ...IDEAS.map((idea) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = idea;
    button.addEventListener("click", () => say(idea));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }),
);

if (thread) connection.open(thread);
connection.connect();
