"""What people chose for a thread, a channel, a person or a workspace: the nearest wins."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.conversation.parameters import PARAMETERS, fields
from bot.conversation.personas import NONE, Library
from bot.errors import Refused
from bot.events import Author, Place
from bot.openai.catalogue import Model, undated
from bot.services import Services

LEVELS = ("thread", "channel", "person", "workspace")  # the nearest first
JSON = "Answer in JSON, and in nothing else."


def scopes(place: Place, author: str) -> dict[str, str]:
    """The scope of each level, as preferences name it."""
    keys = (place.key, place.channel_key, author, place.payer)
    return dict(zip(LEVELS, keys, strict=True))


@dataclass(frozen=True)
class Chosen:
    """What holds, and the level that it is from. `elsewhere`: what the thread's scope has that is
    no parameter, as the pictures that are shared there.
    """

    values: Mapping[str, str]
    levels: Mapping[str, str]
    elsewhere: Mapping[str, str]
    models: Sequence[tuple[str, str]] = ()  # of each level that has one, the nearest first

    @property
    def json(self) -> bool:
        return self.values.get("format", "text") != "text"


@dataclass(frozen=True)
class Manner:
    """How one question is answered."""

    model: Model
    instructions: str
    fields: Mapping[str, Any] = field(default_factory=dict)  # of the ChatRequest
    sentences: tuple[str, ...] = ()  # what of the choice does not hold, and why
    chosen: Chosen = field(default_factory=lambda: Chosen({}, {}, {}))


class Chooser:
    def __init__(self, services: Services) -> None:
        self.admins = services.admins
        self._services = services
        self._library = Library(services.personas)

    async def chosen(self, place: Place, author: str) -> Chosen:
        """By one query."""
        names = scopes(place, author)
        found = await self._services.preferences.at(tuple(names.values()))
        values, levels = dict[str, str](), dict[str, str]()
        for level in reversed(LEVELS):
            of_level = {n: v for n, v in found[names[level]].items() if n in PARAMETERS}
            values |= of_level
            levels |= dict.fromkeys(of_level, level)
        others = {n: v for n, v in found[place.key].items() if n not in PARAMETERS}
        models = [(level, found[names[level]].get("model", "")) for level in LEVELS]
        return Chosen(values, levels, others, [pair for pair in models if pair[1]])

    async def manner(self, place: Place, author: Author) -> Manner:
        """How this person is answered here."""
        chosen = await self.chosen(place, author.id)
        model, told = self._model(chosen, author)
        catalogue = self._services.catalogue
        wanted, sentences = fields(catalogue, model, chosen.values)
        told += sentences
        persona, missing = await self._persona(place, chosen)
        instructions = (
            chosen.values.get("system") or self._services.settings.system_prompt,
            persona,
            f"Answer in {language}." if (language := chosen.values.get("language")) else "",
            JSON if "response_format" in wanted else "",
        )
        text = "\n\n".join(part for part in instructions if part)
        return Manner(model, text, wanted, (*told, *missing), chosen)

    def _model(self, chosen: Chosen, author: Author) -> tuple[Model, list[str]]:
        """What an admin set for a channel or the workspace is for everybody there; what a thread or
        a person chose is for those who may use it.
        """
        denied = list[str]()
        for level, id_ in (*chosen.models, ("workspace", self._services.chat_model)):
            if level in {"channel", "workspace"} or self.may_use(id_, author):
                told = [f"{one} is not for everybody, so {id_} answers you." for one in denied]
                return self.model(id_), told
            denied.append(id_)
        raise AssertionError("the usual model is for everybody")

    def model(self, id_: str) -> Model:
        return self._services.catalogue.model(id_)

    def may_use(self, model: str, author: Author) -> bool:
        roles = self._services.settings.model_roles
        fitting = [name for name in roles if any(_fits(name, one) for one in _names(model))]
        if not fitting or author.id in self.admins:
            return True
        return bool(set(roles[max(fitting, key=len)]) & set(author.roles))

    async def offered(self, id_: str) -> None:
        """Whether a model of this name answers chats. Raises Refused with some that do."""
        known, serving = self.model(id_), self._services.catalogue.serving("chat/completions")
        if known.known and "chat/completions" in (known.endpoints or ("chat/completions",)):
            return
        if not known.known and id_ in {one.id for one in await self._services.openai.models.list()}:
            return
        names = ", ".join([self._services.chat_model, *serving[:8]])
        raise Refused(f"No model “{id_[:80]}” chats here. Some that do: {names}.")

    async def _persona(self, place: Place, chosen: Chosen) -> tuple[str, list[str]]:
        name = chosen.values.get("persona", NONE)
        if name == NONE:
            return "", []
        if persona := await self._library.find(place.payer, name):
            return persona.prompt, []
        return "", [f"There is no persona “{name[:50]}” any more. `/persona list` has the others."]


def _names(model: str) -> set[str]:
    """A dated snapshot and a tuned model are also what they were made of."""
    base = model.split(":")[1] if model.startswith("ft:") else model
    return {model, undated(model), base, undated(base)}


def _fits(pattern: str, model: str) -> bool:
    return model == pattern or (pattern.endswith("*") and model.startswith(pattern[:-1]))


def administers(author: Author, admins: Collection[str], level: str) -> bool:
    """Whether this person may choose for this level."""
    return level in {"thread", "person"} or author.id in admins
