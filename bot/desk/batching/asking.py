"""A table of prompts as the input of a batch."""

from pathlib import Path
from typing import Any

import msgspec

from bot.desk.batching import tables, templates
from bot.desk.batching.tables import Table
from bot.desk.jsonl.batch import MOST
from bot.errors import Refused
from bot.openai import chat_parameters
from bot.openai.batches import line
from bot.openai.catalogue import Catalogue
from bot.openai.catalogue_check import check
from bot.openai.chat import ChatMessage, ChatRequest

ENDPOINT = "/v1/chat/completions"


class Asked(msgspec.Struct, frozen=True):
    """What is asked about each row. `request` has what goes before the prompt."""

    template: str
    request: ChatRequest


def custom_id(row: int) -> str:
    return f"row-{row}"


def write(source: Path, name: str, asked: Asked, catalogue: Catalogue, target: Path) -> Table:
    """The lines, each with the number of its row. Raises Refused, OSError."""
    headed = bool(templates.names(asked.template))
    table = tables.look(source, name, templates.PROMPTS, headed=headed)
    prompt = templates.prompter(asked.template, table.columns, table.width)
    fields, count = _fields(asked.request, catalogue), 0
    before = fields.pop("messages")
    with target.open("wb") as file:
        for number, row in enumerate(tables.rows(source, table), 1):
            if not (text := prompt(row)):
                continue
            if (count := count + 1) > MOST:
                raise Refused(f"“{name}” has more than {MOST:,} rows, the most that a batch takes. "
                              "Split it.")  # fmt: skip
            messages = [*before, {"role": "user", "content": text}]
            file.write(line(custom_id(number), ENDPOINT, {**fields, "messages": messages}))
    if not count:
        raise Refused(f"“{name}” has no prompt.")
    return table


def _fields(request: ChatRequest, catalogue: Catalogue) -> dict[str, Any]:
    """As the model wants them. Raises WrongValue."""
    model = catalogue.model(request.model)
    check(catalogue, model, "chat/completions", chat_parameters.content(request))
    return chat_parameters.parameters(request, model)


def before(instructions: str) -> list[ChatMessage]:
    return [ChatMessage("system", instructions)] if instructions else []
