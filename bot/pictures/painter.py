"""One answer with pictures: a card at once, the pictures as they are painted, what it cost."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing, suppress

from msgspec.structs import replace

from bot.commands import Handler
from bot.errors import ParleyError
from bot.openai import tokens
from bot.openai.chat_parts import PicturePart
from bot.openai.errors import Malformed
from bot.openai.image_types import Picture
from bot.parts import STOP, Card, Image, Notice, Part, Remove, Reply, Withdraw
from bot.pictures import looking
from bot.pictures.painting import paint, previews
from bot.pictures.plan import Plan
from bot.pictures.wording import reworded
from bot.pictures.work import MASK, Kept, Work, key, quoted, remembered, shown
from bot.run import Run
from bot.services import Services
from bot.spending.door import Charged
from bot.spending.payer import Payer
from bot.storage.memory import Turn

log = logging.getLogger(__name__)


class Painter:
    def __init__(self, services: Services) -> None:
        self._openai = services.openai
        self._catalogue = services.catalogue
        self._works = services.works
        self._memory = services.memory
        self._chat = services.catalogue.model(services.chat_model)

    def reply(self, prepare: Callable[[Run], Awaitable[Plan]]) -> Handler:
        async def reply(run: Run) -> Reply:
            work = await self._works.of(run.answers, Work)
            if work and work.run == run.id:  # killed when all was painted and paid
                for part in shown(work, await self._works.folder(run.answers)):
                    yield part
                return
            plan = await prepare(run)
            plan.check(self._catalogue)
            async with aclosing(self._guarded(run, plan)) as parts:
                async for part in parts:
                    yield part

        return reply

    async def _guarded(self, run: Run, plan: Plan) -> Reply:
        """Nothing half done is left: not by Stop, not by a failure."""
        seen: set[str] = set()
        try:
            async with aclosing(self._paint(run, plan)) as parts:
                async for part in parts:
                    seen.add(part.key)
                    yield part
        except asyncio.CancelledError:
            if not run.stopped:
                raise
            if run.stopped in {"person", "deleted"}:
                yield Withdraw()
            elif run.stopped != "edited":  # then its next answer takes the place of this one
                for name in seen:
                    yield Remove(name)
                raise
        except Exception:
            yield Withdraw()
            raise

    async def _paint(self, run: Run, plan: Plan) -> Reply:
        charged = self._openai.charged_to(Payer.of(run))
        yield _card(plan, 0.0)
        yield STOP
        if plan.reword:
            plan = await reworded(run, charged, self._chat, plan)
            yield _card(plan, 0.0)
        await _cleared(run, plan)
        found: list[Picture] = []
        failed: list[ParleyError] = []
        async with aclosing(self._strokes(run, charged, plan, found, failed)) as parts:
            async for part in parts:
                yield part
        work, files = await self._finished(run, plan, found, failed)
        await _judged(run, [files[picture.file] for picture in work.pictures])
        work = replace(work, cost=str(charged.receipt))
        await self._works.keep(run, work, files)
        await self._remember(run, plan, work)
        for part in shown(work, await self._works.folder(run.answers)):
            yield part
        for number, sentence in enumerate(dict.fromkeys(error.sentence for error in failed)):
            yield Notice(f"Not every picture was painted: {sentence}", key=f"missing {number}")

    async def _strokes(
        self,
        run: Run,
        charged: Charged,
        plan: Plan,
        found: list[Picture],
        failed: list[ParleyError],
    ) -> AsyncGenerator[Part, None]:
        """Progress. What is finished goes to `found`, what will not be to `failed`."""
        model = self._catalogue.model(plan.request.model, "images")
        async with aclosing(paint(charged, model, plan.sent)) as pictures:
            async for picture in pictures:
                if isinstance(picture, ParleyError):
                    log.warning("a picture of several failed: %s", picture)
                    failed.append(picture)
                elif picture.partial is None:
                    found.append(picture)
                    yield _card(plan, len(found) / (plan.request.n or 1))
                else:
                    async for part in self._unfinished(run, plan, picture):
                        yield part

    async def _unfinished(
        self, run: Run, plan: Plan, picture: Picture
    ) -> AsyncGenerator[Part, None]:
        yield _card(plan, ((picture.partial or 0) + 1) / (previews(plan.request) + 1))
        with suppress(Malformed):  # the finished one matters
            content = await self._openai.content(picture)
            if look := await asyncio.to_thread(looking.look, content):
                ending = look.ending
                if len(content) > run.largest:
                    ending = "webp"
                    content = await asyncio.to_thread(looking.lighter, content, run.largest)
                yield Image(f"unfinished.{ending}", content, "Not finished yet", key(0))

    async def _finished(
        self, run: Run, plan: Plan, found: Sequence[Picture], failed: list[ParleyError]
    ) -> tuple[Work, dict[str, bytes]]:
        """Raises what failed, where nothing else came."""
        files: dict[str, bytes] = {}
        kept: list[Kept] = []
        for picture in found:
            try:
                kept.append(await self._fetched(picture, len(kept), files, run.largest))
            except ParleyError as error:
                failed.append(error)
        if not kept:
            raise failed[0]
        if plan.source is not None:
            files |= {plan.name: plan.source} | ({MASK: plan.mask} if plan.mask else {})
        work = Work(
            run=run.id, author=run.event.author.id, request=plan.request, pictures=tuple(kept),
            cost="", source=plan.name, masked=bool(plan.mask),
        )  # fmt: skip
        return work, files

    async def _fetched(
        self, picture: Picture, number: int, files: dict[str, bytes], most: int
    ) -> Kept:
        """`most`: bytes that can be posted."""
        content = await self._openai.content(picture)
        look = await asyncio.to_thread(looking.look, content)
        if look is None:
            raise Malformed("a file that is no picture", may_have_run=True)
        file = posted = f"{number}.{look.ending}"
        files[file] = content
        if len(content) > most:
            posted = f"{number} lighter.webp"
            files[posted] = await asyncio.to_thread(looking.lighter, content, most)
        return Kept(file, posted, look.size, picture.revised_prompt or "", picture.quality or "")

    async def _remember(self, run: Run, plan: Plan, work: Work) -> None:
        """In words: whoever chats here knows what was painted."""
        count, answer = tokens.count, remembered(work)
        asked = Turn("user", plan.said, count(self._chat, plan.said), run.answers,
                     run.event.author.id, run.event.at)  # fmt: skip
        answered = Turn("assistant", answer, count(self._chat, answer), run.answers,
                        at=run.event.at)  # fmt: skip
        await self._memory.remember(run.event.place, (asked, answered))


async def _cleared(run: Run, plan: Plan) -> None:
    """Neither the words nor the picture that is edited are harmful. Raises Refused."""
    run.check(plan.request.prompt)
    if plan.source is not None:
        return await _judged(run, [plan.source])
    return await run.cleared()


def _card(plan: Plan, progress: float) -> Card:
    title = "Painting" if plan.source is None else "Editing"
    if plan.reword:
        title = "Finding other words"
    return Card(title, quoted(plan.request.prompt), progress=progress or None, state="running")


async def _judged(run: Run, pictures: Sequence[bytes]) -> None:
    """None of them is harmful. Raises Refused."""
    for picture in pictures:
        run.check(PicturePart.of(await asyncio.to_thread(looking.seen, picture), "image/webp"))
    await run.cleared()
