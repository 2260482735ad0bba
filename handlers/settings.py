"""/settings: how Parley answers in a thread, in a channel, a person, a workspace."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from bot.acting.tools import CHOICES, Tools
from bot.commands import Choice, Command, Option, Typing
from bot.conversation.chosen import LEVELS, Chooser, Chosen, administers, scopes
from bot.conversation.parameters import PARAMETERS, Parameter, read
from bot.conversation.personas import NONE, Library
from bot.errors import Refused
from bot.events import Invocation
from bot.openai.catalogue import Model
from bot.parts import Reply, Text
from bot.ports import WHERE
from bot.run import Run
from bot.services import Services

SHOWN = 25  # suggestions (Discord's limit)
FORMS = {
    "answer": "Who answers, and in which language",
    "sampling": "How the words are chosen",
    "format": "How the answer looks, and how much of it there is",
    "more": "How long the model thinks, and what few people need",
    "other": "Where answers stand, what the model may do, how fast, and voice",
}
WORDS = {
    "thread": "in this thread", "channel": "in this channel", "person": "for you everywhere",
    "workspace": "in this workspace",
}  # fmt: skip
SCOPE = Option("scope", "For whom; the nearest wins: thread, channel, person, workspace",
               choices=LEVELS)  # fmt: skip


def setup(services: Services) -> Iterable[Command]:
    desk = Settings(services)
    name = Option("name", "What to set", required=True, choices=tuple(PARAMETERS))
    value = Option("value", "What it is to be", required=True, long=True)
    yield Command("settings show", "What holds here, and where it was set", desk.show, private=True,
                  usual=True, tool=True)  # fmt: skip
    yield Command("settings set", "Set how Parley answers", desk.set, (name, value, SCOPE),
                  tool=True, changes=True)  # fmt: skip
    one = Option("name", "Which; without it, all", choices=tuple(PARAMETERS))
    yield Command("settings reset", "Take settings back", desk.reset, (one, SCOPE))
    for form, help_ in FORMS.items():
        options = [_option(services, one) for one in PARAMETERS.values() if one.form == form]
        yield Command(f"settings {form}", help_, desk.set_all, (_whose(), *options))


def _whose() -> Option:
    """Required, so that the command without a word opens a form."""
    return Option("scope", SCOPE.help, required=True, choices=LEVELS)


def _option(services: Services, parameter: Parameter) -> Option:
    suggest = None
    if parameter.name == "model":
        suggest = partial(_models, services)
    if parameter.name == "persona":
        suggest = partial(suggest_personas, Library(services.personas))
    if parameter.name == "tools":
        suggest = partial(_tools, Tools(services))
    return Option(parameter.name, parameter.help, choices=parameter.choices, long=parameter.long,
                  suggest=suggest)  # fmt: skip


class Settings:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._chooser = Chooser(services)
        self._library = Library(services.personas)
        self._tools = Tools(services)

    async def show(self, run: Run) -> Reply:
        place, author = run.event.place, run.event.author
        manner = await self._chooser.manner(place, author)
        yield Text(_shown(manner.chosen, manner.model))
        if manner.sentences:
            yield Text("\n".join(f"- {sentence}" for sentence in manner.sentences), key="not")

    async def set(self, run: Run) -> Reply:
        values = _values(run)
        told = {str(values["name"]): str(values["value"])}
        yield Text(await self.apply(run, told, str(values.get("scope", ""))))

    async def set_all(self, run: Run) -> Reply:
        values = {name: str(value).strip() for name, value in _values(run).items()}
        scope = values.pop("scope")
        told = {name: value for name, value in values.items() if value}
        if not told:
            raise Refused("Nothing was filled in, so all stays as it is.")
        yield Text(await self.apply(run, told, scope))

    async def apply(self, run: Run, told: Mapping[str, str], level: str) -> str:
        """All of them or none. Raises Refused."""
        level = self._level(run, level)
        chosen = await self._chooser.chosen(run.event.place, run.event.author.id)
        told = {name: value.strip() for name, value in told.items()}
        if "where" in told:
            self._check_where(run, level, told["where"])
        model = self._chooser.model(
            told.get("model") or chosen.values.get("model") or self._services.chat_model
        )
        for name, value in told.items():
            await self._check(run, model, name, value)
        scope = scopes(run.event.place, run.event.author.id)[level]
        for name, value in told.items():
            await self._services.preferences.put(scope, name, value)
        lines = [_line(name, value) for name, value in told.items()]
        nearer = [_nearer(chosen, name, level) for name in told]
        return "\n".join([f"Set {WORDS[level]}:", *lines, *filter(None, nearer)])

    async def _check(self, run: Run, model: Model, name: str, value: str) -> None:
        if name == "model":
            await self._chooser.offered(value)
            if not self._chooser.may_use(value, run.event.author):
                raise Refused(f"{value} is not for everybody: an admin says who may choose it "
                              "(PARLEY_MODEL_ROLES).")  # fmt: skip
        elif name == "tools":
            self._tools.check(run.event.author, value)
        elif name == "persona" and value != NONE:
            await self._library.named(run.event.place.payer, value)
        else:
            read(self._services.catalogue, model, name, value)

    def _check_where(self, run: Run, level: str, where: str) -> None:
        """Raises Refused. A value that is none is refused with the others."""
        adapter = self._services.adapters.get(run.event.place.platform)
        able = adapter.answers_in if adapter else WHERE
        if where in WHERE and where not in able:
            raise Refused(f"Here an answer stands in a {' or in the '.join(able)}; there is no "
                          f"`{where}`.")  # fmt: skip
        if level == "thread":
            raise Refused("Where an answer stands is decided before there is a thread. Choose the "
                          "scope `person`, or ask an admin to set it for the channel.")  # fmt: skip

    async def reset(self, run: Run) -> Reply:
        values = _values(run)
        level = self._level(run, str(values.get("scope", "")))
        names = [str(values["name"])] if values.get("name") else list(PARAMETERS)
        scope = scopes(run.event.place, run.event.author.id)[level]
        there = await self._services.preferences.of(scope)
        gone = [name for name in names if name in there]
        for name in gone:
            await self._services.preferences.delete(scope, name)
        said = ", ".join(f"`{name}`" for name in gone)
        yield Text(f"Taken back {WORDS[level]}: {said}." if gone else
                   f"Nothing of this is set {WORDS[level]}.")  # fmt: skip

    def _level(self, run: Run, wanted: str) -> str:
        """Whose settings change. Raises Refused where this person may not."""
        level = wanted or ("thread" if run.event.place.thread else "person")
        if level == "thread" and not run.event.place.thread:
            raise Refused("This is no thread. Choose `person`, for yourself, or ask an admin to "
                          "set it for the channel.")  # fmt: skip
        if not administers(run.event.author, self._chooser.admins, level):
            raise Refused(f"What holds {WORDS[level]} is for admins to set. You can set it for a "
                          "thread, or for yourself.")  # fmt: skip
        return level


def _values(run: Run) -> Mapping[str, object]:
    if not isinstance(run.event, Invocation):
        raise TypeError("settings is a command")
    return run.event.values


def _nearer(chosen: Chosen, name: str, level: str) -> str:
    """Where something else holds all the same."""
    other = chosen.levels.get(name, level)
    if LEVELS.index(other) >= LEVELS.index(level):
        return ""
    return f"_`{name}` is set {WORDS[other]} too, and that is nearer._"


def _shown(chosen: Chosen, model: Model) -> str:
    lines = [
        f"{_line(name, value)} ({WORDS[chosen.levels[name]]})"
        for name, value in sorted(chosen.values.items())
    ]
    nothing = "Nothing is set here: all is as usual."
    ways = " · ".join(f"`/settings {form}`" for form in FORMS)
    return "\n".join(
        [f"**{model.id}** answers here.", *(lines or [nothing]), "", f"Change: {ways}"]
    )


def _line(name: str, value: str) -> str:
    short = value if len(value) <= 100 else f"{value[:100]}…"  # noqa: PLR2004  a line
    return f"- {name}: {' '.join(short.split())}"


async def _models(services: Services, typing: Typing) -> Sequence[Choice]:
    names = services.catalogue.serving("chat/completions")
    wanted = typing.text.strip().lower()
    return [Choice(name, name) for name in names if wanted in name.lower()][:SHOWN]


async def _tools(tools: Tools, typing: Typing) -> Sequence[Choice]:
    wanted = typing.text.strip().lower().removeprefix("/")
    names = [*CHOICES, *tools.names(typing.author)]
    return [Choice(name, name) for name in names if wanted in name][:SHOWN]


async def suggest_personas(library: Library, typing: Typing) -> Sequence[Choice]:
    names = [NONE, *(one.name for one in await library.all(typing.place.payer))]
    wanted = typing.text.strip().lower()
    return [Choice(name, name) for name in names if wanted in name.lower()][:SHOWN]
