"""Who may say nothing in channels for a while."""

import math
import time

from adapters.page.channels import shared
from bot.errors import Refused
from bot.ports import State

_ROW = "page/silence/"  # and the person: until when, in seconds since 1970


class Silence:
    def __init__(self, state: State) -> None:
        self._state = state

    async def impose(self, person: str, seconds: float) -> None:
        await self._state.put(_ROW + person, str(time.time() + seconds))

    async def check(self, person: str, home: str) -> None:
        """Raises Refused. With Parley alone everybody may talk."""
        if not shared(home) or (until := await self._state.get(_ROW + person)) is None:
            return
        if (left := float(until) - time.time()) > 0:
            raise Refused(
                "A moderator has you pause. You can write in channels again in "
                f"{math.ceil(left / 60)} min."
            )
        await self._state.delete(_ROW + person)
