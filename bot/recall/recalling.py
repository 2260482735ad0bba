"""What goes along with a question by itself: bot.conversation.passages.Recall."""

import asyncio
import re
from collections.abc import Sequence

from bot.conversation.passages import Passage
from bot.recall.said import NAME
from bot.recall.searching import Hit, Searching, place_of
from bot.run import Run
from bot.services import Services
from bot.spending.payer import Payer
from bot.storage.passages import Found, Scope

MOST = 40  # passages; what has no room is left out by the context
ELSEWHERE = 8  # of them from other threads
_MENTIONED = re.compile(r"^\(The (file|picture) “.*\)$", re.MULTILINE)  # as attachments has them


class Recalling:
    """All of it is of the channel in which it is asked, since all who are there read the answer:
    the files of this thread, what the channel knows, and, where recall is on, what was said in its
    other threads, as far as who asks may read them.
    """

    def __init__(self, services: Services, searching: Searching) -> None:
        self._recall = services.recall
        self._preferences = services.preferences
        self._searching = searching

    async def __call__(self, run: Run, question: str, room: int) -> Sequence[Passage]:
        place = run.event.place
        scope = Scope(place.payer, place.channel_key, place.key, said=True)
        if not await self._recall.anything(scope):
            return ()
        on = (await self._preferences.of(place.channel_key)).get(NAME) == "on"
        scope = scope._replace(said=on)
        words = _MENTIONED.sub("", question)
        hits = await self._searching.find(Payer.of(run), words, scope, MOST)
        found = await self._fitting(run, hits)
        if not any(one.kind == "file" for one in found):  # “sum it up” finds no words
            found += await self._recall.beginning(place, max(1, room // 300))
        sources = await asyncio.gather(*map(self._searching.source, found))
        return [Passage(one.text, source) for one, source in zip(found, sources, strict=True)]

    async def _fitting(self, run: Run, hits: Sequence[Hit]) -> list[Found]:
        fitting, elsewhere = list[Found](), 0
        for hit in hits:
            if hit.found.kind != "file" and not hit.alike():
                continue
            if hit.found.kind == "said":
                elsewhere += 1
                if elsewhere > ELSEWHERE or not await self._may_be_told(run, hit.found):
                    continue
            fitting.append(hit.found)
        return fitting

    async def _may_be_told(self, run: Run, found: Found) -> bool:
        """To who asks, and to all who read the answer."""
        place = place_of(found.place)
        may_read = await self._searching.may_read(run.event.author, place)
        return may_read and await self._searching.is_open(place)
