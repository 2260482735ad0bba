"""What people of a workspace do: written down as an event, or a step of a form."""

import logging

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.slack import home, receive
from adapters.slack.dialogs import Dialogs
from adapters.slack.interactions import BlockSuggestion, ViewSubmission
from adapters.slack.payloads import Json, read
from adapters.slack.said import Here
from bot.commands import Commands, Suggest
from bot.errors import ParleyError
from bot.events import Invocation
from bot.ports import Accept

log = logging.getLogger(__name__)
_PATIENCE = 2  # seconds; Slack waits three


class Intake:
    def __init__(
        self, accept: Accept, suggest: Suggest, commands: Commands, prefix: str = ""
    ) -> None:
        self._accept = accept
        self._commands = commands
        self._prefix = prefix
        self._dialogs = Dialogs(accept, suggest, commands)

    async def take(self, body: Json, here: Here, client: AsyncWebClient) -> Json | None:
        """What the acknowledgement has to say. Raises NotAccepted, and Refused where somebody
        typed a command that cannot be meant.
        """
        match body:
            case {"type": "view_submission"}:
                submission = read(body, ViewSubmission)
                return await self._dialogs.sent(submission, here, client) if submission else None
            case {"type": "block_suggestion"}:
                typing = read(body, BlockSuggestion)
                return await self._dialogs.suggested(typing, here) if typing else None
            case {"event": {"type": "app_home_opened", "tab": "messages", "channel": str(channel)}}:
                await home.suggest(client, channel)
                return None
        try:
            await self._happened(body, here, client)
        except ParleyError as error:
            url = body.get("response_url")
            if not url or "command" in body:
                raise
            await _tell(client, url, error.sentence)  # what was pressed does not come again
        return None

    async def _happened(self, body: Json, here: Here, client: AsyncWebClient) -> None:
        event = receive.event(body, here, self._commands, self._prefix)
        if isinstance(event, Invocation) and self._lacks_something(event):
            await self._dialogs.open(event, body.get("trigger_id", ""), client)
        elif event:
            await self._accept(event)

    def _lacks_something(self, asked: Invocation) -> bool:
        command = self._commands.get(asked.command)
        return bool(command and command.missing(asked.values))


async def _tell(client: AsyncWebClient, url: str, sentence: str) -> None:
    """To who pressed or chose something, alone."""
    hook = AsyncWebhookClient(url, session=client.session, timeout=_PATIENCE)
    try:
        await hook.send(text=sentence, response_type="ephemeral", replace_original=False)
    except (aiohttp.ClientError, TimeoutError) as error:
        log.warning("a sentence was lost: %s: %r", sentence, error)
