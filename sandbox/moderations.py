"""`POST /v1/moderations`: texts, and lists of texts and pictures."""

from typing import Any, Literal

from msgspec import Struct

from sandbox.call import Call, estimate, person
from sandbox.engines.choice import CHOICE
from sandbox.engines.engine import Engine
from sandbox.errors import invalid
from sandbox.ids import new
from sandbox.pictures import from_data_url, no_picture
from sandbox.requests import decode

FLAGGED = 0.5
OLD = {"illicit", "illicit/violent"}  # which text-moderation-* does not know


class Url(Struct):
    url: str


class Text(Struct, tag_field="type", tag="text"):
    text: str


class Picture(Struct, tag_field="type", tag="image_url"):
    image_url: Url


class ModerationRequest(Struct, forbid_unknown_fields=True):
    input: str | list[str | Text | Picture]
    model: str = "omni-moderation-latest"
    user: str | None = None
    safety_identifier: str | None = None


Parts = list[str | Text | Picture]
Kind = Literal["text", "image"]


async def moderations(call: Call, body: bytes) -> dict[str, Any]:
    request = decode(body, ModerationRequest)
    groups = _groups(request.input)
    words = " ".join(_words(part) for group in groups for part in group)
    model = call.admit(request.model, "moderation", estimate(words))
    if request.model.startswith("text-") and not all(
        _is_text(part) for group in groups for part in group
    ):
        raise invalid("input", f"{request.model} judges text only; omni-moderation-latest, both.")
    engine = call.app[CHOICE]["moderation"]
    results = [await _result(engine, group, request.model) for group in groups]
    call.book(model, {"input": await engine.run(lambda e: e.count(words))}, person(request))
    return {"id": new("modr-", 24), "model": request.model, "results": results}


def _groups(wanted: str | Parts) -> list[Parts]:
    """What is judged as one: each text of a list, but all the parts of one message."""
    if isinstance(wanted, str):
        return [[wanted]]
    if not wanted:
        raise invalid("input", "'input' is empty: give it a text, or a list of them.")
    plain = [part for part in wanted if isinstance(part, str)]
    return [[part] for part in plain] if len(plain) == len(wanted) else [list(wanted)]


def _is_text(part: str | Text | Picture) -> bool:
    return not isinstance(part, Picture)


def _words(part: str | Text | Picture) -> str:
    if isinstance(part, Picture):
        return ""
    return part if isinstance(part, str) else part.text


async def _result(engine: Engine[Any], group: Parts, model: str) -> dict[str, Any]:
    scores: dict[str, float] = {}
    judged: dict[str, list[Kind]] = {}
    for part in group:
        kind: Kind = "image" if isinstance(part, Picture) else "text"
        for name, score in (await _scores(engine, part)).items():
            scores[name] = max(score, scores.get(name, 0.0))
            judged.setdefault(name, [])
            if score > 0 and kind not in judged[name]:
                judged[name].append(kind)
    if model.startswith("text-"):
        scores = {name: score for name, score in scores.items() if name not in OLD}
        judged = {}
    categories = {name: score >= FLAGGED for name, score in scores.items()}
    result = {
        "flagged": any(categories.values()),
        "categories": categories,
        "category_scores": scores,
    }
    return result | ({"category_applied_input_types": judged} if judged else {})


async def _scores(engine: Engine[Any], part: str | Text | Picture) -> dict[str, float]:
    if not isinstance(part, Picture):
        words = _words(part)
        found: dict[str, float] = await engine.run(lambda e: e.text(words))
        return found
    content = from_data_url(part.image_url.url, "input")
    try:
        seen: dict[str, float] = await engine.run(lambda e: e.picture(content))
    except OSError:
        raise no_picture("input") from None
    return seen
