"""Who can answer: the personas that are shipped, and those that a workspace made."""

import tomllib
from functools import cache
from importlib import resources

from bot.errors import Refused
from bot.storage.personas import Persona, Personas

NONE = "none"


@cache
def shipped() -> dict[str, Persona]:
    text = (resources.files("bot.conversation") / "personas.toml").read_text("utf-8")
    return {
        name: Persona(name, facts["about"], facts["prompt"].strip())
        for name, facts in tomllib.loads(text).items()
    }


class Library:
    """A workspace's own persona goes before a shipped one of the same name."""

    def __init__(self, personas: Personas) -> None:
        self._personas = personas

    async def all(self, workspace: str) -> list[Persona]:
        own = {persona.name: persona for persona in await self._personas.all(workspace)}
        return sorted((shipped() | own).values(), key=lambda persona: persona.name)

    async def find(self, workspace: str, name: str) -> Persona | None:
        return await self._personas.named(workspace, name) or shipped().get(name)

    async def named(self, workspace: str, name: str) -> Persona:
        """Raises Refused with those that there are."""
        if persona := await self.find(workspace, name):
            return persona
        names = ", ".join(f"`{persona.name}`" for persona in await self.all(workspace))
        raise Refused(f"There is no persona “{name[:50]}”. There are {names}.")
