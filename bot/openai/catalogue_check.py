"""Whether a model takes what it is about to be sent. What the catalogue does not say is allowed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from bot.errors import Refused
from bot.openai.catalogue import Catalogue
from bot.openai.catalogue_types import AnySize, Model
from bot.openai.uploads import Upload

_NAMED = 8  # models in a sentence


class WrongValue(Refused):
    """The model does not take this; the sentence lists what it takes."""


def check(catalogue: Catalogue, model: Model, endpoint: str, fields: Mapping[str, Any]) -> None:
    """`fields` by their names in the API; None is not asked for. Raises WrongValue."""
    if model.endpoints and endpoint not in model.endpoints:
        _unserved(model.id, endpoint, catalogue.serving(endpoint))
    for names, one in _CHECKS:
        for name in names(model):
            if (value := fields.get(name)) is not None:
                one(model, name, value)


def _unserved(id_: str, endpoint: str, others: Sequence[str]) -> None:
    raise WrongValue(f"{id_} does not serve {endpoint}. {_these(others)}")


def _these(models: Sequence[str]) -> str:
    if not models:
        return "No model that I know does."
    others = " and others" if len(models) > _NAMED else ""
    return f"These models do: {', '.join(models[:_NAMED])}{others}."


def check_tunable(catalogue: Catalogue, model: Model, method: str) -> None:
    """Raises WrongValue."""
    if not model.known or method in model.methods:
        return
    if model.methods:
        raise WrongValue(f"{model.id} is tuned by {_list(model.methods)}, not by “{method}”.")
    raise WrongValue(f"{model.id} cannot be fine-tuned. {_these(catalogue.tunable())}")


def _choice(model: Model, name: str, value: Any) -> None:
    choices = model.choices[name]
    for one in _values(value):
        if not choices:
            raise WrongValue(f"{model.id} takes no {_said(name)}.")
        if one in choices or (name == "size" and _fits(one, model.any_size)):
            continue
        others = _any(model.any_size) if name == "size" else ""
        raise WrongValue(
            f"“{one}” is no {_said(name)} that {model.id} takes; it takes {_list(choices)}{others}."
        )


def _values(value: Any) -> Iterable[str]:
    """What of this value a list of choices is about. A voice of one's own, `{"id": …}`, is none
    of those that are listed.
    """
    if isinstance(value, tuple | list):
        return [one for entry in value for one in _values(entry)]
    if isinstance(value, Mapping):
        return [value["type"]] if "type" in value else []
    if isinstance(value, Upload):
        suffix = PurePath(value.name).suffix.lower().removeprefix(".")
        return [suffix] if suffix else []
    return [str(value)]


def _fits(size: str, rule: AnySize | None) -> bool:
    width, x, height = size.partition("x")
    numbers = size.isascii() and width.isdecimal() and height.isdecimal()
    if not (rule and x and numbers and len(size) < 12):  # noqa: PLR2004  five digits a side
        return False
    short, long = sorted((int(width), int(height)))
    return (
        0 < long <= rule.ratio * short
        and not (long % rule.step or short % rule.step)
        and long <= max(rule.width, rule.height)
        and short <= min(rule.width, rule.height)
    )


def _any(rule: AnySize | None) -> str:
    if not rule:
        return ""
    return (
        f", or any width x height that {rule.step} divides, of at most {rule.ratio:g} to 1 and "
        f"{rule.width}x{rule.height}"
    )


def _range(model: Model, name: str, value: Any) -> None:
    least, greatest = model.ranges[name]
    for one in value.values() if isinstance(value, Mapping) else (value,):
        if not least <= one <= greatest:
            span = f"{least:g}" if least == greatest else f"{least:g} to {greatest:g}"
            raise WrongValue(f"{_said(name)} is {span} with {model.id}, and {one:g} is not.")


def _length(model: Model, name: str, value: Any) -> None:
    longest = model.longest[name]
    for one in value if isinstance(value, tuple | list) else (value,):
        if isinstance(one, Upload) and (one.size or 0) > longest:
            raise WrongValue(
                f"“{one.name}” has {_megabytes(one.size or 0)}, and {model.id} takes files of at "
                f"most {_megabytes(longest)}."
            )
        if isinstance(one, str) and len(one) > longest:
            raise WrongValue(
                f"That {_said(name)} has {len(one):,} characters, and {model.id} takes at most "
                f"{longest:,}."
            )


def _number(model: Model, name: str, value: Any) -> None:
    if isinstance(value, tuple | list) and len(value) > model.most[name]:
        raise WrongValue(
            f"{len(value):,} entries of {_said(name)} are too many: {model.id} takes at most "
            f"{model.most[name]:,}."
        )


_CHECKS: Sequence[
    tuple[Callable[[Model], Iterable[str]], Callable[[Model, str, Any], None]]
] = (
    (lambda model: model.choices, _choice),
    (lambda model: model.ranges, _range),
    (lambda model: model.longest, _length),
    (lambda model: model.most, _number),
)  # fmt: skip


def _said(name: str) -> str:
    return {"parts": "kind of content", "response_format": "format"}.get(
        name, name.replace("_", " ")
    )


def _list(values: Sequence[str]) -> str:
    return f"{', '.join(values[:-1])} and {values[-1]}" if len(values) > 1 else values[0]


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB".replace(".0 MB", " MB")
