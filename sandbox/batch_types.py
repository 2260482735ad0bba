"""Batches as they are kept and shown."""

from typing import Any

import msgspec
from msgspec import Struct, field


class Counts(Struct):
    total: int = 0
    completed: int = 0
    failed: int = 0


class Batch(Struct):
    id: str
    endpoint: str
    input_file_id: str
    completion_window: str
    created_at: int
    expires_at: int
    metadata: dict[str, str] | None
    lasts: int | None  # seconds of its files
    object: str = "batch"
    status: str = "validating"
    model: str | None = None
    errors: dict[str, Any] | None = None
    output_file_id: str | None = None
    error_file_id: str | None = None
    times: dict[str, int] = field(default_factory=dict)  # when it entered each status
    request_counts: Counts = field(default_factory=Counts)
    tokens: list[int] = field(default_factory=lambda: [0, 0])  # in, out

    def enter(self, status: str, now: int) -> None:
        self.status = status
        self.times[status] = now

    def shown(self) -> dict[str, Any]:
        """As OpenAI does."""
        fields = msgspec.structs.asdict(self)
        for own in ("times", "tokens", "lasts"):
            del fields[own]
        statuses = ("in_progress", "finalizing", "completed", "failed", "expired", "cancelling", "cancelled")  # fmt: skip  # noqa: E501
        given, made = self.tokens
        usage = {
            "input_tokens": given,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": made,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": given + made,
        }
        return fields | {f"{s}_at": self.times.get(s) for s in statuses} | {"usage": usage}
