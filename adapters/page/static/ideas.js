// What to begin with, where nothing is said yet.

const IDEAS = [
  "Why is the sky blue?",
  "Write a haiku about a quiet harbour",
  "Explain recursion to a ten-year-old",
  "/help",
];

export function drawIdeas(list, say) {
  list.append(
    ...IDEAS.map((idea) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: idea });
      button.addEventListener("click", () => say(idea));
      const item = document.createElement("li");
      item.append(button);
      return item;
    }),
  );
}
