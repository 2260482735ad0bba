"""What is known of each model, as data: catalogue.toml, and a file of the operator's over it."""

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from bot.errors import ParleyError


class WrongCatalogue(ParleyError):
    """The operator's file cannot be used; the sentence names file, model and field."""


Tokens = Annotated[int, msgspec.Meta(ge=1)]


class Prices(msgspec.Struct, frozen=True):
    """Integer micro-dollars for a million tokens: $2.50 is 2_500_000."""

    input: int
    output: int
    cached: int | None = None  # input that the provider had in its cache; None: as input


class Model(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The defaults are those of a model that nobody described."""

    id: str
    known: bool = False
    capability: str = "chat"
    context: Tokens = 8192  # prompt and answer together
    max_output: Tokens = 4096
    encoding: Literal["o200k_base", "cl100k_base", ""] = ""  # "": estimated, see tokens.py
    prices: Prices | None = None  # None: unknown, which is never 0
    renames: Mapping[str, str] = {}  # parameter of the API -> what this model calls it
    refuses: frozenset[str] = frozenset()  # parameters that are left out
    reasoning: bool = False  # takes temperature and top_p only at effort "none"
    effort: str | None = None  # the reasoning_effort to send if nobody asks for another
    retires: date | None = None


class Catalogue:
    """Models by id. An id that ends in `*` stands for all that begin so."""

    def __init__(self, models: Mapping[str, Model]) -> None:
        self._models = models
        patterns = (id_ for id_ in models if id_.endswith("*"))
        self._patterns = sorted(patterns, key=len, reverse=True)

    def model(self, id_: str) -> Model:
        """The entry of this id, of the model that this is a dated snapshot of, of the longest
        pattern that fits; else the permissive defaults, with no price.
        """
        undated = _DATE.sub("", id_)
        pattern = next((p for p in self._patterns if id_.startswith(p[:-1])), "")
        entry = next((self._models[k] for k in (id_, undated, pattern) if k in self._models), None)
        return msgspec.structs.replace(entry, id=id_) if entry else Model(id=id_)


_DATE = re.compile(r"-20\d\d-[01]\d-[0-3]\d$")


def load(operators: Path | None = None) -> Catalogue:
    """The shipped catalogue, each field of a model overridden by the operator's file where it has
    one. Raises WrongCatalogue.
    """
    shipped = resources.files("bot.openai") / "catalogue.toml"
    tables = _tables(shipped.read_text("utf-8"), "catalogue.toml")
    if operators:
        for id_, fields in _tables(_read(operators), str(operators)).items():
            tables[id_] = tables.get(id_, {}) | fields
    name = str(operators or "catalogue.toml")
    return Catalogue({id_: _model(id_, fields, name) for id_, fields in tables.items()})


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WrongCatalogue(f"PARLEY_CATALOGUE: I cannot read {path}: {error}.") from error


def _tables(text: str, name: str) -> dict[str, dict[str, Any]]:
    try:
        tables = msgspec.convert(tomllib.loads(text).get("models", {}), dict[str, dict[str, Any]])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise WrongCatalogue(
            f'{name} is no catalogue: {error}. It is TOML with a table [models."id"] a model.'
        ) from error
    return tables


def _model(id_: str, fields: dict[str, Any], name: str) -> Model:
    try:
        tag = msgspec.convert({"prices": fields.get("prices")}, _Priced).prices
        facts = fields | {"id": id_, "known": True, "prices": tag and tag.micro}
        model = msgspec.convert(facts, Model)
    except msgspec.ValidationError as error:
        raise WrongCatalogue(f"{name}, model “{id_}”: {error}.") from error
    return model


# US dollars for a million tokens, as text: a float has no exact cents.
_Dollars = Annotated[str, msgspec.Meta(pattern=r"^\d{1,5}(\.\d{1,6})?$")]


class _Tag(msgspec.Struct, forbid_unknown_fields=True):
    """Prices as a file has them."""

    input: _Dollars
    output: _Dollars
    cached: _Dollars | None = None

    @property
    def micro(self) -> Prices:
        cached = None if self.cached is None else _micro(self.cached)
        return Prices(_micro(self.input), _micro(self.output), cached)


class _Priced(msgspec.Struct):
    prices: _Tag | None


def _micro(dollars: str) -> int:
    return int(Decimal(dollars) * 1_000_000)
