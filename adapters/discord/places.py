"""Where something happened, and which conversation it belongs to.

A thread is one, and so are direct messages. In a channel of a server each question begins one, and
whoever replies to Parley's answer goes on with it, but where people or the operator have made the
channel itself a conversation.
"""

from typing import NamedTuple, TypeAlias, cast

import discord

from adapters.discord.settings import Mode, Settings
from bot.events import Author, Place
from bot.ports import WHERE, State, Where

PLATFORM = "discord"
_ROOTS = "discord/root/"  # and the id of a question that is a reply to Parley
_THREADLESS = discord.VoiceChannel | discord.StageChannel
Channel: TypeAlias = discord.abc.Snowflake | discord.Thread | None


class Spot(NamedTuple):
    place: Place
    mode: Mode

    @property
    def flat(self) -> bool:
        """The channel is the conversation. A direct message can be no other."""
        return self.mode == "channel" and bool(self.place.workspace)


class Places:
    def __init__(self, settings: Settings, state: State, me: int, where: Where) -> None:
        self._settings = settings
        self._state = state
        self._me = me
        self._where = where

    async def of_question(
        self, guild: discord.Guild | None, channel: Channel, author: Author
    ) -> Spot:
        """As `of`, with what people chose for it."""
        spot = self.of(guild, channel)
        if not spot.place.workspace or spot.place.thread:
            return spot
        chosen = await self._where(spot.place, author)
        return self.of(guild, channel, cast("Mode", chosen)) if chosen in WHERE else spot

    def of(self, guild: discord.Guild | None, channel: Channel, chosen: Mode | None = None) -> Spot:
        """Where somebody gave a command: it is part of no conversation among messages."""
        here = str(channel.id) if channel else ""
        if guild is None:
            return Spot(Place(PLATFORM, "", here), "channel")
        if isinstance(channel, discord.Thread):
            place = Place(PLATFORM, str(guild.id), str(channel.parent_id), here)
            return Spot(place, "thread")
        mode = chosen or self._settings.mode(here)
        threadless = mode == "thread" and isinstance(channel, _THREADLESS)
        return Spot(Place(PLATFORM, str(guild.id), here), "reply" if threadless else mode)

    async def of_shortcut(
        self, guild: discord.Guild | None, channel: Channel, author: Author, message: str
    ) -> Spot:
        """What is asked about a message is answered where its own answer would stand."""
        spot = await self.of_question(guild, channel, author)
        return _rooted(spot, message) if _open(spot) and spot.mode == "thread" else spot

    async def of_message(
        self, native: discord.Message, channel: Channel, asker: Author | None
    ) -> Spot:
        """`asker`: who says it to Parley; None where it is said to others."""
        spot = self.of(native.guild, channel)
        if asker:
            spot = await self.of_question(native.guild, channel, asker)
        if not _open(spot):
            return spot
        root = str(native.id)
        if is_reply(native) and (joined := await self._joined(native)):
            root, spot = joined, spot._replace(mode="reply")
        return _rooted(spot, root)

    async def of_deleted(
        self, guild: discord.Guild | None, channel: Channel, message: str
    ) -> Place:
        spot = self.of(guild, channel)
        if not _open(spot):
            return spot.place
        root = await self._state.get(f"{_ROOTS}{message}")
        return _rooted(spot, root or message).place

    async def of_post(
        self, guild: discord.Guild | None, channel: Channel, post: discord.Message
    ) -> Spot:
        """Where Parley said this."""
        spot = self.of(guild, channel)
        if not _open(spot):
            return spot
        return _rooted(spot, await self._root(post))._replace(mode="reply")

    def answered(self, native: discord.Message) -> discord.Message | None:
        """The post of Parley's to which it is a reply."""
        post = native.reference.resolved if native.reference and is_reply(native) else None
        ours = isinstance(post, discord.Message) and post.author.id == self._me
        return post if ours else None  # type: ignore[return-value]  # it is one

    async def _joined(self, native: discord.Message) -> str:
        """The root of the conversation that this reply goes on with; "" where it is a reply to
        others. It is remembered, as the replies to its answer know only this message.
        """
        key = f"{_ROOTS}{native.id}"
        root = await self._state.get(key) or ""
        if not root and (post := self.answered(native)):
            root = await self._root(post)
            await self._state.put(key, root)
        return root

    async def _root(self, post: discord.Message) -> str:
        """An answer is a reply to its question; what begins with a command, to nothing."""
        question = post.reference.message_id if post.reference and is_reply(post) else None
        if question is None:
            return str(post.id)
        return await self._state.get(f"{_ROOTS}{question}") or str(question)


def is_reply(native: discord.Message) -> bool:
    """The answer to a message's own menu refers to that message too, and is none."""
    return native.type is discord.MessageType.reply


def _open(spot: Spot) -> bool:
    """Whether it is a channel in which many conversations go on."""
    return bool(spot.place.workspace) and not spot.place.thread and spot.mode != "channel"


def _rooted(spot: Spot, root: str) -> Spot:
    place = spot.place
    return Spot(Place(place.platform, place.workspace, place.channel, root), spot.mode)
