"""What `/imagine` takes: the parameters of the models that may be asked, from the catalogue."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import islice

from bot.commands import Choice, Option, Typing
from bot.events import Attachment
from bot.openai.catalogue import Catalogue, Model

MOST = 10  # pictures in one answer
_OFFERED = 25  # suggestions (Discord's limit)
PROMPT = Option("prompt", "What to see", required=True, long=True)
# In this order files that come with a typed command are taken.
PICTURE = Option("picture", "A picture to begin with: it is edited by the words", Attachment)
MASK = Option("mask", "A copy of the picture, clear where it may change", Attachment)
# Our names are those that people read, the others the API's.
_WORDS = (
    ("size", "size", "Width x height in pixels"),
    ("quality", "quality", "How carefully it is painted; more costs more"),
    ("style", "style", "How it looks"),
    ("background", "background", "Whether it is clear"),
    ("format", "output_format", "Which kind of file"),
    ("moderation", "moderation", "How strict the provider's content filter is"),
    ("fidelity", "input_fidelity", "How closely an edit keeps to the picture, to faces above all"),
    ("response_format", "response_format", "How the provider hands it over; you see the same"),
)
_NUMBERS = (
    ("compression", "output_compression", 100,
     "Of JPEG and WebP: 100 is the best picture and the largest file"),
    ("previews", "partial_images", 3, "Unfinished versions to see on the way, of one picture"),
)  # fmt: skip
FIELDS = {name: field for name, field, *_ in (*_WORDS, *_NUMBERS)}


class Offer:
    """`models`: those that may be asked, the one that is asked unless told otherwise first."""

    def __init__(self, catalogue: Catalogue, models: Sequence[str]) -> None:
        self._models = [catalogue.model(id_, "images") for id_ in models]

    @property
    def options(self) -> tuple[Option, ...]:
        """Each parameter that one of the models takes. Its values are suggestions: whether the
        model that is chosen takes one, says the catalogue when it is asked.
        """
        names = [model.id for model in self._models]
        model = Option("model", "Which model paints", suggest=partial(_named, names))
        number = Option("n", "How many pictures", int, minimum=1, maximum=MOST)
        words = (
            Option(name, help_, suggest=partial(self._suggest, field))
            for name, field, help_ in _WORDS
            if any(_takes(model, field) for model in self._models)
        )
        numbers = (
            Option(name, help_, int, minimum=0, maximum=most)
            for name, field, most, help_ in _NUMBERS
            if any(field in model.ranges or not model.known for model in self._models)
        )
        return PROMPT, model, number, *words, *numbers, PICTURE, MASK

    @property
    def shapes(self) -> tuple[str, ...]:
        """Sizes to choose from, at most as many as a menu has."""
        return tuple(size for size in self._values("size") if size != "auto")[:_OFFERED]

    def _values(self, field: str) -> list[str]:
        each = (_values(model, field) for model in self._models)
        return list(dict.fromkeys(value for values in each for value in values))

    async def _suggest(self, field: str, typing: Typing) -> Sequence[Choice]:
        """Those of the model that is chosen. Until there is one, those of the usual model, and
        behind them those that others have, with a name beside each.
        """
        chosen = typing.chosen.get("model", "")
        models = [model for model in self._models if model.id == chosen] or self._models
        found: dict[str, str] = {}
        for model in models:
            for value in _values(model, field):
                label = value if model is models[0] else f"{value} ({model.id})"
                found.setdefault(value, label)
        return _like(typing, found)


def _takes(model: Model, field: str) -> bool:
    return field not in model.refuses and model.choices.get(field) != ()


def _values(model: Model, field: str) -> Iterable[str]:
    yield from model.choices.get(field, ())
    if field == "size" and (rule := model.any_size):
        side = min(rule.width, rule.height) // rule.step * rule.step
        yield from (f"{side}x{side}", f"{rule.width}x{rule.height}", f"{rule.height}x{rule.width}")


async def _named(names: Sequence[str], typing: Typing) -> Sequence[Choice]:
    return _like(typing, {name: name for name in names})


def _like(typing: Typing, labels: Mapping[str, str]) -> Sequence[Choice]:
    """`labels` by what they stand for."""
    wanted = typing.text.strip().casefold()
    found = (Choice(label, value) for value, label in labels.items() if wanted in value.casefold())
    return list(islice(found, _OFFERED))
