"""The files of one answer: what each weighs, and a sentence for those that are not posted."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import discord

from adapters.discord import limits, voice
from adapters.discord.rest import Rest
from adapters.markup import clean
from bot.parts import Media

log = logging.getLogger(__name__)


@dataclass
class Weight:
    media: Media
    size: int  # bytes
    opus: bool  # in Ogg
    problem: str = ""  # a sentence: why it is not posted


class Weights:
    """`guild`: "" where there is none, or Parley is no member."""

    def __init__(self, rest: Rest, guild: str) -> None:
        self._rest = rest
        self._guild = guild
        self._largest = 0  # bytes; 0: not asked for yet
        self._known: list[Weight] = []

    async def weigh(self, media: Iterable[Media]) -> None:
        """Look at what is new."""
        for each in media:
            if self._find(each) is None:
                weight = await asyncio.to_thread(_weight, each)
                if weight.size > limits.FILE and weight.size > (most := await self._limit()):
                    weight.problem = _too_large(weight, f"and Discord takes {_size(most)} here")
                self._known.append(weight)

    def of(self, media: Media) -> Weight:
        """Of what was weighed."""
        found = self._find(media)
        assert found  # noqa: S101  all of a frame is weighed before it is laid out
        return found

    def taken(self, media: Iterable[Media]) -> list[Media]:
        """Those that are posted."""
        return [each for each in media if not self.of(each).problem]

    def problems(self, media: Iterable[Media]) -> list[str]:
        """Each sentence once."""
        return list(dict.fromkeys(filter(None, (self.of(each).problem for each in media))))

    def refuse(self, media: Iterable[Media], sentence: str) -> None:
        """`{name}` in the sentence is the file's name."""
        for each in media:
            self.of(each).problem = sentence.replace("{name}", _name(each))

    def refuse_largest(self, media: Iterable[Media]) -> None:
        largest = max((self.of(each) for each in media), key=lambda weight: weight.size)
        largest.problem = _too_large(largest, "more than Discord takes here")

    async def _limit(self) -> int:
        if not self._largest:
            self._largest = limits.BOOSTED.get(await self._tier(), limits.FILE)
        return self._largest

    async def _tier(self) -> int:
        """Of the server's boosts."""
        if not self._guild:
            return 0
        try:
            guild = await self._rest.call("GET", "/guilds/{guild_id}", guild_id=self._guild)
        except discord.HTTPException as error:
            log.info("how large a file may be here is not known: %s", error)
            return 0
        return int(guild.get("premium_tier", 0))

    def _find(self, media: Media) -> Weight | None:
        return next((weight for weight in self._known if weight.media is media), None)


def _weight(media: Media) -> Weight:
    content = media.content
    if isinstance(content, bytes):
        return Weight(media, len(content), voice.is_ogg_opus(content[: voice.HEAD]))
    try:
        with Path(content).open("rb") as file:
            head = file.read(voice.HEAD)
        return Weight(media, content.stat().st_size, voice.is_ogg_opus(head))
    except OSError as error:
        log.error("a file of an answer cannot be read: %s", error)
        return Weight(media, 0, opus=False, problem=f"{_name(media)} cannot be read any more.")


def _too_large(weight: Weight, why: str) -> str:
    return f"{_name(weight.media)} is too large to post: it has {_size(weight.size)}, {why}."


def _name(media: Media) -> str:
    return f"“{' '.join(clean(media.name).split())[: limits.NAME]}”"


def _size(number: int) -> str:
    return f"{number / (1 << 20):.1f} MiB".replace(".0 ", " ")
