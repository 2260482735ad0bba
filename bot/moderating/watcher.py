"""A message of a watched channel: judged, noted, and what its policy says done."""

import asyncio
import logging
import time
from contextlib import aclosing
from hashlib import sha256
from itertools import chain, repeat

from bot.errors import ParleyError, Refused
from bot.events import Attachment, Invocation, Message
from bot.moderating.acting import Actor
from bot.moderating.judge import Down, pieces, worst
from bot.moderating.policy import Match, Version
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
        version = await self._store.version(message.place.channel_key)
        policy = version.policy
        if not (policy.watched and self._services.judge.on) or policy.exempts(message.author.roles):
            return
        pictures = await self._pictures(run, message)
        verdict = await self._verdict(run, message, pictures)
        if verdict is None or not verdict.scores:
            return
        digest = _hash(message.text, pictures)
        allowed = await self._store.allows(message.place.payer, digest)
        match = None if allowed else policy.match(verdict.scores)
        await self._store.keep(_judged(message, digest, verdict, version, match))
        if match:
            await self._actor.act(message, match)

    async def _verdict(
        self, run: Run, message: Message, pictures: list[PicturePart]
    ) -> Verdict | None:
        """Of its words and pictures together; None: nothing in it can be judged."""
        payer = _payer(run)
        asked = [self._services.collector.verdict(payer, text) for text in pieces(message.text)]
        asked += [self._seen(payer, picture) for picture in pictures]
        found = [verdict for verdict in await asyncio.gather(*asked) if verdict]
        return worst(found) if found else None

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
        content = bytearray()
        try:
            async with aclosing(run.open(file)) as chunks:
                async for chunk in chunks:
                    content += chunk
                    if len(content) > LARGEST:
                        raise Refused("It is too large to be looked at.")
        except Refused as refusal:
            log.warning("%s: a picture is not judged: %s", run.id, refusal)
            return None
        if not await asyncio.to_thread(looking.look, bytes(content)):
            return None
        return PicturePart.of(await asyncio.to_thread(looking.seen, bytes(content)), "image/webp")


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
    message: Message, digest: bytes, verdict: Verdict, version: Version, match: Match | None
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
    )
