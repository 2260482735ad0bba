"""What /estimate is asked, as work: from numbers, from a text, from a file."""

import asyncio
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any

from bot.errors import Refused
from bot.estimates import lines
from bot.estimates.work import Work
from bot.events import Attachment, Value
from bot.openai import tokens
from bot.openai.catalogue import Model
from bot.run import Run
from bot.services import Services
from bot.transcribing.fetching import fetch, workshop

CAPABILITIES = ("chat", "embeddings", "images", "speech", "transcription", "translation",
                "moderation", "fine_tuning")  # fmt: skip
EPOCHS = 3  # what OpenAI usually takes for a small file
LONGEST = 200 << 20  # bytes of a text that is counted
_SOUND = {"transcription", "translation"}


class Asking:
    def __init__(self, services: Services) -> None:
        self._catalogue = services.catalogue
        self._models = services.models
        self._works = services.works
        self._most = services.settings.answer_tokens

    async def works(self, run: Run, values: Mapping[str, Value]) -> list[Work]:
        """Raises Refused."""
        if isinstance(file := values.get("file"), Attachment):
            async with workshop(self._works, run) as folder:
                path = folder / "offered"
                await fetch(run, file, path)
                return await asyncio.to_thread(self._of_file, file, path, values)
        if not any(name in values for name in _SAYING):
            raise Refused(
                "Say what to estimate: a text, a file, or numbers, as in `/estimate "
                "tokens_in:100 tokens_out:200 times:10000`."
            )
        return [await asyncio.to_thread(self._of_numbers, values, str(values.get("text", "")))]

    def _of_file(self, file: Attachment, path: Path, values: Mapping[str, Value]) -> list[Work]:
        if file.sounds or values.get("capability") in _SOUND:
            return [self._of_sound(path, values)]
        if path.stat().st_size > LONGEST:
            raise Refused(f"“{file.name}” is larger than the {LONGEST >> 20} MB that are counted.")
        if PurePath(file.name).suffix.lower() == ".jsonl":
            return lines.works(path, file.name, self._catalogue, self._about_lines(values))
        try:
            text = path.read_text("utf-8-sig")
        except UnicodeDecodeError:
            raise Refused(
                f"“{file.name}” is no text in UTF-8, no recording and no JSONL, so Parley cannot "
                "say what it would take."
            ) from None
        return [self._of_numbers(values, "\n\n".join((str(values.get("text", "")), text)).strip())]

    def _about_lines(self, values: Mapping[str, Value]) -> Mapping[str, Any]:
        return {
            "model": values.get("model") or self._models["jobs"],
            "epochs": values.get("epochs", EPOCHS),
            "tokens_out": values.get("tokens_out", self._most),
        }

    def _of_sound(self, path: Path, values: Mapping[str, Value]) -> Work:
        from bot.media.probing import probe  # noqa: PLC0415  FFmpeg and NumPy take 40 MiB

        capability = "translation" if values.get("capability") == "translation" else "transcription"
        return Work(capability, self._model(capability, values),
                    seconds=-int(-probe(path).seconds // 1))  # fmt: skip

    def _of_numbers(self, values: Mapping[str, Value], text: str) -> Work:
        capability = self._capability(values)
        model = self._model(capability, values)
        read = _int(values, "tokens_in", tokens.count(model, text))
        if capability == "fine_tuning":
            read *= _int(values, "epochs", EPOCHS)
        numbers = _numbers(capability, values, text, self._most)
        return Work(capability, model, read, batch=bool(values.get("batch")), **numbers)

    def _capability(self, values: Mapping[str, Value]) -> str:
        """What is said, else what the model does, else what the numbers are of."""
        if told := values.get("capability"):
            return str(told)
        if named := values.get("model"):
            model = self._catalogue.model(str(named))
            if model.known:
                return model.capability
        kinds = (("pictures", "images"), ("minutes", "transcription"), ("characters", "speech"),
                 ("epochs", "fine_tuning"))  # fmt: skip
        return next((capability for name, capability in kinds if name in values), "chat")

    def _model(self, capability: str, values: Mapping[str, Value]) -> Model:
        usual = self._models["jobs" if capability == "fine_tuning" else capability]
        return self._catalogue.model(str(values.get("model") or usual), capability)


_SAYING = {"text", "tokens_in", "tokens_out", "pictures", "minutes", "characters"}


def _numbers(capability: str, values: Mapping[str, Value], text: str, most: int) -> dict[str, Any]:
    """Those that this capability is priced by."""
    if capability == "chat":
        return {"tokens_out": _int(values, "tokens_out", most)}
    if capability == "images":
        named = {name: str(values.get(name, "")) for name in ("size", "quality")}
        return {"pictures": _int(values, "pictures", 1), **named}
    if capability == "speech":
        return {"characters": _int(values, "characters", len(text))}
    if capability in _SOUND:
        minutes = values.get("minutes", 0.0)
        return {"seconds": -int(-minutes * 60 // 1) if isinstance(minutes, float) else 0}
    return {}


def _int(values: Mapping[str, Value], name: str, otherwise: int) -> int:
    found = values.get(name, otherwise)
    return found if isinstance(found, int) else otherwise
