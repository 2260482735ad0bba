"""The watch: jobs are asked after until they end, and what happened is said once."""

import logging
import random
import time
from collections.abc import Callable
from contextlib import aclosing
from functools import partial

import msgspec
from msgspec.structs import replace

from bot.errors import ParleyError
from bot.jobs.kinds import KINDS, Facts, job_of, news
from bot.openai.errors import NotFound
from bot.run import Run
from bot.services import Services
from bot.side_by_side import side_by_side
from bot.storage.jobs import JobKind, Watched

log = logging.getLogger(__name__)

CARD, END = "job_card", "job_ended"  # the commands that say it
GROWTH = 1.5  # of the pause, while nothing happens
AT_ONCE, DUE = 4, 100  # jobs that are asked after side by side; in one look
PATIENCE = 900.0  # seconds that a job may be unknown before that is believed
KEPT = 30 * 86_400.0  # seconds that a job is remembered after its end


class Watch:
    """Has no state but the table, so that anybody may make one. `wobble` spreads the looks."""

    def __init__(
        self,
        services: Services,
        now: Callable[[], float] = time.time,
        wobble: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._services = services
        self._jobs = services.jobs
        self._now = now
        self._wobble = wobble

    async def watch(self, kind: JobKind, id: str, *, run: Run, name: str = "") -> None:  # noqa: A002  as the provider calls it
        """From now on the message that answers `run` is its card. Durable when this returns."""
        now, least, event = self._now(), KINDS[kind].least, run.event
        job = Watched(
            id=id, kind=kind, name=name, place=event.place, author=event.author,
            delivery=run.answers, began=now, next_at=now + least, pause=least,
        )  # fmt: skip
        await self._jobs.add(job)

    async def hurry(self, id_: str) -> None:
        """Something was done to it here: its news come soon."""
        if watched := await self._jobs.get(id_):
            await self._jobs.hurry(id_, self._now(), KINDS[watched.kind].least)

    async def look(self) -> None:
        """At all that are due. What fails is tried again at its next time."""
        due = await self._jobs.due(self._now(), DUE)
        looks = [partial(self._tend, watched) for watched in due]
        async with aclosing(side_by_side(looks, AT_ONCE)) as ended:
            async for _ in ended:
                pass

    async def prune(self) -> None:
        await self._jobs.prune(self._now() - KEPT)

    async def _tend(self, watched: Watched) -> None:
        try:
            await self._look(watched)
        except NotFound:
            await self._missed(watched)
        except ParleyError as error:
            log.info("%s: not now, again later: %s", watched.id, error)
            await self._jobs.put(self._later(watched))
        except Exception:  # one job that nobody understands must not hide the others
            log.exception("%s: cannot be watched now", watched.id)
            await self._jobs.put(self._later(watched))

    async def _look(self, watched: Watched) -> None:
        """A kill between any two of these steps repeats some, which says and books nothing twice:
        the ids of what is said are those of what happened.
        """
        kind = KINDS[watched.kind]
        before = kind.read(watched.facts) if watched.facts else None
        facts = await kind.look(self._services.openai, watched.id, before)
        now = replace(watched, facts=msgspec.json.encode(facts), missing_since=None)
        await self._jobs.put(now)
        if facts.ended:
            return await self._end(now, facts)
        return await self._jobs.put(self._later(await self._tell(now, facts)))

    async def _tell(self, watched: Watched, facts: Facts) -> Watched:
        """The card is changed where there is something new."""
        if (said := news(facts)) == watched.said:
            return watched
        await self._announce(watched, f"{watched.news}:{said}", CARD, of=watched.delivery)
        other = said.split(":")[0] != watched.said.split(":")[0]
        pause = KINDS[watched.kind].least if other else watched.pause
        return replace(watched, said=said, news=watched.news + 1, pause=pause)

    async def _end(self, watched: Watched, facts: Facts) -> None:
        await self._services.openai.ended(job_of(facts))
        await self._tell(watched, facts)
        await self._announce(watched, "ended", END)
        await self._jobs.put(replace(watched, said=news(facts), ended=self._now()))

    async def _missed(self, watched: Watched) -> None:
        """The provider says that there is none. Once may be a mistake of one of its servers."""
        since = watched.missing_since or self._now()
        missing = replace(watched, missing_since=since)
        await self._jobs.put(missing)
        if self._now() - since < PATIENCE:
            return await self._jobs.put(self._later(missing))
        await self._services.ledger.end(watched.id, None)
        await self._announce(watched, "ended", END)
        return await self._jobs.put(replace(missing, ended=self._now()))

    async def _announce(self, watched: Watched, what: str, command: str, of: str = "") -> None:
        id_ = f"job {watched.id} {watched.began:.3f} {what}"
        await self._services.announce(id_, command, author=watched.author, place=watched.place,
                                      of=of, values={"job": watched.id})  # fmt: skip

    def _later(self, watched: Watched) -> Watched:
        most = KINDS[watched.kind].most
        wait = watched.pause * self._wobble(0.8, 1.2)
        pause = min(most, watched.pause * GROWTH)
        return replace(watched, pause=pause, next_at=self._now() + wait)
