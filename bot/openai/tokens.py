"""Counting tokens before a call: exact by OpenAI's tokenizers, estimated for other models."""

from collections.abc import Callable, Iterable
from functools import cache

from bot.openai.catalogue import Model
from bot.openai.chat_parts import FilePart, Part, PicturePart, TextPart
from bot.openai.chat_types import ChatMessage

# https://github.com/openai/openai-cookbook/blob/main/examples/How_to_count_tokens_with_tiktoken.ipynb
_AROUND_A_MESSAGE = 3
_BEFORE_THE_ANSWER = 3
# Estimates, to hold money for a call; it is settled by what the API counted.
_OF_A_FILE = 30  # bytes that take a token: a PDF is mostly fonts and pictures
_OF_SOUND = 800  # bytes that take a token: ten of them a second
_UNSEEN_FILE = 10_000  # tokens of one that only its id is known of


def count(model: Model, text: str) -> int:
    if not text:
        return 0
    if not model.encoding or not (counter := _counter(model.encoding)):
        return estimate(text)
    # An unpaired surrogate is sent as a question mark, see chat_parameters.py.
    return counter(text.encode(errors="replace").decode())


def prompt(model: Model, messages: Iterable[ChatMessage]) -> int:
    """What these messages cost as a prompt, with what the format adds."""
    sizes = (_message(model, message) + _AROUND_A_MESSAGE for message in messages)
    return sum(sizes) + _BEFORE_THE_ANSWER


def _message(model: Model, message: ChatMessage) -> int:
    calls = sum(count(model, call.name + call.arguments) for call in message.tool_calls)
    if message.content is None or isinstance(message.content, str):
        return count(model, message.content or "") + calls
    return sum(_part(model, part) for part in message.content) + calls


def _part(model: Model, part: Part) -> int:
    match part:
        case TextPart():
            return count(model, part.text)
        case PicturePart():
            # At low detail OpenAI's models take a seventeenth.
            low = part.image_url.detail == "low"
            return model.picture // 8 if low else model.picture
        case FilePart():
            data = part.file.file_data
            return _UNSEEN_FILE if data is None else _bytes(data) // _OF_A_FILE + 1
    return _bytes(part.input_audio.data) // _OF_SOUND + 1


def _bytes(base64: str) -> int:
    return len(base64) * 3 // 4


def estimate(text: str) -> int:
    """4 characters a token, as English has it. Other scripts take 0.5 to 2 tokens a character,
    more with small vocabularies: half their UTF-8 bytes, so that a budget is not overdrawn.
    """
    size = len(text.encode(errors="replace"))
    others = size - len(text.encode("ascii", errors="ignore"))
    return -(-(size - others) // 4) + -(-others // 2)


@cache
def _counter(encoding: str) -> Callable[[str], int] | None:
    # First needed with the first question; loading a vocabulary takes 0.03 s.
    try:
        from rs_bpe.bpe import openai  # noqa: PLC0415  imports that cost happen when first used
    except ImportError:  # no wheel for this Python
        return None
    tokenizer = openai.o200k_base() if encoding == "o200k_base" else openai.cl100k_base()
    counter: Callable[[str], int] = tokenizer.count
    return counter
