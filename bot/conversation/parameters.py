"""What people can set of an answer, by the names that they read: how each is written, which
parameter of the API it is, and what the model takes.
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import Refused
from bot.openai.catalogue import Catalogue, Model
from bot.openai.catalogue_check import WrongValue, check
from bot.openai.catalogue_types import USUAL_TIERS
from bot.openai.chat import PATH
from bot.openai.chat_parameters import unsent
from bot.openai.chat_tools import JSON_OBJECT, json_schema
from bot.ports import WHERE

MOST_ANSWERS = 4  # to choose from: as many buttons as a row has, with Regenerate
LONGEST = 8_000  # characters of a text
_BY_THE_CATALOGUE_ONLY = ("reasoning_effort", "verbosity")  # few models take them


@dataclass(frozen=True)
class Parameter:
    name: str
    help: str  # at most 100 characters (Discord's limit)
    form: str  # of the forms of /settings: answer, sampling, format, more, other; "": of none
    field: str = ""  # of a ChatRequest; "": it is not one
    read: Callable[[str], Any] = str
    choices: tuple[str, ...] = ()  # where they are the same for every model
    long: bool = False


def _text(text: str) -> str:
    if len(text) > LONGEST:
        raise Refused(f"That has {len(text):,} characters; at most {LONGEST:,} can be kept.")
    return text


def _number(text: str) -> float:
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Refused(f"“{text[:50]}” is no number, as 0.7 is.")
    return value


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        digits = text.removeprefix("-")
        if not (digits.isdecimal() and digits.isascii() and len(digits) < 20):  # noqa: PLR2004  64 bits
            raise Refused(f"“{text[:50]}” is no whole number.")
        if not least <= int(text) <= most:
            raise Refused(f"It is {least:,} to {most:,}, and {int(text):,} is not.")
        return int(text)

    return read


def _stops(text: str) -> tuple[str, ...]:
    """`END | ###`, with backslash and n for a new line."""
    found = tuple(part.strip().replace("\\n", "\n") for part in text.split("|"))
    if not all(found):
        raise Refused("Write what ends the answer, several with a bar between: `END | ###`.")
    return found


def _biases(text: str) -> dict[str, float]:
    """`50256=-100, 198=5`, or JSON."""
    pairs = text.strip().strip("{}").replace(":", "=").replace('"', "").split(",")
    found = {}
    for pair in pairs:
        token, _, bias = (part.strip() for part in pair.partition("="))
        if not (token.isdecimal() and token.isascii()):
            raise Refused("Write numbers of tokens and how likely: `50256=-100, 198=5`.")
        found[token] = _number(bias)
    return found


def _format(text: str) -> dict[str, Any] | None:
    """`text`, `json`, or a JSON schema."""
    if text in {"text", "json"}:
        return JSON_OBJECT if text == "json" else None
    try:
        schema = json.loads(text)
    except (ValueError, RecursionError):
        schema = None
    if not isinstance(schema, dict):
        raise Refused("`format` is `text`, `json`, or a JSON schema like "
                      '`{"type": "object", "properties": {…}}`.')  # fmt: skip
    # Strict mode wants every property required and none beside them; few schemas of people are so.
    return json_schema("answer", schema, strict=False)


PARAMETERS: Mapping[str, Parameter] = {
    one.name: one
    for one in (
        Parameter("model", "Which model answers", "answer"),
        Parameter("persona", "Who answers: a name from /persona list, or none", "answer"),
        Parameter("language", "The language of the answers, as in French", "answer"),
        Parameter("system", "What the model is told first, in place of the usual words", "answer",
                  long=True),
        Parameter("temperature", "0 is dry and the same each time, 2 is wild", "sampling",
                  "temperature", _number),
        Parameter("top_p", "How much of what is likely counts, 0 to 1; set this or temperature",
                  "sampling", "top_p",
                  _number),
        Parameter("presence_penalty", "Above 0: new topics; below: the same ones. -2 to 2",
                  "sampling", "presence_penalty", _number),
        Parameter("frequency_penalty", "Above 0: fewer repetitions. -2 to 2", "sampling",
                  "frequency_penalty", _number),
        Parameter("format", "text, json, or a JSON schema that the answer must fit", "format",
                  "response_format", _format, long=True),
        Parameter("max_tokens", "The most that an answer may have, in tokens", "format",
                  "max_output_tokens", _whole(16, 1_000_000)),
        Parameter("stop", "What ends the answer, as in END | ###", "format", "stop", _stops),
        Parameter("n", f"How many answers to choose from, at most {MOST_ANSWERS}", "format", "n",
                  _whole(1, MOST_ANSWERS)),
        Parameter("effort", "How long the model thinks before it answers", "more",
                  "reasoning_effort"),
        Parameter("verbosity", "How long the answers are", "more", "verbosity"),
        Parameter("seed", "The same number, the same answer (nearly)", "more", "seed",
                  _whole(-(2**63), 2**63 - 1)),
        Parameter("logit_bias", "How likely tokens are, as in 50256=-100, 198=5", "more",
                  "logit_bias", _biases),
        Parameter("logprobs", "A file of how likely each word was, and of so many others", "",
                  "top_logprobs", _whole(0, 20)),
        Parameter("where", "Where answers stand: in a thread, in the channel, or as a reply there",
                  "other", choices=WHERE),
        Parameter("tools", "What it may call: auto, none, required, or a command to begin with",
                  "other"),
        Parameter("service_tier", "How fast, at which price: auto, default, or one that is priced",
                  "other", "service_tier"),
        Parameter("voice", "Voice notes are answered in voice too", "other",
                  choices=("on", "off")),
    )
}  # fmt: skip


def read(catalogue: Catalogue, model: Model, name: str, text: str) -> Any:
    """The value, as this model takes it. Raises Refused with what is allowed."""
    parameter = PARAMETERS[name]
    if parameter.choices and text not in parameter.choices:
        raise Refused(f"`{name}` is one of {', '.join(parameter.choices)}; you gave “{text[:50]}”.")
    value = parameter.read(_text(text))
    if parameter.field:
        _check(catalogue, model, parameter.field, value)
    return value


def fields(
    catalogue: Catalogue, model: Model, chosen: Mapping[str, str]
) -> tuple[dict[str, Any], list[str]]:
    """The parameters of a ChatRequest, and a sentence for each that this model does not take."""
    found, sentences = dict[str, Any](), list[str]()
    for name, text in chosen.items():
        if name in PARAMETERS and (field := PARAMETERS[name].field):
            try:
                found[field] = read(catalogue, model, name, text)
            except Refused as refusal:
                sentences.append(f"{refusal.sentence} So `{name}` is left out.")
    for field in unsent(found, model):
        del found[field]
        sentences.append(
            f"{model.id} takes no {field.replace('_', ' ')} while it reasons, so it is left out. "
            + _quiet(model)
        )
    if "top_logprobs" in found:
        found["logprobs"] = True
    return found, sentences


def _quiet(model: Model) -> str:
    choices = model.choices.get("reasoning_effort", ())
    return "`/settings set effort none` has it answer at once." if "none" in choices else ""


def _priced(model: Model, tier: str) -> None:
    """What costs nobody knows how much cannot be chosen."""
    known = (*USUAL_TIERS, *model.tiers)
    if tier not in known:
        raise WrongValue(
            f"What {model.id} costs in the tier “{tier[:50]}” is not known, so only "
            f"{', '.join(known)} can be chosen. An admin can give its prices in "
            "PARLEY_CATALOGUE (`tiers`)."
        )


def _check(catalogue: Catalogue, model: Model, field: str, value: Any) -> None:
    if model.known and field in _BY_THE_CATALOGUE_ONLY and field not in model.choices:
        raise WrongValue(f"{model.id} takes no {field.replace('_', ' ')}.")
    if field in model.refuses:
        raise WrongValue(f"{model.id} takes no {field.replace('_', ' ')}.")
    if field == "service_tier":
        _priced(model, value)
    if field == "max_output_tokens" and model.known and value > model.max_output:
        raise WrongValue(f"{model.id} writes at most {model.max_output:,} tokens.")
    check(catalogue, model, PATH, {field: value})
