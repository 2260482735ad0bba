"""The messages of a conversation, and what they are to a model that reads text only."""

import asyncio
import base64
import binascii
from typing import Literal

from msgspec import Struct

from sandbox.call import Call
from sandbox.engines.choice import CHOICE
from sandbox.errors import APIError, invalid
from sandbox.pictures import from_data_url, no_picture
from sandbox.store import STORE

LONGEST = 200_000  # bytes of a file in a message; the model's context is far smaller


class Url(Struct):
    url: str
    detail: str = "auto"


class Handed(Struct):
    file_id: str | None = None
    filename: str = "file"
    file_data: str | None = None


class TextPart(Struct, tag_field="type", tag="text"):
    text: str


class RefusalPart(Struct, tag_field="type", tag="refusal"):
    refusal: str


class ImagePart(Struct, tag_field="type", tag="image_url"):
    image_url: Url


class FilePart(Struct, tag_field="type", tag="file"):
    file: Handed


Part = TextPart | RefusalPart | ImagePart | FilePart


class Called(Struct):
    name: str
    arguments: str


class ToolCall(Struct):
    id: str
    function: Called
    type: Literal["function"] = "function"


class Message(Struct):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None
    name: str | None = None
    refusal: str | None = None
    tool_calls: list[ToolCall] = []
    tool_call_id: str | None = None

    @property
    def parts(self) -> list[Part]:
        return [TextPart(self.content)] if isinstance(self.content, str) else self.content or []

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.parts if isinstance(part, TextPart))


async def plain(call: Call, messages: list[Message]) -> list[dict[str, str]]:
    """For llama.cpp. Raises APIError 400."""
    _check(messages)
    return [{"role": _role(m), "content": await _content(call, m)} for m in messages]


def _check(messages: list[Message]) -> None:
    asked: set[str] = set()
    for number, message in enumerate(messages):
        if message.content is None and not message.tool_calls:
            param = f"messages[{number}].content"
            text = f"Missing required parameter: '{param}'."
            raise APIError(400, text, param=param, code="missing_required_parameter")
        asked |= {tool_call.id for tool_call in message.tool_calls}
        if message.role == "tool" and message.tool_call_id not in asked:
            text = (
                "messages with role 'tool' must be a response to a preceding message with "
                "'tool_calls'."
            )
            raise invalid(f"messages[{number}].role", text, None)


def _role(message: Message) -> str:
    return {"developer": "system", "tool": "user"}.get(message.role, message.role)


async def _content(call: Call, message: Message) -> str:
    text = "".join([await _words(call, part) for part in message.parts])
    for tool_call in message.tool_calls:
        text += f"\nI call {tool_call.function.name}({tool_call.function.arguments})."
    return f"The function returned: {text}" if message.role == "tool" else text.strip("\n")


async def _words(call: Call, part: Part) -> str:
    match part:
        case TextPart(text=text) | RefusalPart(refusal=text):
            return text
        case ImagePart(image_url=url):
            return f"\n[{await _seen(call, url)}]\n"
        case FilePart(file=file):
            return f"\n[The file {file.filename}:]\n{await _read(call, file)}\n"


async def _seen(call: Call, url: Url) -> str:
    """The model has no eyes, so it is told what a program sees."""
    content = from_data_url(url.url, "messages")
    try:
        words: str = await call.app[CHOICE]["images"].run(lambda e: e.seen(content))
    except OSError:
        raise no_picture("messages") from None
    return words


async def _read(call: Call, file: Handed) -> str:
    if file.file_data is not None:
        data = file.file_data.rpartition("base64,")[2]
        try:
            content = base64.b64decode(data, validate=True)
        except binascii.Error:
            raise invalid("messages", "Invalid base64 in file_data.", "invalid_base64") from None
    elif file.file_id:
        stored = await call.app[STORE].get(file.file_id, "messages")
        content = await asyncio.to_thread(call.app[STORE].path(stored).read_bytes)
    else:
        raise invalid("messages", "A file part needs file_id or file_data.", None)
    try:
        return content[:LONGEST].decode()
    except UnicodeDecodeError:
        text = f"The sandbox's model reads text files only, and {file.filename} is none."
        raise invalid("messages", text, "unsupported_file") from None
