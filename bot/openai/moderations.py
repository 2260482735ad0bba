"""Moderations: `POST /moderations`, of texts and pictures."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bot.openai.catalogue import Catalogue
from bot.openai.chat_parts import PicturePart, TextPart
from bot.openai.endpoint import Endpoint, Request
from bot.openai.errors import Malformed
from bot.openai.meter import Meter
from bot.openai.transport import Answer, Transport
from bot.openai.usage import Usage
from bot.openai.wire import reader

LONGEST_ID = 100  # characters


class ModerationRequest(Request, frozen=True, kw_only=True):
    """Texts get a verdict each; parts, of which some may be pictures, get one together."""

    input: str | tuple[str, ...] | tuple[TextPart | PicturePart, ...]

    @property
    def parts(self) -> list[str]:
        """The kinds of what is to be looked at."""
        inputs = (self.input,) if isinstance(self.input, str) else self.input
        return sorted({"text" if isinstance(one, str) else one.kind for one in inputs})

    @property
    def many(self) -> bool:
        """Texts, which get a verdict each."""
        texts = all(isinstance(one, str) for one in self.input)
        return texts and not isinstance(self.input, str)

    @property
    def verdicts(self) -> int:
        return len(self.input) if self.many else 1


class Verdict(msgspec.Struct, frozen=True):
    """By category, as the server calls it: `self-harm/intent`. Scores are 0 to 1."""

    flagged: bool
    categories: Mapping[str, bool | None]
    scores: Mapping[str, float] = msgspec.field(name="category_scores")
    applied: Mapping[str, Sequence[str]] = msgspec.field(
        name="category_applied_input_types", default_factory=dict
    )  # to which it was applied: text, image
    id: str = ""  # of the moderation that it is from

    @property
    def found(self) -> list[str]:
        """The categories that apply, the surest first."""
        flagged = [category for category, holds in self.categories.items() if holds]
        return sorted(flagged, key=lambda category: -self.scores.get(category, 0.0))


class Moderation(msgspec.Struct, frozen=True):
    results: Sequence[Verdict]
    model: str = ""
    usage: Usage | None = None  # servers tell none
    id: Any = None


_read = reader(Moderation)


class Moderations:
    """Raises WrongValue and OpenAIError."""

    def __init__(self, transport: Transport, catalogue: Catalogue) -> None:
        self._endpoint = Endpoint(
            transport, catalogue, "moderations", "moderation", unsent=frozenset({"user", "parts"})
        )

    @property
    def provider(self) -> str:
        """Its address."""
        return self._endpoint.transport.address

    async def create(self, request: ModerationRequest, meter: Meter) -> Moderation:
        def read(answer: Answer) -> Moderation:
            found = _read(answer)
            if len(found.results) != request.verdicts:
                raise Malformed(f"{len(found.results)} verdicts", headers=answer.headers)
            id_ = found.id[:LONGEST_ID] if isinstance(found.id, str) else ""
            results = [msgspec.structs.replace(one, id=id_) for one in found.results]
            return msgspec.structs.replace(found, results=results)

        return await self._endpoint.fetch(request, meter, read, parts=request.parts)
