"""A message of a watched channel: judged, noted, and what its policy says done."""

import asyncio
import logging
import time
from hashlib import sha256
from itertools import chain, repeat

from bot.errors import ParleyError, Refused
from bot.events import Attachment, Invocation, Message
from bot.moderating.acting import Actor
from bot.moderating.judge import Down, pieces, worst
from bot.moderating.policy import Match, Policy, Version
from bot.openai.chat_parts import PicturePart
from bot.openai.moderations import Verdict
from bot.parts import Reply, Status
from bot.pictures import looking
from bot.run import Run
from bot.services import Services
from bot.spending.payer import Payer
from bot.storage.moderation import Judged

log = logging.getLogger(__name__)

LARGEST = 20 << 20  # bytes of a picture that is looked at
PICTURES = 10  # of one message
PAUSES = (1.0, 5.0, 15.0, 60.0)  # seconds; the last again and again


class Watcher:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._store = services.moderation
        self._actor = Actor(services)
        self._order = asyncio.Lock()  # first come, first in the collector's line

    async def watch(self, run: Run) -> Reply:
        """The command that accept() makes of what is said. It ends when that is done: until then
        the message is in the inbox.
        """
        event = run.event
        if not (isinstance(event, Invocation) and event.on):
            raise TypeError("what is watched is a message")
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            if await self._done(run, event.on):
                return
            yield Status("Waiting for a verdict…")
            await asyncio.sleep(pause)

    async def _done(self, run: Run, message: Message) -> bool:
        try:
            await self._once(run, message)
        except ParleyError as error:
            log.warning("%s: not judged yet: %s", run.id, error)
            return False
        return True

    async def _once(self, run: Run, message: Message) -> None:
        async with self._order:
            version = await self._store.version(message.place.channel_key)
            if not self._judges(message, version.policy):
                return
            payer = _payer(run)
            words = [self._services.collector.verdict(payer, text) for text in pieces(message.text)]
        pictures = await self._pictures(run, message)
        seen = [self._seen(payer, picture) for picture in pictures]
        found = [verdict for verdict in await asyncio.gather(*words, *seen) if verdict]
        verdict = worst(found)
        if verdict.scores:
            await self._follow(message, version, verdict, _hash(message.text, pictures))

    def _judges(self, message: Message, policy: Policy) -> bool:
        exempt = policy.exempts(message.author.roles)
        return policy.watched and self._services.judge.on and not exempt

    async def _follow(
        self, message: Message, version: Version, verdict: Verdict, digest: bytes
    ) -> None:
        allowed = await self._store.allows(message.place.payer, digest)
        match = None if allowed else version.policy.match(verdict.scores)
        await self._store.keep(_judged(message, digest, verdict, version, match))
        if match:
            await self._actor.act(message, match)

    async def _seen(self, payer: Payer, picture: PicturePart) -> Verdict | None:
        try:
            return await self._services.judge.verdict(payer, [picture])
        except Down as down:
            if not down.lasting:
                raise
            log.warning("a picture cannot be judged: %s", down)
            return None

    async def _pictures(self, run: Run, message: Message) -> list[PicturePart]:
        files = [file for file in message.attachments if _may_be_picture(file)]
        found = [await self._picture(run, file) for file in files[:PICTURES]]
        return [picture for picture in found if picture]

    async def _picture(self, run: Run, file: Attachment) -> PicturePart | None:
        """None: it cannot be had, or is no picture that anybody sees."""
        try:
            content = await run.content(file, LARGEST)
        except Refused as refusal:
            log.warning("%s: a picture is not judged: %s", run.id, refusal)
            return None
        if not await asyncio.to_thread(looking.look, content):
            return None
        return PicturePart.of(await asyncio.to_thread(looking.seen, content), "image/webp")


def _may_be_picture(file: Attachment) -> bool:
    return file.media_type.startswith("image/") or not file.media_type


def _payer(run: Run) -> Payer:
    """The workspace: who writes there asked for nothing."""
    place = run.event.place
    return Payer(place.payer, place.payer, run.id, place.channel_key)


def _hash(text: str, pictures: list[PicturePart]) -> bytes:
    """Of what a person reads as the same."""
    words = " ".join(text.casefold().split())
    parts = (words, *(picture.image_url.url for picture in pictures))
    return sha256("\0".join(parts).encode(errors="replace")).digest()


def _judged(
    message: Message,
    digest: bytes,
    verdict: Verdict,
    version: Version,
    match: Match | None,
) -> Judged:
    return Judged(
        message=message.id,
        place=message.place,
        source=message.source,
        author=message.author.id,
        hash=digest,
        scores=verdict.scores,
        version=version.number,
        category=match.category if match else "",
        action=match.action if match else "",
        at=time.time(),
        moderation=verdict.id,
    )
