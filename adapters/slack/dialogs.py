"""Forms, as people go through them: opened, filled in with suggestions, sent."""

import asyncio
import logging
import time
from collections.abc import Sequence

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack import forms, history, said
from adapters.slack.interactions import BlockSuggestion, ViewSubmission
from adapters.slack.payloads import Json
from adapters.slack.refusals import explained
from adapters.slack.said import PLATFORM, Here
from adapters.slack.web import Lost, asked
from bot.commands import Choice, Command, Commands, Suggest, Typing
from bot.errors import ParleyError, Refused, Undeliverable
from bot.events import Invocation, Message, Value
from bot.ports import Accept

log = logging.getLogger(__name__)
PATIENCE = 2.5  # seconds; Slack waits three for an answer, and so long a form can be opened


class Dialogs:
    def __init__(self, accept: Accept, suggest: Suggest, commands: Commands) -> None:
        self._accept = accept
        self._suggest = suggest
        self._commands = commands

    async def open(self, asked_for: Invocation, trigger: str, client: AsyncWebClient) -> None:
        """The form for what the command still needs. Raises Refused."""
        command = self._commands[asked_for.command]
        view = forms.view(command, asked_for)
        try:
            async with asyncio.timeout(PATIENCE):
                await asked(client.views_open(trigger_id=trigger, view=view))
        except (SlackApiError, Undeliverable, Lost, TimeoutError) as error:
            raise Refused(_unopened(command, asked_for), f"no form: {error!r}") from error

    async def sent(
        self, submission: ViewSubmission, here: Here, client: AsyncWebClient
    ) -> Json | None:
        """None closes the form; what is wrong with it is said in it."""
        form = submission.view
        try:
            command, origin = self._commands.named(form.callback_id), forms.origin(form)
            on = await _about(origin, here, client)
            filled = forms.filled(command, form, here.team, on.attachments if on else ())
            if filled.errors:
                return forms.wrong(filled.errors)
            await self._accept(_meant(submission, here, filled.values, origin, on))
        except ParleyError as error:
            log.info("a form was not accepted: %s", error)
            return forms.wrong({next(iter(form.state.values), ""): error.sentence})
        return None

    async def suggested(self, suggestion: BlockSuggestion, here: Here) -> Json:
        """What the field may hold; what was typed, if that takes too long."""
        found: Sequence[Choice] = ()
        try:
            typing = Typing(
                author=said.acting(here.team, suggestion.user),
                place=forms.origin(suggestion.view).place,
                command=suggestion.view.callback_id,
                option=suggestion.action_id,
                text=suggestion.value,
                chosen=forms.chosen(suggestion.view),
            )
            async with asyncio.timeout(PATIENCE):
                found = await self._suggest(typing)
        except (Refused, TimeoutError) as error:
            log.info("nothing to suggest for %s: %r", suggestion.action_id, error)
        return forms.offered(found, suggestion.value)


async def _about(origin: forms.Origin, here: Here, client: AsyncWebClient) -> Message | None:
    """The message that the form is about. A form keeps 3,000 characters, which is less than a
    message may have, so it keeps where the message stands.
    """
    if not origin.on:
        return None
    with explained("Parley cannot read the message that this is about"):
        async with asyncio.timeout(PATIENCE):
            return await history.standing(client, here, origin.place, origin.source)


def _unopened(command: Command, asked_for: Invocation) -> str:
    if command.button:
        return "Slack did not open the form. Press the button again."
    needed = " ".join(f"{o.name}:…" for o in command.missing(asked_for.values))
    return (
        "Slack did not open the form. Try again, or write "
        f"`@Parley {command.name} {needed}` in a message."
    )


def _meant(
    submission: ViewSubmission,
    here: Here,
    values: dict[str, Value],
    origin: forms.Origin,
    on: Message | None,
) -> Invocation:
    """The form's id is the event's, so that it is sent once, however often its button is
    pressed.
    """
    return Invocation(
        id=f"{PLATFORM}:{here.team}:{submission.view.id}",
        place=origin.place,
        author=said.acting(here.team, submission.user),
        at=time.time(),
        command=submission.view.callback_id,
        values=values,
        by="form",
        address=origin.address,
        source=origin.source,
        of=origin.of,
        on=on,
    )
