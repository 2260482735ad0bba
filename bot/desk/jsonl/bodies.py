"""The bodies of a batch's lines, by endpoint: their shape, and how much they take."""

from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import msgspec

from bot.openai import tokens
from bot.openai.catalogue import Model
from bot.spending import prices

Positive = Annotated[int, msgspec.Meta(ge=1)]  # what is less would make a hold of money smaller
_NOTHING = msgspec.Raw()
_AROUND = 3  # tokens that the format adds to a message, and before the answer
_FILE = 10_000  # tokens of a file of which the id alone may be known


class Body(msgspec.Struct, kw_only=True, gc=False):
    """Of an endpoint of whose requests Parley knows the model alone."""

    checked: ClassVar[tuple[str, ...]] = ()  # fields that the catalogue may have a word on

    model: Annotated[str, msgspec.Meta(min_length=1)]
    stream: Literal[False] | None = None  # a batch has nobody to stream to

    def tokens_in(self, _model: Model) -> int | None:
        """None: not known. No text has more than bytes."""
        return None

    def tokens_out(self, model: Model) -> int:
        """At most."""
        return model.max_output

    def fixed(self, _model: Model) -> int | None:
        """Micro-dollars that it costs beside tokens; None: not known."""
        return 0


class _Part(msgspec.Struct, gc=False):
    type: str
    text: str | None = None
    file: msgspec.Raw = _NOTHING
    input_audio: msgspec.Raw = _NOTHING


class _Message(msgspec.Struct, gc=False):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[_Part] | None = None
    tool_calls: msgspec.Raw = _NOTHING


class Chat(Body, kw_only=True, gc=False):
    checked = (
        "n", "temperature", "top_p", "presence_penalty", "frequency_penalty", "top_logprobs",
        "reasoning_effort", "verbosity",
    )  # fmt: skip

    messages: Annotated[list[_Message], msgspec.Meta(min_length=1)]
    max_tokens: Positive | None = None
    max_completion_tokens: Positive | None = None
    n: Positive | None = None
    temperature: float | None = None
    top_p: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    top_logprobs: int | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    tools: msgspec.Raw = _NOTHING
    response_format: msgspec.Raw = _NOTHING

    def tokens_in(self, model: Model) -> int:
        beside = (len(self.tools) + len(self.response_format)) // 4
        said = sum(_message(model, message) + _AROUND for message in self.messages)
        return said + _AROUND + beside

    def tokens_out(self, model: Model) -> int:
        named = max(self.max_completion_tokens or 0, self.max_tokens or 0)
        asked = named or model.max_output
        return min(asked, model.max_output if model.known else asked) * (self.n or 1)


class Embedding(Body, kw_only=True, gc=False):
    checked = ("dimensions", "encoding_format")

    input: str | Annotated[list[str | int | list[int]], msgspec.Meta(min_length=1)]
    dimensions: int | None = None
    encoding_format: str | None = None

    def tokens_in(self, model: Model) -> int:
        if isinstance(self.input, str):
            return tokens.count(model, self.input)
        return sum(_embedded(model, one) for one in self.input)

    def tokens_out(self, _model: Model) -> int:
        return 0


class Moderation(Body, kw_only=True, gc=False):
    model: str = "omni-moderation-latest"
    input: str | Annotated[list[str | dict[str, Any]], msgspec.Meta(min_length=1)]

    def tokens_out(self, _model: Model) -> int:
        return 0


class Image(Body, kw_only=True, gc=False):
    checked = ("prompt", "n", "size", "quality", "style", "background", "output_format")

    prompt: Annotated[str, msgspec.Meta(min_length=1)]
    n: Positive | None = None
    size: str | None = None
    quality: str | None = None
    style: str | None = None
    background: str | None = None
    output_format: str | None = None

    def tokens_in(self, model: Model) -> int:
        return tokens.count(model, self.prompt)

    def tokens_out(self, _model: Model) -> int:
        return 0

    def fixed(self, model: Model) -> int | None:
        each = prices.of_picture(model, self.quality, self.size)
        return None if each is None else each * (self.n or 1)


class Kind(NamedTuple):
    body: type[Body]
    capability: str
    called: bool = True  # by Parley too, so that the catalogue knows which models serve it


ENDPOINTS = {
    "/v1/chat/completions": Kind(Chat, "chat"),
    "/v1/embeddings": Kind(Embedding, "embeddings"),
    "/v1/moderations": Kind(Moderation, "moderation"),
    "/v1/images/generations": Kind(Image, "images"),
    "/v1/responses": Kind(Body, "chat", called=False),
    "/v1/completions": Kind(Body, "chat", called=False),
}


def _message(model: Model, message: _Message) -> int:
    calls = len(message.tool_calls) // 4
    if isinstance(message.content, list):
        return calls + sum(_part(model, part) for part in message.content)
    return calls + tokens.count(model, message.content or "")


def _part(model: Model, part: _Part) -> int:
    """Of files and sound as much as bot/openai/tokens.py takes them to have at most."""
    if part.type == "image_url":
        return model.picture
    if len(part.file):
        return max(_FILE, len(part.file) // 40)
    sound = -(-len(part.input_audio) // 1_000)
    return sound + tokens.count(model, part.text or "")


def _embedded(model: Model, one: str | int | list[int]) -> int:
    match one:
        case str():
            return tokens.count(model, one)
        case list():
            return len(one)
    return 1
