"""Models that are in use and will be switched off: told in time, and each time once."""

import logging
from datetime import UTC, datetime

import msgspec

from bot.choosing import preference
from bot.errors import ParleyError
from bot.events import Place
from bot.models_desk.known import ENDPOINTS, Known, Models
from bot.ports import PARLEY
from bot.services import Services

log = logging.getLogger(__name__)

STAGES = (90, 30, 7, 1, 0)  # days before, at which it is said
COMMAND = "model_retires"
PAUSE = 3_600.0  # seconds; what was said is not said again, and restarts come before a day is over
_ALERTS = "alerts"  # the preference of a workspace: where its admins want to hear such things
_NOTED = "retirement of"


class Retirement:
    def __init__(self, services: Services, models: Models) -> None:
        self._services = services
        self._models = models

    async def warn(self) -> None:
        """In every workspace whose admins asked for alerts."""
        for scope, where in await self._services.preferences.named(_ALERTS):
            try:
                place = msgspec.json.decode(where, type=Place)
            except msgspec.DecodeError:
                log.warning("the place of alerts of %s cannot be read", scope)
                continue
            for capability, known in await self._used(scope):
                await self._tell(scope, place, capability, known)

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

    async def _tell(self, scope: str, place: Place, capability: str, known: Known) -> None:
        left = known.left(datetime.now(UTC).date())
        stage = min((s for s in STAGES if left is not None and left <= s), default=None)
        noted = f"{_NOTED} {capability} {known.id}"
        if stage is None or (await self._services.preferences.of(scope)).get(noted) == str(stage):
            return
        await self._services.announce(
            f"{noted} {scope} {stage}", COMMAND, author=PARLEY, place=place,
            values={"model": known.id, "capability": capability, "date": str(known.retires)},
        )  # fmt: skip
        await self._services.preferences.put(scope, noted, str(stage))
