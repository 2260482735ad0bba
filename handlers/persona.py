"""/persona: who answers. A library that the workspace shares."""

import re
from collections.abc import Iterable
from functools import partial

from bot.commands import Command, Option
from bot.conversation.personas import NONE, Library, shipped
from bot.errors import Refused
from bot.events import Invocation
from bot.parts import Reply, Text
from bot.run import Run
from bot.services import Services
from bot.storage.personas import Persona
from handlers.settings import SCOPE, Settings, suggest_personas

MOST = 100  # personas of a workspace
LONGEST = 4_000  # characters of a prompt
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


def setup(services: Services) -> Iterable[Command]:
    desk = Desk(services)
    suggest = partial(suggest_personas, Library(services.personas))
    name = Option("name", "Of the persona", required=True, suggest=suggest)
    new = Option("name", "A short word: letters, digits, - and _", required=True)
    yield Command("persona list", "Who can answer here", desk.list, private=True, usual=True)
    yield Command("persona show", "What a persona is told", desk.show, (name,), private=True)
    yield Command(
        "persona use",
        "Have this persona answer; none ends it",
        desk.use,
        (name, SCOPE),
    )
    yield Command(
        "persona save",
        "Make a persona for everybody here, or change one of yours",
        desk.save,
        (
            new,
            Option("prompt", "Who it is, and how it answers", required=True, long=True),
            Option("about", "What it is good for, in a line"),
        ),
    )
    yield Command("persona delete", "Delete one of yours", desk.delete, (name,))


class Desk:
    def __init__(self, services: Services) -> None:
        self._admins = services.admins
        self._personas = services.personas
        self._library = Library(services.personas)
        self._settings = Settings(services)

    async def list(self, run: Run) -> Reply:
        lines = [f"- **{one.name}**: {one.about}" for one in await self._library.all(_here(run))]
        yield Text("\n".join(lines))
        yield Text("`/persona use` has one answer, `/persona save` makes another.", key="how")

    async def show(self, run: Run) -> Reply:
        one = await self._library.named(_here(run), _value(run, "name"))
        quote = "\n".join(f"> {line}".rstrip() for line in one.prompt.splitlines())
        yield Text(f"**{one.name}**: {one.about}\n\n{quote}")

    async def use(self, run: Run) -> Reply:
        name, scope = _value(run, "name").lower(), _value(run, "scope")
        yield Text(await self._settings.apply(run, {"persona": name}, scope))

    async def save(self, run: Run) -> Reply:
        name, prompt = _value(run, "name").lower(), _value(run, "prompt")
        about = " ".join(_value(run, "about").split())[:100] or "Made here"
        if not _NAME.fullmatch(name) or name == NONE:
            raise Refused("Its name is a short word of letters, digits, - and _, and not “none”.")
        if len(prompt) > LONGEST:
            raise Refused(f"That has {len(prompt):,} characters; at most {LONGEST:,} are told.")
        own = {one.name: one for one in await self._personas.all(_here(run))}
        self._check(run, own.get(name))
        if name not in own and len(own) >= MOST:
            raise Refused(f"There are {MOST} personas here; delete one first.")
        await self._personas.save(_here(run), Persona(name, about, prompt, run.event.author.id))
        yield Text(f"**{name}** is in the library. `/persona use name:{name}` has it answer.")

    async def delete(self, run: Run) -> Reply:
        name = _value(run, "name").lower()
        one = await self._library.named(_here(run), name)
        if not one.author:
            raise Refused(f"**{name}** came with Parley, so it stays.")
        self._check(run, one)
        await self._personas.delete(_here(run), name)
        again = "; the one that came with Parley is back" if name in shipped() else ""
        yield Text(f"**{name}** is deleted{again}.")

    def _check(self, run: Run, one: Persona | None) -> None:
        if one and run.event.author.id not in {one.author, *self._admins}:
            raise Refused(f"**{one.name}** is somebody else's: only who made it, or an admin, may "
                          "change it.")  # fmt: skip


def _here(run: Run) -> str:
    return run.event.place.payer


def _value(run: Run, name: str) -> str:
    if not isinstance(run.event, Invocation):
        raise TypeError("persona is a command")
    return str(run.event.values.get(name, "")).strip()
