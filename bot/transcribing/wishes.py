"""What somebody wants of a recording, and which model gives it."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from bot.errors import Refused
from bot.openai.catalogue import Catalogue, Model
from bot.openai.catalogue_check import check

Shape = Literal["text", "json", "verbose", "srt", "vtt"]
_TIMED = {"verbose", "srt", "vtt"}
_MEGABYTES_25 = 26_214_400  # a request, OpenAI's limit; of models that nobody described
_LONGEST = 600.0  # seconds of a piece: several are heard at once, and little is lost with one
_FASTEST = 5  # tokens a second that somebody speaks, so that no model must stop before the end


class Wish(msgspec.Struct, frozen=True):
    format: Shape = "text"
    language: str = ""  # ISO 639-1; "": the model finds out
    prompt: str = ""
    temperature: float | None = None  # how freely it guesses
    translate: bool = False  # into English
    speakers: bool = False
    model: str = ""  # "": the one that is set up


class Plan(msgspec.Struct, frozen=True):
    """`why`: a sentence where it is not the model that is set up."""

    model: Model
    response_format: str
    why: str = ""

    @property
    def most_bytes(self) -> int:
        return self.model.longest.get("file", _MEGABYTES_25)

    @property
    def most_seconds(self) -> float:
        return min(_LONGEST, self.model.max_output / _FASTEST)

    def takes(self, ending: str, size: int, seconds: float) -> bool:
        """A file as it is. `ending` "": nobody takes it."""
        known = bool(ending) and ending in self.model.choices.get("file", (ending,))
        return known and size <= self.most_bytes and seconds <= self.most_seconds


def plan(catalogue: Catalogue, models: Mapping[str, str], wish: Wish) -> Plan:
    """`models`: those set up, by capability. Raises Refused, before anything is paid."""
    if wish.translate and wish.speakers:
        raise Refused("A translation does not tell speakers apart: choose one of the two.")
    wanted = _wanted(wish)
    usual = _model(catalogue, models["translation" if wish.translate else "transcription"])
    model = _model(catalogue, wish.model) if wish.model else _able(catalogue, usual, wanted)
    why = "" if wish.model or model.id == usual.id else f"{usual.id} {_LACKS[wanted]}."
    shape = wanted or ("verbose_json" if _gives(model, "verbose_json") else "json")
    fields = {"response_format": shape, "prompt": wish.prompt or None,
              "temperature": wish.temperature}  # fmt: skip
    endpoint = "audio/translations" if wish.translate else "audio/transcriptions"
    check(catalogue, model, endpoint, fields)
    return Plan(model, shape, why)


_LACKS = {"diarized_json": "does not tell speakers apart", "verbose_json": "tells no times"}


def _wanted(wish: Wish) -> str:
    if wish.speakers:
        return "diarized_json"
    return "verbose_json" if wish.format in _TIMED else ""


def _able(catalogue: Catalogue, usual: Model, wanted: str) -> Model:
    """The usual one, or one that gives what it does not."""
    if not wanted or _gives(usual, wanted, otherwise=True):
        return usual
    subtitles = [catalogue.defaults["subtitles"]] if "subtitles" in catalogue.defaults else []
    others = [*subtitles, *catalogue.serving("audio/transcriptions")]
    found = (_model(catalogue, name) for name in others)
    return next((model for model in found if _gives(model, wanted)), usual)


def _gives(model: Model, shape: str, *, otherwise: bool = False) -> bool:
    """`otherwise`: what to think of a model that nobody described."""
    choices = model.choices.get("response_format")
    return otherwise if choices is None else shape in choices


def _model(catalogue: Catalogue, name: str) -> Model:
    return catalogue.model(name, "transcription")
