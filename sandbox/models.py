"""The models the sandbox answers for, and `/v1/models`.

Its own are named after the engine; OpenAI's names are taken for the same engine, with OpenAI's
parameters, limits and list prices, so that clients written for them work.
Prices: ../shared/reference (guide of January 2025, price list of November 2026).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from aiohttp import web

from sandbox.answers import answer
from sandbox.errors import APIError, no_model

RELEASED = 1730419200  # 1 November 2024
MILLION = {"input", "cached", "output", "audio", "image", "training", "characters"}
"""Units whose price is for a million. The others: `seconds`, and a picture of a size."""


@dataclass(frozen=True)
class Model:
    id: str
    capability: str
    prices: Mapping[str, str] = field(default_factory=dict)  # USD; a unit that is missing is free
    retires: str = ""  # the day, 2027-01-06

    @property
    def card(self) -> dict[str, str | int | None]:
        return {
            "id": self.id,
            "object": "model",
            "created": RELEASED,
            "owned_by": "parley-sandbox",
            "shutdown_date": self.retires or None,
        }

    def cost(self, counts: Mapping[str, float]) -> Decimal:
        """USD. `input` includes what is `cached`."""
        billed = dict(counts)
        if "cached" in self.prices:
            billed["input"] = billed.get("input", 0) - billed.get("cached", 0)
        return sum((self._price(unit, n) for unit, n in billed.items()), start=Decimal(0))

    def _price(self, unit: str, count: float) -> Decimal:
        price = Decimal(self.prices.get(unit, "0")) * Decimal(str(count))
        return price / 1_000_000 if unit in MILLION else price


def tokens(input_: str, output: str, cached: str = "", **others: str) -> dict[str, str]:
    return {"input": input_, "output": output, **({"cached": cached} if cached else {}), **others}


DALLE_3 = {
    f"{size} {quality}": price
    for size, standard, hd in (
        ("1024x1024", "0.040", "0.080"),
        ("1792x1024", "0.080", "0.160"),
        ("1024x1792", "0.080", "0.160"),
    )
    for quality, price in (("standard", standard), ("hd", hd))
}
DALLE_2 = {
    "1024x1024 standard": "0.020", "512x512 standard": "0.018", "256x256 standard": "0.016",
}  # fmt: skip
MINI = tokens("0.15", "0.60", "0.075", training="3.00")

THEIRS = (
    Model("gpt-6-luna", "chat", tokens("0.10", "0.50", "0.01")),
    Model("gpt-5-mini", "chat", tokens("0.25", "2.00", "0.025"), "2026-12-11"),
    Model("gpt-4o", "chat", tokens("2.50", "10.00", "1.25"), "2027-01-14"),
    Model("gpt-4o-2024-08-06", "chat", tokens("2.50", "10.00", training="25.00"), "2027-01-14"),
    Model("gpt-4o-mini", "chat", MINI, "2027-01-14"),
    Model("gpt-4o-mini-2024-07-18", "chat", MINI, "2027-01-14"),
    Model("gpt-4-turbo", "chat", tokens("10.00", "30.00"), "2026-10-23"),
    Model("gpt-3.5-turbo", "chat", tokens("0.50", "1.50", training="8.00"), "2026-10-23"),
    Model("text-embedding-3-small", "embeddings", {"input": "0.02"}),
    Model("text-embedding-3-large", "embeddings", {"input": "0.13"}),
    Model("text-embedding-ada-002", "embeddings", {"input": "0.10"}),
    Model("gpt-image-2", "images", tokens("5.00", "30.00", image="8.00")),
    Model("dall-e-3", "images", DALLE_3, "2026-05-12"),
    Model("dall-e-2", "images", DALLE_2, "2026-05-12"),
    Model("gpt-4o-mini-tts", "speech", tokens("0.60", "12.00"), "2027-01-06"),
    Model("tts-1", "speech", {"characters": "15.00"}, "2027-01-06"),
    Model("tts-1-hd", "speech", {"characters": "30.00"}, "2027-01-06"),
    Model("gpt-transcribe", "transcription", {"seconds": "0.000075"}),
    Model("gpt-4o-transcribe", "transcription", tokens("2.50", "10.00"), "2027-02-26"),
    Model("gpt-4o-mini-transcribe", "transcription", tokens("1.25", "5.00"), "2027-02-26"),
    Model("whisper-1", "transcription", {"seconds": "0.0001"}, "2027-02-26"),
    Model("omni-moderation-latest", "moderation"),
    Model("text-moderation-latest", "moderation", {}, "2025-10-27"),
    Model("text-moderation-stable", "moderation", {}, "2025-10-27"),
)
TUNED = {"training": "3.00", **tokens("0.30", "1.20")}


class Models:
    """What may be asked for: the engines' own, OpenAI's, and what was fine-tuned here."""

    def __init__(self, own: Mapping[str, str]) -> None:
        """`own`: the engine's name for each capability."""
        mine = (Model(name, capability) for capability, name in own.items())
        self._all = {model.id: model for model in (*mine, *THEIRS)}
        self._tuned: dict[str, Model] = {}

    def get(self, name: str, capability: str = "") -> Model:
        """Raises APIError 404."""
        model = self._all.get(name) or self._tuned.get(name)
        if model is None:
            raise no_model(name)
        if capability and model.capability != capability:
            text = f"This is not a {capability} model: {name} does {model.capability}."
            raise APIError(404, text, param="model", code="model_not_found")
        return model

    def tuned(self, names: list[str]) -> None:
        self._tuned = {name: Model(name, "chat", TUNED) for name in names}

    def list(self) -> list[Model]:
        return [*self._all.values(), *self._tuned.values()]


MODELS: web.AppKey[Models] = web.AppKey("models", Models)


def needs_completion_tokens(model: str) -> bool:
    """gpt-5 and later, and the o series, refuse `max_tokens`."""
    return bool(re.match(r"gpt-[5-9]|o\d", model))


async def list_models(http: web.Request) -> web.Response:
    cards = [model.card for model in http.app[MODELS].list()]
    return answer({"object": "list", "data": cards})


async def get_model(http: web.Request) -> web.Response:
    return answer(http.app[MODELS].get(http.match_info["model"]).card)
