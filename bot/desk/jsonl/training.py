"""Training data, checked line by line: supervised, dpo and reinforcement.

https://platform.openai.com/docs/guides/supervised-fine-tuning#formatting-your-data
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from bot.desk.jsonl import reasons
from bot.desk.jsonl.lines import lines
from bot.desk.jsonl.problems import LISTED, Problem, Problems
from bot.desk.jsonl.sampling import Sample
from bot.openai import tokens
from bot.openai.catalogue import Model

FEWEST = 10  # examples
_AROUND = 3  # tokens that the format adds to a message


class TrainingReport(msgspec.Struct, frozen=True):
    """`tokens`: of all examples, once; of a file beyond sampling.SAMPLE bytes as a sample has it.
    `too_many`: `wrong` is more than the `problems` that are listed.
    """

    lines: int
    examples: int  # that can be learned from
    tokens: int
    problems: Sequence[Problem] = ()
    too_many: bool = False
    wrong: int = 0  # problems in all


class _Part(msgspec.Struct, gc=False):
    type: str
    text: str | None = None


class _Called(msgspec.Struct, gc=False):
    name: str
    arguments: str = ""


class _Call(msgspec.Struct, gc=False):
    function: _Called
    id: str = ""
    type: str = "function"


class _Message(msgspec.Struct, gc=False):
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[_Part] | None = None
    tool_calls: list[_Call] | None = None
    function_call: _Called | None = None
    weight: Literal[0, 1] | None = None
    tool_call_id: str | None = None


class _Conversation(msgspec.Struct, gc=False):
    messages: list[_Message]


class _Compared(msgspec.Struct, gc=False):
    input: _Conversation
    preferred_output: list[_Message]
    non_preferred_output: list[_Message]


async def check_training(path: Path, method: str, model: Model) -> TrainingReport:
    """`method`: supervised, dpo or reinforcement. `model` is the one to be trained, whose tokens
    are counted. Raises OSError.
    """
    return await asyncio.to_thread(check, path, method, model)


def method_of(path: Path) -> str:
    """What the first line seems to be for. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(2**20).partition(b"\n")[0]
    try:
        found = msgspec.json.decode(head, type=dict[str, msgspec.Raw])
        if "preferred_output" in found:
            return "dpo"
        said = msgspec.json.decode(head, type=_Conversation).messages
    except reasons.UNREADABLE:
        return "supervised"
    return "reinforcement" if said and said[-1].role == "user" else "supervised"


def check(path: Path, method: str, model: Model) -> TrainingReport:
    kind, look = _METHODS.get(method, _METHODS["supervised"])
    decode = msgspec.json.Decoder(kind).decode
    problems, sample = Problems(), Sample(path.stat().st_size)
    seen = good = 0
    for number, line in lines(path, problems):
        seen += 1
        try:
            messages, trouble = look(decode(line))
        except reasons.UNREADABLE as error:
            problems.add(number, reasons.of(error, line))
            continue
        if trouble or (trouble := _trouble(messages)):
            problems.add(number, trouble)
            continue
        good += 1
        if sample.draws(size := len(line)):
            sample.count(sum(_size(model, message) for message in messages), size)
    if not problems.count and good < FEWEST:
        few = "1 example is" if good == 1 else f"{good} examples are"
        problems.add(0, f"{few} too few: there must be at least {FEWEST}.")
    return TrainingReport(seen, good, sample.tokens, tuple(problems.listed),
                          problems.count > LISTED, problems.count)  # fmt: skip


def _supervised(example: _Conversation) -> tuple[list[_Message], str]:
    messages = example.messages
    if not messages:
        return messages, "It has no messages."
    if messages[-1].role != "assistant":
        if any(message.role == "assistant" for message in messages):
            return messages, f"Its last message is by “{messages[-1].role}”, not by “assistant”."
        return messages, "It has no answer: no message is by “assistant”."
    if messages[-1].weight == 0 and not any(
        message.weight != 0 for message in messages if message.role == "assistant"
    ):
        return messages, "Every answer in it has the weight 0, so nothing is learned from it."
    return messages, ""


def _dpo(example: _Compared) -> tuple[list[_Message], str]:
    messages = [*example.input.messages, *example.preferred_output, *example.non_preferred_output]
    if not example.input.messages:
        return messages, "Its `input` has no messages."
    if example.input.messages[-1].role == "assistant":
        return messages, "Its `input` ends with an answer; the answers are `preferred_output` and `non_preferred_output`."  # fmt: skip  # noqa: E501
    for name in ("preferred_output", "non_preferred_output"):
        output = getattr(example, name)
        if len(output) != 1 or output[0].role != "assistant":
            return messages, f"Its `{name}` is not one message by “assistant”."
    return messages, ""


def _reinforcement(example: _Conversation) -> tuple[list[_Message], str]:
    if not example.messages:
        return [], "It has no messages."
    if (role := example.messages[-1].role) != "user":
        return [], f"Its last message is by “{role}”, not by “user”."
    return example.messages, ""


_Look = Callable[[Any], tuple[list[_Message], str]]
_METHODS: dict[str, tuple[Any, _Look]] = {
    "supervised": (_Conversation, _supervised),
    "dpo": (_Compared, _dpo),
    "reinforcement": (_Conversation, _reinforcement),
}


def _trouble(messages: Sequence[_Message]) -> str:
    """What is wrong with a message wherever it stands."""
    for number, message in enumerate(messages, 1):
        answers = message.role == "assistant"
        if not message.content and not (answers and (message.tool_calls or message.function_call)):
            return f"Message {number}, by “{message.role}”, is empty."
        if message.weight is not None and not answers:
            return f"Message {number} has a weight, and is by “{message.role}”: only answers have one."  # fmt: skip  # noqa: E501
        if message.tool_calls and not answers:
            return f"Message {number} calls tools, and is by “{message.role}”: only answers do."
        if message.role == "tool" and not message.tool_call_id:
            return f"Message {number}, by “tool”, has no `tool_call_id`."
    return ""


def _size(model: Model, message: _Message) -> int:
    content = message.content
    if isinstance(content, list):
        size = sum(_part(model, part) for part in content)
    else:
        size = tokens.count(model, content or "")
    calls = [call.function for call in message.tool_calls or ()]
    calls += [message.function_call] if message.function_call else []
    return size + _AROUND + sum(tokens.count(model, c.name + c.arguments) for c in calls)


def _part(model: Model, part: _Part) -> int:
    return model.picture if part.type == "image_url" else tokens.count(model, part.text or "")
