"""Answers beside the conversation, whole when they are done: to the asker alone, and by a
response_url where Parley is not in the channel.
"""

import logging

from msgspec.structs import replace
from slack_sdk.errors import SlackApiError

from adapters import markup
from adapters.slack import cards, escapes, naming
from adapters.slack.blocks import LONGEST, Content, Row, row, written
from adapters.slack.media import Shares
from adapters.slack.web import error_code, missing_scope
from adapters.slack.whisper import say, whisper
from adapters.slack.workspace import Workspace
from bot.errors import Undeliverable
from bot.events import Place
from bot.ports import Delivery
from bot.screen import Screen

log = logging.getLogger(__name__)


async def privately(workspace: Workspace, delivery: Delivery, screen: Screen) -> None:
    """Raises Undeliverable rather than to let others see it."""
    while not screen.done:
        await screen.changed()
    for number, content in enumerate(_pressable(_contents(screen), screen, delivery)):
        if not await say(workspace.calls, delivery, str(number), content):
            raise Undeliverable("Slack does not let Parley answer you privately here.")
    await _tell_notices(workspace, delivery, screen)
    if screen.media or screen.withdrawn:
        await _send_files(workspace, delivery, screen)


async def aloud(workspace: Workspace, delivery: Delivery, screen: Screen) -> bool:
    """Five messages at most, and no files. False where that does not work."""
    if not delivery.address or any(delivery.log.known.values()):
        return False
    while not screen.done:
        await screen.changed()
    for number, content in enumerate(_contents(screen)):
        if not await say(workspace.calls, delivery, str(number), content, to_all=True):
            return False
    await _tell_notices(workspace, delivery, screen)
    if screen.media:
        sentence = "Parley can show files only where it is. Invite it with /invite, and ask again."
        await whisper(workspace.calls, delivery, "files", sentence)
    return True


def _contents(screen: Screen) -> list[Content]:
    pieces = markup.split(escapes.harmless(screen.text), LONGEST)
    return [*map(cards.card, screen.cards), *map(written, pieces)]


def _pressable(contents: list[Content], screen: Screen, delivery: Delivery) -> list[Content]:
    """The last has the buttons."""
    if not contents:
        return []
    *others, (text, blocks) = contents
    pressed = row(Row(screen.buttons), delivery.id, native=False)
    return [*others, Content(text, [*blocks, *pressed])]


async def _tell_notices(workspace: Workspace, delivery: Delivery, screen: Screen) -> None:
    for number, notice in enumerate(screen.notices):
        if not await whisper(workspace.calls, delivery, f"notice:{number}", notice.text):
            raise Undeliverable("Slack does not let Parley answer you privately here.")


async def _send_files(workspace: Workspace, delivery: Delivery, screen: Screen) -> None:
    """No ephemeral message has files, so they go where only the asker reads."""

    async def tell(key: str, sentence: str) -> None:
        await whisper(workspace.calls, delivery, f"file:{key}", sentence)

    try:
        place = await _direct(workspace, delivery)
    except SlackApiError as error:
        reason = missing_scope(error) or f"Slack says {error_code(error)}."
        return await tell("", f"Parley cannot send you the file: {reason}")
    shares = Shares(workspace, delivery, lambda: place, lambda _ts: None, tell)
    keys = await shares.show(screen.media)
    await shares.remove_others(keys)
    sent = [m for m, key in zip(screen.media, keys, strict=True) if delivery.log.known.get(key)]
    if sent and place != delivery.place:
        await tell("sent", f"Only you can see it in our direct messages: {naming.names(*sent)}")
    return None


async def _direct(workspace: Workspace, delivery: Delivery) -> Place:
    """The asker's direct messages with Parley."""
    if delivery.place.channel.startswith("D"):
        return delivery.place
    asker = delivery.author.id.rpartition(":")[2]
    answer = await workspace.calls("conversations.open", users=asker)
    return replace(delivery.place, channel=str(answer["channel"]["id"]), thread="")
