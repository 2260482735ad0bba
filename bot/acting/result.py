"""What came of a command, for the model in words and for people as parts of the same answer."""

from collections.abc import Iterator

from msgspec.structs import replace

from bot.parts import Card, Delta, File, Image, Notice, Part, Remove, Text, Voice

LONGEST = 8_000  # characters that a model gets to read of it


class Result:
    """`step`: the key of the card that shows it is being done."""

    def __init__(self, step: str) -> None:
        self._step = step
        self._said: dict[str, str] = {}
        self.shown = {step}  # the keys of what people may see of it

    @property
    def failed(self) -> bool:
        return "failure" in self._said

    @property
    def text(self) -> str:
        text = "\n\n".join(filter(None, self._said.values())) or "Done."
        return text if len(text) <= LONGEST else f"{text[:LONGEST]} […]"

    def fail(self, sentence: str) -> None:
        self._said["failure"] = f"It was not done: {sentence}"

    def hear(self, part: Part) -> Iterator[Part]:
        """What of this is shown. Words are for the model, which says what matters."""
        for shown in self._heard(part):
            self.shown.add(shown.key)
            yield shown

    def _heard(self, part: Part) -> Iterator[Part]:
        key = f"{self._step} {part.key}"
        match part:
            case Delta(text):
                self._said[part.key] = self._said.get(part.key, "") + text
            case Text(markdown):
                self._said[part.key] = markdown
            case Card(title, markdown, fields):
                told = [f"{name}: {value}" for name, value in fields]
                self._said[part.key] = "\n".join([title, *filter(None, [markdown]), *told])
                yield replace(part, key=self._step)
            case Notice(text):
                self._said[part.key] = text
                yield replace(part, key=key)
            case Image(name, _, alt):
                self._said[part.key] = f"The person sees the picture {name}: {alt}"
                yield replace(part, key=key)
            case File(name) | Voice(name):
                self._said[part.key] = f"The person got the file {name}."
                yield replace(part, key=key)
            case Remove():
                self._said.pop(part.key, None)
                yield Remove(key)
