"""Models that are in use and will be switched off: told in time, and each time once."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from bot.choosing import preference
from bot.desk.models.known import ENDPOINTS, Known, Models
from bot.errors import ParleyError
from bot.events import Place
from bot.ports import PARLEY
from bot.services import Services

log = logging.getLogger(__name__)

STAGES = (90, 30, 7, 1, 0)  # days before, at which it is said
COMMAND = "model_retires"
PAUSE = 3_600.0  # seconds; what was said is not said again, and restarts come before a day is over
# The preferences that say where admins want to hear such things: `/budget alerts here` writes them.
_ALERTS = ("alerts", "budget alerts")
_NOTED = "retirement of"


class Retirement:
    def __init__(self, services: Services, models: Models) -> None:
        self._services = services
        self._models = models

    async def warn(self) -> None:
        """In every workspace whose admins asked for alerts."""
        for place in await self._places():
            for capability, known in await self._used(place.payer):
                await self._tell(place, capability, known)

    async def _places(self) -> Sequence[Place]:
        """Each once, whoever asked for it by whatever name."""
        found: dict[str, Place] = {}
        for name in _ALERTS:
            for scope, where in await self._services.preferences.named(name):
                try:
                    place = msgspec.json.decode(where, type=Place)
                except msgspec.DecodeError:
                    log.warning("the place of alerts of %s cannot be read", scope)
                    continue
                found[place.key] = place
        return [*found.values()]

    async def _used(self, scope: str) -> list[tuple[str, Known]]:
        chosen = await self._services.preferences.of(scope)
        used = {
            capability: chosen.get(preference(capability)) or id_
            for capability, id_ in self._services.models.items()
            if capability in ENDPOINTS or capability in {"embeddings", "moderation"}
        }
        found: list[tuple[str, Known]] = []
        for capability, id_ in used.items():
            try:
                found.append((capability, await self._models.one(id_)))
            except ParleyError as error:  # it may be gone already, which the doctor says
                log.info("%s, for %s: %s", id_, capability, error)
        return found

    async def _tell(self, place: Place, capability: str, known: Known) -> None:
        left = known.left(datetime.now(UTC).date())
        stage = min((s for s in STAGES if left is not None and left <= s), default=None)
        scope, noted = place.key, f"{_NOTED} {capability} {known.id}"
        if stage is None or (await self._services.preferences.of(scope)).get(noted) == str(stage):
            return
        await self._services.announce(
            f"{noted} {scope} {stage}", COMMAND, author=PARLEY, place=place,
            values={"model": known.id, "capability": capability, "date": str(known.retires)},
        )  # fmt: skip
        await self._services.preferences.put(scope, noted, str(stage))
