// The page: what is heard goes to its part, what one does goes to Parley.

import { asked, choose, commands, openMenu, say, tellUse } from "./ask.js";
import { at, draw, go, greet, isHere, threadOf } from "./here.js";
import { drawIdeas } from "./ideas.js";
import { attachments, channels, composer, connection, conversation, find, form, launcher, recorder, search, sidebar } from "./parts.js";

const hear = (type, handle) => connection.addEventListener(type, ({ detail }) => handle(detail));
const here = (handle) => (answer) => isHere(answer) && handle(answer);

hear("welcome", (welcome) => {
  find("connection").textContent = "";
  commands.clear();
  for (const command of welcome.commands) commands.set(command.name, command);
  composer.longest = welcome.longest;
  attachments.most = welcome.most;
  for (const palette of [composer.palette, launcher.palette]) palette.commands = welcome.commands;
  for (const part of [attachments, channels, conversation, form, recorder, search]) {
    Object.assign(part, { person: welcome.person, largest: welcome.largest });
  }
  sidebar.welcome(welcome);
  channels.welcome(welcome.channels);
  greet(welcome);
});
hear("thread", (line) => {
  sidebar.add(line);
  draw();
});
hear("channel", ({ name, by }) => {
  channels.add(name);
  channels.stir(name, by);
});
hear("posts", ({ thread, posts }) => {
  if (!isHere({ thread })) return;
  conversation.show(posts, connection.pending(at));
  draw();
});
hear("post", here(({ post }) => conversation.put(post)));
hear("change", here((change) => conversation.change(change)));
hear("gone", here(({ id }) => conversation.remove(id)));
hear("got", ({ id }) => {
  const where = asked.get(id);
  asked.delete(id);
  if (!where) return composer.complain("");
  if (form.awaits(id)) form.answered();
  if (!at.thread && at.channel === where.channel) go(where);
  conversation.toEnd();
});
hear("form", ({ id, command, on, ...filled }) => {
  asked.delete(id);
  const message = conversation.get(on);
  conversation.remove(id);
  if (at.channel && at.thread === id) go({ channel: at.channel }); // nothing has begun there
  message?.release();
  form.open(commands.get(command), { ...(message ? threadOf(message) : at), ...filled, on }, message?.text);
});
hear("refused", ({ id, sentence, again }) => {
  if (!again) asked.delete(id);
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

const act = (part, type, handle) => part.addEventListener(type, ({ detail }) => handle(detail));

act(composer, "say", say);
act(composer, "choose", choose);
act(composer, "again", () => conversation.editable?.edit());
act(composer, "stop", () => {
  const stop = conversation.stoppable?.stop;
  if (stop) connection.tell("press", at, { button: stop.id });
});
act(recorder, "recorded", (spoken) => attachments.addRecorded(spoken));
act(recorder, "complain", (sentence) => composer.complain(sentence));
act(recorder, "end", () => composer.focus());
act(launcher, "choose", choose);
act(form, "use", ({ where, said, waiting }) => waiting(tellUse(where, said)));
act(conversation.posts, "press", ({ message, button }) => connection.tell("press", threadOf(message), { button }));
act(conversation.posts, "edit", (said) => connection.tell("edit", threadOf({ id: said.post }), said));
act(conversation.posts, "actions", openMenu);
act(conversation.posts, "thread", (thread) => go({ channel: at.channel, thread }));
act(channels, "choose", (channel) => {
  sidebar.show(false);
  go({ channel });
});
act(channels, "create", (channel) => connection.tell("create", at, { channel }));
act(search, "choose", ({ post, ...hit }) => {
  sidebar.show(false);
  go(hit, post);
});
act(sidebar, "choose", (thread) => go({ thread }));
act(sidebar, "become", (who) => {
  connection.become(who);
  attachments.take(); // they were the other one's
  search.clear();
  go({ channel: at.channel });
});
find("back").addEventListener("click", () => go({ channel: at.channel }));

drawIdeas(find("ideas"), (text) => say({ text, files: [] }));
connection.open(at);
conversation.clear(at, at.post);
connection.connect();
