"""All that people choose, press and fill in, through one door: written down, then acknowledged."""

import asyncio
import logging
from typing import Any

import aiohttp
import discord

from adapters.discord import forms, interactions, suggestions
from adapters.discord.forms import Forms, Sent, Subject
from adapters.discord.places import Places
from adapters.discord.responses import Responses
from adapters.discord.rest import Rest
from adapters.discord.said import said
from bot.commands import Command, Commands, Suggest
from bot.errors import NotAccepted, Refused
from bot.events import Event, Invocation, Message, Stop
from bot.ports import Accept

log = logging.getLogger(__name__)

_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_READ_IN = 1.5  # seconds, of the 3 that Discord waits
_SHORT, _KEPT = 20, 1500  # characters of what somebody wrote in vain
_UNOPENED = "Discord did not open the form. Please try again."
_FORGOTTEN = "Parley was restarted and cannot read that message itself. Please choose it again."


class Desk:
    def __init__(  # noqa: PLR0913, PLR0917  all that stands behind a desk
        self,
        accept: Accept,
        suggest: Suggest,
        commands: Commands,
        places: Places,
        responses: Responses,
        rest: Rest,
    ) -> None:
        self._accept = accept
        self._suggest = suggest
        self._commands = commands
        self._places = places
        self._responses = responses
        self._rest = rest
        self._forms = Forms()

    async def take(self, native: discord.Interaction) -> None:
        match native.type:
            case discord.InteractionType.autocomplete:
                await suggestions.answer(native, self._suggest, self._places, self._responses)
            case discord.InteractionType.application_command:
                me = self._rest.me
                chosen = await interactions.chosen(native, self._commands, self._places, me)
                await self._ask(native, chosen)
            case discord.InteractionType.component:
                if event := await interactions.button(native, self._places):
                    await self._ask(native, event)
            case discord.InteractionType.modal_submit:
                await self._sent(native)

    async def _ask(self, native: discord.Interaction, event: Invocation | Stop) -> None:
        """What is still to be said of it is asked for first."""
        command = self._commands.get(event.command) if isinstance(event, Invocation) else None
        if isinstance(event, Invocation) and command and command.missing(event.values):
            await self._open(native, event, command)
        else:
            await self._put(native, event)

    async def _open(self, native: discord.Interaction, event: Invocation, command: Command) -> None:
        about = self._forms.opened(event, str(native.user.id), str(native.channel_id or ""))
        if not await self._responses.respond(native, forms.modal(command, event.values, about)):
            await self._responses.say(native, _UNOPENED)

    async def _put(self, native: discord.Interaction, event: Event) -> None:
        with self._responses.under_way(native.token):
            try:
                await self._accept(event)
            except NotAccepted as error:  # Discord tells the person that nobody answered
                log.error("an interaction could not be written down: %s", error)
            else:
                await self._responses.acknowledge(native, event)

    async def _sent(self, native: discord.Interaction) -> None:
        data: dict[str, Any] = dict(native.data or {})
        if (about := forms.subject(data["custom_id"])) is None:
            return
        sent = forms.filled_in(data)
        try:
            event = await self._filled_in(native, about, sent)
        except Refused as refusal:
            await self._responses.say(native, "\n".join([refusal.sentence, *_quoted(sent)]))
        else:
            await self._put(native, event)

    async def _filled_in(
        self, native: discord.Interaction, about: Subject, sent: Sent
    ) -> Invocation:
        """Raises Refused where a value is wrong, or nobody knows any more what it is about."""
        command = self._commands.named(about.command)
        asked = self._forms.asked(str(native.user.id), about)
        given = (asked.values if asked else {}) | sent
        values = {name: value for name, value in given.items() if value is not None}
        command.check(values)
        on = asked.on if asked else await self._read_again(native, about)
        return await interactions.filled_in(native, command, self._places, values, about.of, on)

    async def _read_again(self, native: discord.Interaction, about: Subject) -> Message | None:
        if not about.message:
            return None
        request: dict[str, Any] = {"channel_id": about.channel, "message_id": about.message}
        try:
            async with asyncio.timeout(_READ_IN):
                message = await self._rest.call("GET", _MESSAGE, **request)
        except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
            raise Refused(_FORGOTTEN, str(error)) from error
        return said(message, self._places.of(native.guild, native.channel).place, self._rest.me)


def _quoted(sent: Sent) -> list[str]:
    """Discord closes the form, so what took some writing is given back."""
    texts = [value for value in sent.values() if isinstance(value, str) and len(value) > _SHORT]
    return [f"You wrote: {text[:_KEPT]}" for text in texts[:1]]
