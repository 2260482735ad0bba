"""What to suggest while somebody fills in an option: only to who may use the command."""

import logging
from collections.abc import Collection, Sequence

from bot.commands import Choice, Commands, Option, Typing
from bot.errors import ParleyError

log = logging.getLogger(__name__)


class Suggester:
    """ports.Suggest: a platform asks it at each key that is pressed."""

    def __init__(self, commands: Commands, admins: Collection[str]) -> None:
        self._commands = commands
        self._admins = admins

    async def __call__(self, typing: Typing) -> Sequence[Choice]:
        option = self._option(typing)
        if option is None:
            return ()
        if option.suggest is None:
            return _among(option.choices, typing.text)
        try:
            return await option.suggest(typing)
        except ParleyError as error:  # there is no place for a sentence, and no need of one
            log.info("nothing to suggest for %s of /%s: %s", option.name, typing.command, error)
            return ()

    def _option(self, typing: Typing) -> Option | None:
        command = self._commands.get(typing.command)
        if command is None or command.access == "parley":
            return None
        if command.access == "admin" and typing.author.id not in self._admins:
            return None
        return next((o for o in command.options if o.name == typing.option), None)


def _among(choices: Sequence[str], text: str) -> Sequence[Choice]:
    wanted = text.strip().casefold()
    return [Choice(choice, choice) for choice in choices if wanted in choice.casefold()]
