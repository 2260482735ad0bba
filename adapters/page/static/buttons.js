// The row below an answer: its buttons, Copy, whether it was good, and what else can be done.

const AGAIN = 2000; // ms until what was pressed can be pressed again
const RATES = { good: "Good answer", bad: "Bad answer" };
const rating = (id) => Object.keys(RATES).find((name) => id.startsWith(`parley:${name}:`));

/** `act` has press(id), copy(button), more(button), and thread() where a thread can be opened. Who
    has a button focused keeps it. */
export function drawButtons(root, { by, buttons, rated, done, text, replies, gone }, act) {
  const row = buttons.filter(({ id }) => !rating(id)).map((button) => pressed(button, act));
  if (done && text && by === "parley") row.push(pill("copy", "Copy", act.copy));
  for (const { id } of buttons) if (rating(id)) row.push(rate(id, rated, act));
  if (act.thread) row.push(thread(replies, act));
  if (done && !gone) row.push(more(act));
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.key : "";
  root.replaceChildren(...row);
  row.find(({ dataset }) => dataset.key === focused)?.focus();
}

function pressed({ id, label }, act) {
  const made = pill(id, label, () => {
    made.disabled = true;
    setTimeout(() => (made.disabled = false), AGAIN); // its answer may come below, and leave it as it is
    act.press(id);
  });
  made.classList.toggle("stop", id.startsWith("parley:stop:"));
  return made;
}

/** One may think again. */
function rate(id, rated, act) {
  const made = pill(id, "", () => act.press(id));
  made.className = `rate ${rating(id)}`;
  made.ariaLabel = made.title = RATES[rating(id)];
  made.ariaPressed = String(rated === rating(id));
  return made;
}

function thread(replies, act) {
  const made = pill("thread", replies ? `${replies} ${replies === 1 ? "reply" : "replies"}` : "Reply", act.thread);
  made.classList.add("thread");
  return made;
}

function more(act) {
  const made = pill("more", "⋯", act.more);
  made.className = "more";
  made.ariaLabel = made.title = "More actions";
  made.setAttribute("aria-haspopup", "menu");
  return made;
}

function pill(key, label, act) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  made.dataset.key = key;
  made.addEventListener("click", () => act(made));
  return made;
}
