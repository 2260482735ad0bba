"""Who may read what on the page, and what Parley can do about a post and about who wrote it."""

import asyncio

from adapters.page import receive
from adapters.page.channels import shared
from adapters.page.lobby import Lobby
from adapters.page.post import Post
from adapters.page.receive import PLATFORM
from adapters.page.threads import Thread
from bot.errors import NotAccepted, Refused
from bot.events import Author, Place


class Order:
    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby

    async def may_read(self, author: Author, place: Place) -> bool:
        """Channels are for all, what is a person's own for them alone."""
        platform, _, person = author.id.partition(":")
        if (platform, place.platform) != (PLATFORM, PLATFORM) or not person:
            return False
        return shared(place.channel) or person == place.channel

    async def closed(self, place: Place) -> bool:  # noqa: ARG002  a thread is as its channel
        return False

    async def link(self, place: Place, source: str) -> str:
        """As static/route.js reads it."""
        where = f"/{place.channel[1:]}/{place.thread}" if shared(place.channel) else place.thread
        return f"/#{where}" if source in {"", place.thread} else f"/#{where}/{source}"

    async def react(self, place: Place, source: str, emoji: str) -> None:
        thread, post = await self._found(place, source)
        if post is None or post.gone:
            raise Refused("The message is gone.")
        if emoji not in post.reactions:
            thread.change(post, reactions=(*post.reactions, emoji))
            await thread.keep(post)

    async def remove(self, place: Place, source: str) -> None:
        """Parley hears of it, as of everything that is deleted."""
        thread, post = await self._found(place, source)
        if post is None or post.gone:
            return
        if self._lobby.accept:
            try:
                await self._lobby.accept(receive.removed(place, post))
            except NotAccepted as error:
                raise Refused(error.sentence, str(error)) from error
        await thread.erase(post)
        await self._lobby.entitle(thread)

    async def time_out(self, place: Place, author: Author, seconds: float) -> None:
        platform, _, person = author.id.partition(":")
        if platform != PLATFORM or not person:
            raise Refused("They are not on this page.")
        if not shared(place.channel):
            raise Refused("In a conversation of one's own there are no time-outs.")
        await self._lobby.silence.impose(person, seconds)

    async def _found(self, place: Place, source: str) -> tuple[Thread, Post | None]:
        if coming := self._lobby.coming.get(source):
            await asyncio.wait([coming])
        thread = await self._lobby.threads.open(place.channel, place.thread)
        return thread, thread.posts.get(source)
