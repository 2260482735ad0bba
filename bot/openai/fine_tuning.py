"""Fine-tuning: `/fine_tuning/jobs`, their events and checkpoints."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bot.openai.catalogue import Catalogue
from bot.openai.catalogue_check import WrongValue, check_tunable
from bot.openai.errors import PermissionDenied
from bot.openai.meter import Meter
from bot.openai.parameters import Fields
from bot.openai.resource import Page, Resource, check_metadata
from bot.openai.transport import Transport

LONGEST_SUFFIX = 64  # characters
AUTO = "auto"
_RANGES = {"n_epochs": (1, 50), "learning_rate_multiplier": (0.05, 5.0)}
ENDED = frozenset({"succeeded", "failed", "cancelled"})
_CLOSED = (
    "The provider does not let Parley's key fine-tune. OpenAI has closed fine-tuning to "
    "organisations that came after May 2026, and closes it for all in January 2027; an admin can "
    "check the key's permissions, or set another provider."
)


class JobRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`method`: supervised, dpo or reinforcement; None: the model's first. Hyperparameters are
    numbers or "auto": n_epochs, batch_size, learning_rate_multiplier, beta (dpo), and those of
    reinforcement. `grader` is reinforcement's. `extra` is sent as it is.
    """

    model: str
    training_file: str  # id
    validation_file: str | None = None
    method: str | None = None
    hyperparameters: Mapping[str, float | str] = {}
    grader: Mapping[str, Any] | None = None
    suffix: str | None = None  # of the new model's name
    seed: int | None = None
    metadata: Mapping[str, str] | None = None
    extra: Mapping[str, Any] = {}


class Failure(msgspec.Struct, frozen=True):
    code: str | None = None
    message: str | None = None
    param: str | None = None


class Job(msgspec.Struct, frozen=True):
    """Times are UTC seconds. `status`: validating_files, queued, running, paused, succeeded,
    failed, cancelled, or what a newer server says.
    """

    id: str
    status: str
    model: str = ""
    created_at: float | None = None
    finished_at: float | None = None
    estimated_finish: float | None = None
    fine_tuned_model: str | None = None
    training_file: str = ""
    validation_file: str | None = None
    result_files: Sequence[str] = ()
    trained_tokens: int | None = None
    seed: int | None = None
    error: Failure | None = None  # may be there and empty
    metadata: Mapping[str, str] | None = None
    method: Mapping[str, Any] | None = None
    hyperparameters: Mapping[str, Any] | None = None
    organization_id: str | None = None  # who pays the provider
    object: Any = None

    @property
    def ended(self) -> bool:
        return self.status in ENDED


class JobEvent(msgspec.Struct, frozen=True):
    id: str
    message: str = ""
    level: str = "info"  # info, warn, error
    type: str | None = None  # message, metrics
    created_at: float | None = None
    data: Any = None  # of metrics: step, train_loss, …


class Checkpoint(msgspec.Struct, frozen=True):
    """`metrics`: step, train_loss, train_mean_token_accuracy, valid_loss, full_valid_loss, …"""

    id: str
    fine_tuned_model_checkpoint: str
    step_number: int | None = None
    metrics: Mapping[str, float | None] = {}
    created_at: float | None = None


class FineTuning:
    """Every method raises OpenAIError."""

    def __init__(self, transport: Transport, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._jobs: Resource[Job] = Resource(
            transport, "fine_tuning/jobs", "fine-tuning job", Job, "fine_tuning.job"
        )

    async def create(self, request: JobRequest, meter: Meter) -> Job:
        """Raises WrongValue; AnswerLost where it may have begun."""
        model = self._catalogue.model(request.model)
        method = request.method or next(iter(model.methods), "")
        check_tunable(self._catalogue, model, method)
        _check(request)
        try:
            return await self._jobs.create(_fields(request, method), request.model, meter)
        except PermissionDenied as error:
            error.sentence = _CLOSED
            raise

    async def list(
        self,
        *,
        after: str | None = None,
        limit: int | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Page[Job]:
        """`metadata`: only jobs that have these pairs."""
        pairs = {f"metadata[{key}]": value for key, value in (metadata or {}).items()}
        return await self._jobs.list({"after": after, "limit": limit, **pairs})

    async def get(self, id_: str) -> Job:
        return await self._jobs.get(id_)

    async def cancel(self, id_: str) -> Job:
        return await self._jobs.act(id_, "cancel")

    async def pause(self, id_: str) -> Job:
        return await self._jobs.act(id_, "pause")

    async def resume(self, id_: str) -> Job:
        return await self._jobs.act(id_, "resume")

    async def events(
        self, id_: str, *, after: str | None = None, limit: int | None = None
    ) -> Page[JobEvent]:
        """The newest first."""
        return await self._jobs.under(id_, "events", JobEvent, {"after": after, "limit": limit})

    async def checkpoints(
        self, id_: str, *, after: str | None = None, limit: int | None = None
    ) -> Page[Checkpoint]:
        query = {"after": after, "limit": limit}
        return await self._jobs.under(id_, "checkpoints", Checkpoint, query)


def _fields(request: JobRequest, method: str) -> Fields:
    """A server whose model nobody described gets the hyperparameters where they were in 2024."""
    fields: Fields = msgspec.structs.asdict(request)
    hyperparameters, grader = fields.pop("hyperparameters"), fields.pop("grader")
    extra, fields["method"] = fields.pop("extra"), None
    chosen = {"hyperparameters": hyperparameters} if hyperparameters else {}
    if grader:
        chosen["grader"] = grader
    if method:
        fields["method"] = {"type": method, method: chosen}
    else:
        fields |= chosen
    return {name: value for name, value in (fields | extra).items() if value is not None}


def _check(request: JobRequest) -> None:
    check_metadata(request.metadata)
    if len(request.suffix or "") > LONGEST_SUFFIX:
        raise WrongValue(f"The suffix is too long: it has {LONGEST_SUFFIX} characters at most.")
    for name, value in request.hyperparameters.items():
        least, greatest = _RANGES.get(name, (0, float("inf")))
        if value != AUTO and not (isinstance(value, int | float) and least <= value <= greatest):
            span = f"{least:g} to {greatest:g}" if name in _RANGES else "a number"
            raise WrongValue(f"{name} is “{AUTO}” or {span}, and “{value}” is not.")
