// The parts of the page, each with its elements.

import { Attachments } from "./attachments.js";
import { Channels } from "./channels.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Conversation } from "./conversation.js";
import { Form } from "./form.js";
import { Launcher } from "./launcher.js";
import { Menu } from "./menu.js";
import { Recorder } from "./recorder.js";
import { Search } from "./search.js";
import { Sidebar } from "./sidebar.js";

export const find = (id) => document.getElementById(id);
const parts = (...ids) => Object.fromEntries(ids.map((id) => [id, find(id)]));

export const connection = new Connection();
export const attachments = new Attachments({ list: find("attached"), choose: find("attach"), input: find("files"), text: find("text"), veil: find("drop") });
export const composer = new Composer({ form: find("composer"), ...parts("text", "send", "palette", "problem"), attachments });
export const recorder = new Recorder({ ...parts("record", "recording"), box: find("recording").parentElement });
export const conversation = new Conversation(parts("posts", "scroll", "welcome", "latest", "spoken"));
export const form = new Form(find("form"));
export const launcher = new Launcher(find("launcher"), find("commands"));
export const menu = new Menu(find("actions"));
export const sidebar = new Sidebar({ ...parts("sidebar", "threads", "people", "label", "menu", "veil", "close"), fresh: find("new") });
export const channels = new Channels({ list: find("channels"), form: find("naming"), create: find("create") });
export const search = new Search({ box: find("find"), hits: find("hits"), lists: find("lists"), told: find("found") });
