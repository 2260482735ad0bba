"""Batches: `/batches`, many requests in a file, answered within a day at half the price."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from bot.openai.catalogue_check import WrongValue
from bot.openai.meter import Meter
from bot.openai.resource import Page, Resource, check_metadata
from bot.openai.transport import Transport
from bot.openai.usage import Usage, WireUsage, used

ENDED = frozenset({"completed", "failed", "expired", "cancelled"})


class BatchRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`extra` is sent as it is."""

    input_file_id: str
    endpoint: str  # /v1/chat/completions
    metadata: Mapping[str, str] | None = None
    extra: Mapping[str, Any] = {}


class Counts(msgspec.Struct, frozen=True):
    total: int = 0
    completed: int = 0
    failed: int = 0


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with the input file."""

    message: str | None = None
    code: str | None = None
    line: int | None = None
    param: str | None = None


class _Problems(msgspec.Struct, frozen=True):
    data: Sequence[Problem] | None = None


class Batch(msgspec.Struct, frozen=True):
    """Times are UTC seconds. `status`: validating, failed, in_progress, finalizing, completed,
    expired, cancelling, cancelled, or what a newer server says.
    """

    id: str
    status: str
    endpoint: str = ""
    input_file_id: str = ""
    completion_window: str = ""
    output_file_id: str | None = None
    error_file_id: str | None = None
    model: str | None = None
    created_at: float | None = None
    in_progress_at: float | None = None
    expires_at: float | None = None
    finalizing_at: float | None = None
    completed_at: float | None = None
    failed_at: float | None = None
    expired_at: float | None = None
    cancelling_at: float | None = None
    cancelled_at: float | None = None
    metadata: Mapping[str, str] | None = None
    request_counts: Counts | None = None
    errors: _Problems | None = None
    object: Any = None
    reported: WireUsage | None = msgspec.field(name="usage", default=None)

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def problems(self) -> Sequence[Problem]:
        return (self.errors and self.errors.data) or ()

    @property
    def usage(self) -> Usage | None:
        """Of all its requests, where the server tells."""
        return used(self.reported)


class Result(msgspec.Struct, frozen=True):
    """A line of the output or the error file. `response`: status_code, request_id, body."""

    custom_id: str
    response: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None


def line(custom_id: str, endpoint: str, body: Mapping[str, Any]) -> bytes:
    """A line of the input file."""
    facts = {"custom_id": custom_id, "method": "POST", "url": endpoint, "body": body}
    return msgspec.json.encode(facts) + b"\n"


def result(text: bytes) -> Result:
    """Raises msgspec.DecodeError."""
    return msgspec.json.decode(text, type=Result)


class Batches:
    """Every method raises OpenAIError."""

    def __init__(self, transport: Transport) -> None:
        self._batches: Resource[Batch] = Resource(transport, "batches", "batch", Batch, "batch")

    async def create(self, request: BatchRequest, meter: Meter) -> Batch:
        """Raises WrongValue; AnswerLost where it may have begun."""
        if not request.endpoint.startswith("/v1/"):
            raise WrongValue(
                f"“{request.endpoint}” is no endpoint of a batch; /v1/chat/completions is one."
            )
        check_metadata(request.metadata)
        fields = msgspec.to_builtins(request)
        extra = fields.pop("extra", {})
        return await self._batches.create(
            {**fields, "completion_window": "24h", **extra}, meter=meter
        )

    async def list(self, *, after: str | None = None, limit: int | None = None) -> Page[Batch]:
        """The newest first."""
        return await self._batches.list({"after": after, "limit": limit})

    async def get(self, id_: str) -> Batch:
        return await self._batches.get(id_)

    async def cancel(self, id_: str) -> Batch:
        return await self._batches.act(id_, "cancel")
