"""One call: who makes it, from where, what it may take and what it took. A line of a batch is
one too.
"""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.book import BOOK, Row
from sandbox.limits import Limits
from sandbox.models import MODELS, Model

LIMITS: web.AppKey[Limits] = web.AppKey("limits", Limits)


@dataclass
class Call:
    app: web.Application
    key: str
    endpoint: str  # /v1/embeddings
    host: str  # as the client reached it, for addresses in answers
    batch: bool = False
    headers: dict[str, str] = field(default_factory=dict)  # for the answer

    def admit(self, name: str, capability: str, tokens: int = 0) -> Model:
        """The model, if its rate limits allow. Raises APIError."""
        model = self.app[MODELS].get(name, capability)
        if not self.batch:  # batches have limits of their own
            self.headers |= self.app[LIMITS].admit(self.key, name, tokens)
        return model

    def book(self, model: Model, counts: dict[str, float], user: str | None) -> None:
        row = Row(self.endpoint, model.id, user or "", self.batch)
        self.app[BOOK].write(row, counts, model.cost(counts))


CALL: web.RequestKey[Call] = web.RequestKey("call", Call)


def person(request: Any) -> str | None:
    """Whom a request names."""
    named = getattr(request, "safety_identifier", None) or getattr(request, "user", None)
    return named if isinstance(named, str) else None


def estimate(text: str) -> int:
    """Tokens, as the rate limits count before anything has read the text."""
    return len(text) // 4 + 1
