// One's own message, written anew in its place. Enter saves, Esc leaves it as it was.

export function edit(element, text, save) {
  if (element.querySelector(".editor")) return;
  const form = document.createElement("form");
  form.className = "editor";
  const box = form.appendChild(document.createElement("textarea"));
  Object.assign(box, { value: text, rows: 1, ariaLabel: "Your message, edited" });
  const row = form.appendChild(document.createElement("div"));
  const cancel = row.appendChild(button("Cancel", "button"));
  row.append(button("Save", "submit"));
  const close = () => {
    form.remove();
    element.classList.remove("editing");
    document.getElementById("text").focus();
  };
  const fit = () => {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  };
  box.addEventListener("input", fit);
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") close();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    form.requestSubmit();
  });
  cancel.addEventListener("click", close);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const now = box.value.trim();
    if (now && now !== text) save(now);
    close();
  });
  element.classList.add("editing");
  element.querySelector(".said").after(form);
  fit();
  box.focus();
  box.setSelectionRange(text.length, text.length);
}

function button(label, type) {
  const made = document.createElement("button");
  return Object.assign(made, { type, textContent: label });
}
