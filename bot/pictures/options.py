"""What `/imagine` takes: the parameters of the models that may be asked, from the catalogue."""

from collections.abc import Iterable, Sequence

from bot.commands import Choice, Option, Suggest, Typing
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
)
FIELDS = {name: field for name, field, _ in _WORDS} | {"compression": "output_compression"}


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
        model = Option("model", "Which model paints", suggest=_among(names))
        number = Option("n", "How many pictures", int, minimum=1, maximum=MOST)
        words = (
            Option(name, help_, suggest=_among(self._values(field)))
            for name, field, help_ in _WORDS
            if any(model.choices.get(field) != () for model in self._models)
        )
        return PROMPT, model, number, *words, *self._compression(), PICTURE, MASK

    @property
    def shapes(self) -> tuple[str, ...]:
        """Sizes to choose from, at most as many as a menu has."""
        return tuple(size for size in self._values("size") if size != "auto")[:_OFFERED]

    def _values(self, field: str) -> list[str]:
        each = (_values(model, field) for model in self._models)
        return list(dict.fromkeys(value for values in each for value in values))

    def _compression(self) -> Iterable[Option]:
        field = FIELDS["compression"]
        if any(field in model.ranges or not model.known for model in self._models):
            help_ = "Of JPEG and WebP: 100 is the best picture and the largest file"
            yield Option("compression", help_, int, minimum=0, maximum=100)


def _values(model: Model, field: str) -> Iterable[str]:
    yield from model.choices.get(field, ())
    if field == "size" and (rule := model.any_size):
        side = min(rule.width, rule.height) // rule.step * rule.step
        yield from (f"{side}x{side}", f"{rule.width}x{rule.height}", f"{rule.height}x{rule.width}")


def _among(values: Sequence[str]) -> Suggest:
    async def suggest(typing: Typing) -> Sequence[Choice]:
        wanted = typing.text.strip().casefold()
        return [Choice(value, value) for value in values if wanted in value.casefold()][:_OFFERED]

    return suggest
