"""What the body of an error answer says, whoever wrote it."""

import re
from typing import Any

import msgspec

_LONGEST = 300  # characters of a message


class Facts(msgspec.Struct, frozen=True):
    message: str
    code: str = ""
    kind: str = ""
    param: str = ""
    status: int = 0  # where the server wrote it as a code


def read(body: bytes) -> Facts:
    """What a body says, in the shapes met in the wild: `{"error": {…}}`, `{"error": "…"}`,
    `{"detail": …}`, `{"message": …}`, numbers as codes, plain text, a page of HTML.
    """
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Facts(_plain(body.decode(errors="replace")))
    if not isinstance(answer, dict):
        return Facts(_plain(str(answer)))
    error = answer.get("error", answer)
    if not isinstance(error, dict):
        return Facts(_plain(str(error)))
    code = _text(error, "code")
    number = code if code.isdecimal() and len(code) == 3 else ""  # noqa: PLR2004  "400"
    return Facts(
        _plain(_text(error, "message") or _text(error, "detail")),
        code="" if number else code,
        kind=_text(error, "type"),
        param=_text(error, "param"),
        status=int(number or 0),
    )


def _text(error: dict[str, Any], field: str) -> str:
    value = error.get(field)
    return "" if value is None else str(value)[:_LONGEST]


def _plain(text: str) -> str:
    """One short line without keys; of a page of HTML only that it is one."""
    if re.search(r"<\s*(!doctype|html|head|body)\b", text[:1000], re.IGNORECASE):
        return "a page of HTML"
    without_keys = re.sub(r"\bsk-[\w*.-]+", "[key]", text[: 2 * _LONGEST])
    return " ".join(without_keys.split())[:_LONGEST]
