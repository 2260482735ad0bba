"""/help: what Parley can do here, made from the commands themselves."""

from collections.abc import Iterable
from functools import partial

from bot.commands import Command, Option
from bot.events import Author, Invocation
from bot.parts import Reply, Text
from bot.run import Run
from bot.services import Services

CHAT = (
    "**Ask Parley**: mention it in a channel, or write to it directly. It answers in a thread and "
    "remembers what was said there; in that thread it needs no mention."
)
BUTTONS = (
    "**Under an answer**: *Stop* ends it, *Regenerate* answers anew, *Continue* goes on writing."
)


def setup(services: Services) -> Iterable[Command]:
    yield Command(
        "help",
        "What Parley can do, or how to use one command",
        partial(_help, services),
        options=(Option("command", "A command's name"),),
        private=True,
        aloud=True,
        tool=True,
    )


async def _help(services: Services, run: Run) -> Reply:
    name = run.event.values.get("command") if isinstance(run.event, Invocation) else None
    if name:
        yield Text(_usage(services.commands.named(str(name).removeprefix("/"))))
        return
    yield Text(overview(services, run.event.author))


def overview(services: Services, author: Author) -> str:
    """What this person can do with Parley."""
    admin = author.id in services.admins
    lines = (
        f"- `/{command.name}`: {command.help}"
        for command in services.commands.menu
        if admin or command.access == "everyone"
    )
    in_threads = "In a thread, mention Parley with the command: `@Parley help`."
    return "\n\n".join([CHAT, BUTTONS, "\n".join(["**Commands**", *lines]), in_threads])


def _usage(command: Command) -> str:
    lines = [f"`/{command.name}`: {command.help}."]
    lines += (f"- `{option.name}`: {option.help}{_allowed(option)}" for option in command.options)
    return "\n".join(lines)


def _allowed(option: Option) -> str:
    facts = ["needed"] if option.required else []
    facts += [f"one of {', '.join(option.choices)}"] if option.choices else []
    facts += [f"at least {option.minimum:g}"] if option.minimum is not None else []
    facts += [f"at most {option.maximum:g}"] if option.maximum is not None else []
    return f" ({'; '.join(facts)})" if facts else ""
