"""An answer that all can read: notices, cards, text and files, as they are now."""

from msgspec.structs import replace

from adapters.pacing import Frame
from adapters.slack import cards, escapes
from adapters.slack.blocks import Content, Row, row, written
from adapters.slack.media import Shares
from adapters.slack.posts import Posts
from adapters.slack.status import Status
from adapters.slack.texts import Texts
from adapters.slack.whisper import whisper
from adapters.slack.workspace import Workspace
from bot.events import Place
from bot.parts import Card, Notice
from bot.ports import Delivery

_CARD, _NOTICE = "card:", "notice:"


class Answer:
    def __init__(self, workspace: Workspace, delivery: Delivery) -> None:
        self._workspace = workspace
        self._delivery = delivery
        root, ours = delivery.place.thread, delivery.log.known.values()
        self._on_top = root == "" or root in ours  # it began in the channel, not in a thread
        self._posts = Posts(workspace.calls, delivery)
        self._before = set(self._posts.standing)
        self._texts = Texts(workspace, delivery, self._posts)
        self._shares = Shares(
            workspace, delivery, self._beside, self._posts.begin_thread, self._say
        )
        self._status = Status(workspace, delivery, begun=bool(self._before))
        self._told: dict[Notice, str] = {}  # and the key, where all can read it
        self._cards: dict[str, Content] = {}

    async def show(self, frame: Frame) -> None:
        for notice in frame.notices:
            await self._tell(notice)
        keys = [*await self._show_cards(frame), *await self._show_text(frame)]
        keys += [*await self._shares.show(frame.media), *await self._show_row(frame)]
        if frame.done and (keys or frame.withdrawn):
            told = [self._told[notice] for notice in frame.notices]
            await self._remove_others([*keys, *told], withdrawn=frame.withdrawn)
        # Without anything to see, the answer that stood stays: it is being made again.
        await self._status.show(frame.status, posted=self._posted)

    async def close(self) -> None:
        """Whatever happens: no sign is left, and nothing that counts."""
        self._texts.forget()
        await self._status.end(posted=self._posted, session=self._texts.session)

    @property
    def _posted(self) -> bool:
        """Slack takes a status away itself when we post in the thread."""
        return bool(self._posts.standing.keys() - self._before)

    def _beside(self) -> Place:
        """Below the card that a command began with, the channel would not see what it made."""
        place = self._delivery.place
        return replace(place, thread="") if self._on_top else place

    async def _show_cards(self, frame: Frame) -> list[str]:
        """With the buttons, where there is no text to have them."""
        keys = []
        for number, card in enumerate(frame.cards):
            holds = number == len(frame.cards) - 1 and not frame.text.strip()
            await self._show_card(card, Row(frame.buttons, frame.feedback) if holds else Row())
            keys.append(_CARD + card.key)
        return keys

    async def _show_card(self, card: Card, pressed: Row) -> None:
        content = cards.card(card)
        buttons = row(pressed, self._delivery.id, native=self._workspace.asks_natively)
        content = Content(content.text, [*content.blocks, *buttons])
        if self._cards.get(card.key) != content:
            await self._posts.put(_CARD + card.key, content)
            self._cards[card.key] = content

    async def _show_text(self, frame: Frame) -> list[str]:
        pressed = Row(frame.buttons, frame.feedback)
        if frame.text.strip():
            return await self._texts.show(frame.text, pressed, done=frame.done)
        if frame.done:
            await self._texts.end()
        return []

    async def _show_row(self, frame: Frame) -> list[str]:
        """Buttons below nothing but files."""
        alone = frame.media and not (frame.cards or frame.text.strip())
        if not (frame.done and alone and (frame.buttons or frame.feedback)):
            return []
        return await self._texts.show("", Row(frame.buttons, frame.feedback), done=True)

    async def _remove_others(self, keys: list[str], *, withdrawn: bool) -> None:
        for key in list(self._delivery.log.known):
            ours = key.isdigit() or key.startswith(_CARD)
            if key not in keys and (ours or (withdrawn and key.startswith(_NOTICE))):
                await self._posts.delete(key)
        await self._shares.remove_others(keys)

    async def _tell(self, notice: Notice) -> None:
        if notice in self._told:
            return
        key = f"{notice.key}:{len(self._told) + 1}"
        self._told[notice] = _NOTICE + key
        if not await whisper(self._workspace.calls, self._delivery, key, notice.text):
            await self._say(key, notice.text)

    async def _say(self, key: str, sentence: str) -> None:
        await self._posts.put(_NOTICE + key, written(escapes.harmless(sentence)))
