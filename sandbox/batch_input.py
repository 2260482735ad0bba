"""The file of a batch, checked line by line before any line is carried out."""

from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

MOST = 50_000  # requests
TOLD = 100  # errors


class Line(Struct):
    custom_id: str
    method: Literal["POST"]
    url: str
    body: msgspec.Raw


def read(path: Path, endpoint: str) -> tuple[list[Line], list[dict[str, Any]]]:
    """The lines, and what is wrong with the file, as a batch's `errors`."""
    lines: list[Line] = []
    errors: list[dict[str, Any]] = []
    seen: set[str] = set()
    with path.open("rb") as file:
        for number, text in enumerate(file, 1):
            if text.strip():
                found = _line(text, number, endpoint, seen)
                (lines if isinstance(found, Line) else errors).append(found)  # type: ignore[arg-type]  # each of its kind
            if len(errors) >= TOLD:
                break
    if not lines and not errors:
        errors.append(_error("empty_file", "The batch has no requests.", None, None))
    if len(lines) > MOST:
        text_ = f"The batch has {len(lines)} requests; at most {MOST} are allowed."
        errors.append(_error("too_many_tasks", text_, None, None))
    return lines, errors


def _line(text: bytes, number: int, endpoint: str, seen: set[str]) -> Line | dict[str, Any]:
    try:
        line = msgspec.json.decode(text, type=Line)
    except msgspec.ValidationError as error:
        return _error("invalid_request", f"This line is no request: {error}.", number, None)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _error(
            "invalid_json_line", "This line is not parseable as valid JSON.", number, None
        )
    if line.url != endpoint:
        told = "The URL provided for this request does not match the batch endpoint."
        return _error("invalid_url", told, number, "url")
    if line.custom_id in seen:
        told = "The custom_id of this request is a duplicate of another request."
        return _error("duplicate_custom_id", told, number, "custom_id")
    seen.add(line.custom_id)
    return line


def _error(code: str, message: str, line: int | None, param: str | None) -> dict[str, Any]:
    return {"code": code, "message": message, "line": line, "param": param}
