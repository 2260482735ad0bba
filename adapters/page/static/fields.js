// One option of a command as a field of a form. Each has `element` and `value`; a file's may be an
// upload that is not there yet.

import { bytes, tooLarge, upload } from "./upload.js";

const TYPING = 150; // ms without a key before suggestions are asked for

/** `start` is the value it begins with; `help` gives uploads and suggestions. */
export function field(option, start, help) {
  const element = document.createElement("div");
  element.className = "field";
  const id = `field-${option.name}`;
  const label = element.appendChild(document.createElement("label"));
  label.htmlFor = id;
  label.textContent = option.name.charAt(0).toUpperCase() + option.name.slice(1).replaceAll("_", " ");
  if (!option.required) label.append(" ");
  if (!option.required) label.appendChild(document.createElement("small")).textContent = "optional";
  const make = option.choices.length ? choices : { file, truth, long }[option.kind] ?? line;
  const made = make(option, start, help, element);
  const note = element.appendChild(document.createElement("p"));
  Object.assign(note, { id: `${id}-help`, textContent: [option.help, limits(option)].filter(Boolean).join("; ") });
  Object.assign(made.control, { id, required: option.required && !made.holds?.() });
  made.control.setAttribute("aria-describedby", note.id);
  return { element, option, value: made.value ?? (() => made.control.value.trim()), busy: made.busy ?? (() => false) };
}

function limits({ minimum, maximum }) {
  if (minimum !== null && maximum !== null) return `${minimum} to ${maximum}`;
  if (minimum !== null) return `at least ${minimum}`;
  return maximum === null ? "" : `at most ${maximum}`;
}

function line(option, start, help, element) {
  const control = element.appendChild(document.createElement("input"));
  if (option.kind !== "text") {
    Object.assign(control, { type: "number", step: option.kind === "whole" ? "1" : "any" });
    Object.assign(control, { min: option.minimum ?? "", max: option.maximum ?? "" });
  }
  Object.assign(control, { value: start ?? "", autocomplete: "off" });
  if (option.suggests) suggest(control, option, help, element);
  return { control };
}

function long(_option, start, _help, element) {
  const control = element.appendChild(document.createElement("textarea"));
  Object.assign(control, { value: start ?? "", rows: 4 });
  return { control };
}

function choices(option, start, _help, element) {
  return select(option.choices.map((choice) => [choice, choice]), option, start, element);
}

function truth(option, start, _help, element) {
  return select([["Yes", "yes"], ["No", "no"]], option, start, element); // prettier-ignore
}

function select(pairs, { required }, start, element) {
  const control = element.appendChild(document.createElement("select"));
  if (!required || !start) control.add(new Option(required ? "Choose…" : "", ""));
  for (const [label, value] of pairs) control.add(new Option(label, value, false, value === start));
  return { control };
}

/** Asked for when nothing was typed for a moment; only the latest answer counts. */
function suggest(control, option, { suggestions }, element) {
  const list = element.appendChild(document.createElement("datalist"));
  list.id = `suggested-${option.name}`;
  control.setAttribute("list", list.id);
  let timer = 0;
  let aborter = new AbortController();
  const ask = async () => {
    aborter.abort();
    aborter = new AbortController();
    const found = await suggestions(option.name, control.value, aborter.signal).catch(() => null);
    if (found) list.replaceChildren(...found.map(([label, value]) => new Option(label, value)));
  };
  control.addEventListener("focus", ask);
  control.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, TYPING);
  });
}

/** Uploaded when it is chosen; the form waits for it. */
function file(_option, start, { person, largest, changed }, element) {
  const control = element.appendChild(document.createElement("input"));
  const state = element.appendChild(document.createElement("output"));
  control.type = "file";
  let medium = start ?? null;
  let busy = false;
  const say = (words) => (state.textContent = words);
  if (medium) say(`${medium.name}, ${bytes(medium.size)}`);
  control.addEventListener("change", async () => {
    const [chosen] = control.files;
    medium = null;
    if (!chosen) return say("");
    const problem = tooLarge(chosen, largest);
    control.setCustomValidity(problem);
    if (problem) return say(problem);
    busy = true;
    changed();
    say("Uploading…");
    try {
      medium = await upload(person, chosen);
      say(bytes(medium.size));
    } catch (error) {
      say(error.message);
      control.value = "";
    }
    busy = false;
    changed();
  });
  return { control, value: () => medium, holds: () => Boolean(medium), busy: () => busy };
}
