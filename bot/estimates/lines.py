"""JSONL for a batch or for fine-tuning, as work. To be called off the loop."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from bot.errors import Refused
from bot.estimates.work import Work
from bot.openai import tokens
from bot.openai.catalogue import Catalogue, Model

_AROUND = 3  # tokens that a message costs beside its text, and an answer before it
_ENDPOINTS = {"/v1/chat/completions": "chat", "/v1/embeddings": "embeddings",
              "/v1/moderations": "moderation"}  # fmt: skip


@dataclass
class _Tally:
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    read: Counter[tuple[str, str]] = field(default_factory=Counter)
    written: Counter[tuple[str, str]] = field(default_factory=Counter)


def works(path: Path, name: str, catalogue: Catalogue, asked: Mapping[str, Any]) -> list[Work]:
    """`asked`: `model` of fine-tuning, `epochs`, `tokens_out` of an answer without a limit of its
    own. Raises Refused with the line that is wrong.
    """
    rows = _rows(path, name)
    first = next(rows, None)
    if first is None:
        raise Refused(f"“{name}” is empty.")
    if "body" in first[1]:
        return _batch(_again(first, rows), name, catalogue, int(asked["tokens_out"]))
    if "messages" in first[1] or "input" in first[1]:
        model = catalogue.model(str(asked["model"]))
        size = sum(_trained(model, row) for _, row in _again(first, rows))
        return [Work("fine_tuning", model, tokens_in=size * int(asked["epochs"]))]
    raise Refused(
        f"“{name}” is JSONL, but neither for a batch (`custom_id`, `url`, `body`) nor for "
        "fine-tuning (`messages`)."
    )


def _rows(path: Path, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not (text := line.strip()):
                continue
            try:
                yield number, decode(text)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                raise Refused(f"Line {number} of “{name}” is no JSON object.") from None


def _again(
    first: tuple[int, dict[str, Any]], rest: Iterator[tuple[int, dict[str, Any]]]
) -> Iterator[tuple[int, dict[str, Any]]]:
    yield first
    yield from rest


def _batch(
    rows: Iterator[tuple[int, dict[str, Any]]], name: str, catalogue: Catalogue, most: int
) -> list[Work]:
    tally = _Tally()
    for number, row in rows:
        body, capability = row.get("body"), _ENDPOINTS.get(str(row.get("url", "")))
        if not isinstance(body, dict) or capability is None:
            raise Refused(
                f"Line {number} of “{name}” has no `body`, or a `url` that is none of "
                f"{', '.join(_ENDPOINTS)}."
            )
        key = capability, str(body.get("model", ""))
        model = catalogue.model(key[1], capability)
        tally.requests[key] += 1
        tally.read[key] += _prompt(model, body)
        if capability == "chat":
            tally.written[key] += _limit(body, most) * int(body.get("n") or 1)
    return [
        Work(
            capability, catalogue.model(id_, capability), tally.read[capability, id_],
            tally.written[capability, id_], requests=number, batch=True,
        )
        for (capability, id_), number in tally.requests.items()
    ]  # fmt: skip


def _limit(body: Mapping[str, Any], most: int) -> int:
    told = body.get("max_completion_tokens") or body.get("max_tokens")
    return told if isinstance(told, int) else most


def _prompt(model: Model, body: Mapping[str, Any]) -> int:
    if isinstance(messages := body.get("messages"), list):
        beside = _text({key: body[key] for key in ("tools", "response_format") if key in body})
        around = (len(messages) + 1) * _AROUND
        return sum(_words(model, one) for one in messages) + tokens.count(model, beside) + around
    texts = body.get("input")
    many = texts if isinstance(texts, list) else [texts]
    return sum(tokens.count(model, one) for one in many if isinstance(one, str))


def _words(model: Model, message: Any) -> int:
    """Of one message of any shape; a picture as the most that one takes."""
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, str):
        return tokens.count(model, content)
    parts = content if isinstance(content, list) else []
    told = [part for part in parts if isinstance(part, dict)]
    pictures = len([part for part in told if part.get("type") == "image_url"])
    texts = (part["text"] for part in told if isinstance(part.get("text"), str))
    return pictures * model.picture + sum(tokens.count(model, text) for text in texts)


def _trained(model: Model, row: Mapping[str, Any]) -> int:
    """Supervised examples, and the pairs of DPO."""
    asked = row.get("input")
    given = asked.get("messages") if isinstance(asked, dict) else row.get("messages")
    lists = (given, row.get("preferred_output"), row.get("non_preferred_output"))
    messages = [one for some in lists if isinstance(some, list) for one in some]
    return sum(_words(model, one) + _AROUND for one in messages)


def _text(value: Mapping[str, Any]) -> str:
    return msgspec.json.encode(value).decode() if value else ""
