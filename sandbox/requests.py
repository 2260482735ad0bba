"""Requests, read and checked; what is wrong with one, in OpenAI's words."""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, TypeVar

import msgspec
from aiohttp import BodyPartReader, web

from sandbox.errors import APIError

T = TypeVar("T")
FIELD = 1 << 20  # bytes of a form's field that is no file


def decode(body: bytes, kind: type[T]) -> T:
    """Raises APIError 400, with the parameter."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise explained(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise APIError(400, "We could not parse the JSON body of your request.") from None


def convert(fields: Mapping[str, Any], kind: type[T]) -> T:
    """A form's fields, or a query's, all of them text. Raises APIError 400."""
    try:
        return msgspec.convert(dict(fields), kind, strict=False)
    except msgspec.ValidationError as error:
        raise explained(str(error)) from None


def explained(said: str) -> APIError:
    """What msgspec said ("Expected `float` <= 2.0 - at `$.temperature`") in OpenAI's words."""
    what, _, where = said.partition(" - at ")
    path = where.strip("`").removeprefix("$").removeprefix(".")
    name = re.search(r"(?:missing required|unknown) field `([^`]+)`", what)
    param = ".".join(filter(None, (path, name[1] if name else "")))
    if name and "missing" in what:
        text = f"Missing required parameter: '{param}'."
        return APIError(400, text, param=param, code="missing_required_parameter")
    if name:
        text = f"Unsupported parameter: '{param}' is not supported with this model."
        return APIError(400, text, param=param, code="unsupported_parameter")
    if not param:
        return APIError(400, f"Invalid request: {what}.")
    return APIError(400, f"Invalid '{param}': {what}.", param=param, code="invalid_value")


@dataclass(frozen=True)
class Upload:
    name: str
    content: bytes

    @property
    def suffix(self) -> str:
        return PurePath(self.name).suffix.lower().removeprefix(".")


@dataclass
class Form:
    """`multipart/form-data`. `key[]` is a list, `key[sub]` a mapping."""

    fields: dict[str, Any] = field(default_factory=dict)
    files: dict[str, list[Upload]] = field(default_factory=dict)

    def file(self, name: str) -> Upload:
        """Raises APIError 400."""
        if not self.files.get(name):
            raise APIError(
                400,
                f"Missing required parameter: '{name}'.",
                param=name,
                code="missing_required_parameter",
            )
        return self.files[name][0]

    def add(self, name: str, value: str) -> None:
        """Raises APIError 400 for one name in two forms."""
        key, bracket, sub = name.removesuffix("]").partition("[")
        empty: Any = "" if not bracket else {} if sub else []
        have = self.fields.setdefault(key, empty)
        if type(have) is not type(empty):
            raise APIError(400, f"'{key}' is given in different forms.", param=key)
        if isinstance(have, dict):
            have[sub] = value
        elif isinstance(have, list):
            have.append(value)
        else:
            self.fields[key] = value


async def form(http: web.Request, limit: int) -> Form:
    """Raises APIError 413 as soon as a file is larger than `limit` bytes."""
    found = Form()
    with well_formed():
        async for part in parts(http):
            await _add(found, part, limit)
    return found


@contextmanager
def well_formed() -> Iterator[None]:
    """Around the reading of a form. Raises APIError 400."""
    try:
        yield
    except ValueError:
        raise APIError(400, "Could not parse multipart form.") from None


async def parts(http: web.Request) -> AsyncIterator[BodyPartReader]:
    """Of a multipart form. Raises APIError 400."""
    if not http.content_type.startswith("multipart/"):
        text = f"Unsupported content type: '{http.content_type}'. Expected multipart/form-data."
        raise APIError(400, text)
    async for part in await http.multipart():
        if isinstance(part, BodyPartReader) and part.name:
            yield part


async def _add(found: Form, part: BodyPartReader, limit: int) -> None:
    name = part.name or ""
    content = bytearray()
    while chunk := await part.read_chunk(1 << 16):
        content += chunk
        if len(content) > (limit if part.filename else FIELD):
            raise too_large(limit)
    if part.filename is None:
        found.add(name, content.decode())
    else:
        upload = Upload(part.filename, bytes(content))
        found.files.setdefault(name.removesuffix("[]"), []).append(upload)


def too_large(limit: int) -> APIError:
    text = f"Maximum content size limit ({limit}) exceeded."
    return APIError(413, text, code="content_size_limit_exceeded")
