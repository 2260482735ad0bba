"""A catalogue as it is written: TOML, families, prices in dollars."""

import tomllib
from collections.abc import Mapping
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

import msgspec

from bot.errors import ParleyError
from bot.openai.catalogue_types import Model

Table = dict[str, Any]


class WrongCatalogue(ParleyError):
    """The operator's file cannot be used; the sentence names file, model and field."""


class File(msgspec.Struct, forbid_unknown_fields=True):
    """What is in the tables is unchecked until `model` reads it."""

    models: dict[str, Table] = {}
    families: dict[str, Table] = {}
    defaults: dict[str, str] = {}

    def over(self, below: "File") -> "File":
        return File(
            below.models | _each(below.models, self.models),
            below.families | _each(below.families, self.families),
            below.defaults | self.defaults,
        )

    def model(self, id_: str, name: str) -> Model:
        """Raises WrongCatalogue, in which the file is called `name`."""
        try:
            facts = self._whole(self.models[id_], "family")
            return msgspec.convert(facts | _micro(facts) | {"id": id_, "known": True}, Model)
        except msgspec.ValidationError as error:
            raise WrongCatalogue(f"{name}, model “{id_}”: {error}.") from error

    def _whole(self, fields: Table, above: str, depth: int = 9) -> Table:
        """With what is above it: a model's family, the family that a family is like."""
        family = fields.get(above)
        if family is None:
            return fields
        if family not in self.families or not depth:
            raise msgspec.ValidationError(f"there is no family “{family}”")
        own = {name: value for name, value in fields.items() if name != above}
        return _over(self._whole(self.families[family], "like", depth - 1), own)


def read(operators: Path | None) -> File:
    """The shipped file, and the operator's over it. Raises WrongCatalogue."""
    shipped = resources.files("bot.openai") / "catalogue.toml"
    file = _parsed(shipped.read_text("utf-8"), "catalogue.toml")
    return _parsed(_text(operators), str(operators)).over(file) if operators else file


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongCatalogue(f"PARLEY_CATALOGUE: I cannot read {path}: {error}.") from error


def _parsed(text: str, name: str) -> File:
    try:
        return msgspec.convert(tomllib.loads(text), File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise WrongCatalogue(
            f'{name} is no catalogue: {error}. It is TOML with a table [models."id"] a model.'
        ) from error


def _each(below: Mapping[str, Table], above: Mapping[str, Table]) -> dict[str, Table]:
    return {id_: _over(below.get(id_, {}), fields) for id_, fields in above.items()}


_JOINED = ("tiers", "choices", "ranges", "longest", "most", "renames", "defaults")


def _over(below: Table, above: Table) -> Table:
    """Field by field, and parameter by parameter."""
    joined = {
        name: below[name] | above[name]
        for name in _JOINED
        if isinstance(below.get(name), dict) and isinstance(above.get(name), dict)
    }
    return below | above | joined


# US dollars, as text: a float has no exact cents.
_Dollars = Annotated[str, msgspec.Meta(pattern=r"^\d{1,5}(\.\d{1,6})?$")]


class _Tag(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    input: _Dollars
    output: _Dollars
    cached: _Dollars | None = None


class _Priced(msgspec.Struct, omit_defaults=True):
    prices: _Tag | None = None
    tiers: dict[str, _Tag] = {}
    picture_tokens: _Tag | None = None
    sound_tokens: _Tag | None = None
    pictures: dict[str, dict[str, _Dollars]] = {}
    million_characters: _Dollars | None = None
    minute: _Dollars | None = None
    training: _Dollars | None = None


def _micro(facts: Table) -> Table:
    priced = msgspec.to_builtins(msgspec.convert(facts, _Priced))
    return {name: _micros(dollars) for name, dollars in priced.items()}


def _micros(dollars: Any) -> Any:
    if isinstance(dollars, dict):
        return {name: _micros(amount) for name, amount in dollars.items()}
    return int(Decimal(dollars) * 1_000_000)
