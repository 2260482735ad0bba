"""What is known of each model, as data: catalogue.toml, and a file of the operator's over it."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bot.openai import catalogue_file
from bot.openai.catalogue_file import WrongCatalogue
from bot.openai.catalogue_types import Model, Prices

__all__ = ["Catalogue", "Model", "Prices", "WrongCatalogue", "load"]


class Catalogue:
    """Models by id. An id that ends in `*` stands for all that begin so. `defaults`: the model
    for each capability.
    """

    def __init__(
        self, models: Mapping[str, Model], defaults: Mapping[str, str] | None = None
    ) -> None:
        self._models = models
        self.defaults = defaults or {}
        patterns = (id_ for id_ in models if id_.endswith("*"))
        self._patterns = sorted(patterns, key=len, reverse=True)

    def model(self, id_: str, capability: str = "chat") -> Model:
        """The entry of this id, of the model that this is a dated snapshot of, of the longest
        pattern that fits; else the permissive defaults of this capability, with no price.
        """
        pattern = next((p for p in self._patterns if id_.startswith(p[:-1])), "")
        names = (id_, undated(id_), pattern)
        entry = next((self._models[k] for k in names if k in self._models), None)
        if entry:
            return msgspec.structs.replace(entry, id=id_)
        return Model(id=id_, capability=capability)

    def serving(self, endpoint: str) -> list[str]:
        """The models known to be served there, the defaults first, without those retired."""
        return [id_ for id_, model in self._current() if endpoint in model.endpoints]

    def tunable(self) -> list[str]:
        return [id_ for id_, model in self._current() if model.methods]

    def _current(self) -> Iterator[tuple[str, Model]]:
        today, defaults = datetime.now(UTC).date(), set(self.defaults.values())
        for id_, model in sorted(self._models.items(), key=lambda pair: pair[0] not in defaults):
            if not id_.endswith("*") and not (model.retires and model.retires <= today):
                yield id_, model


_DATE = re.compile(r"-20\d\d-[01]\d-[0-3]\d$")


def undated(id_: str) -> str:
    """The model that this is a snapshot of, or itself."""
    return _DATE.sub("", id_)


def load(operators: Path | None = None) -> Catalogue:
    """The shipped catalogue, each field of a model overridden by the operator's file where it has
    one. Raises WrongCatalogue.
    """
    file = catalogue_file.read(operators)
    name = str(operators or "catalogue.toml")
    return Catalogue({id_: file.model(id_, name) for id_ in file.models}, file.defaults)
