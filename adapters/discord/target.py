"""Where the posts of one delivery go: the interaction while its token lives, else the channel."""

import logging
from collections.abc import Sequence

import discord

from adapters.discord.address import Address
from adapters.discord.channel import Channel
from adapters.discord.hook import Hook
from adapters.discord.posts import Body
from adapters.discord.refusals import NO_ACCESS, NO_PERMISSION, UNKNOWN_MESSAGE
from adapters.discord.rest import Rest
from adapters.discord.uploads import Upload
from bot.parts import Voice
from bot.ports import FIRST, Delivery

log = logging.getLogger(__name__)

_NOT_HERE = {NO_ACCESS, NO_PERMISSION}


class Target:
    def __init__(self, rest: Rest, delivery: Delivery, address: Address) -> None:
        self._log = delivery.log
        self._hook = Hook(rest, address)
        self._outside = address.outside
        self._closed = False  # the channel, to Parley's own posts
        self._noticed = False  # a notice took the response's place
        self.private = delivery.private and bool(delivery.place.workspace)  # direct messages are
        self._channel = Channel(rest, delivery, address, direct=self.private)
        self._asked_in = self._channel.id

    @property
    def pace(self) -> str:
        """What Discord's limits count by: an interaction has one of its own."""
        return self._hook.token if self._hook.responds else self.channel

    @property
    def channel(self) -> str:
        return self._channel.id

    @property
    def whispers(self) -> bool:
        """Notices are for the asker alone, and cannot be looked up."""
        return self._hook.live

    @property
    def responds(self) -> bool:
        """The first post is an interaction's response."""
        return self._hook.responds and not self._noticed

    def stale(self, post: str) -> bool:
        """A private message that nothing can reach any more."""
        there = post.partition("/")[0]
        return self.private and not self._hook.live and there == self._asked_in

    async def post(self, key: str, body: Body, files: Sequence[Upload]) -> Body:
        """The same key twice within some minutes is one message, but through an interaction."""
        message = await self._through_hook(key, body, files)
        if message is None:
            try:
                message = await self._channel.post(key, body, files)
            except discord.HTTPException as error:
                if error.code not in _NOT_HERE or not self._hook.live:
                    raise
                log.info("no post in %s, so a follow-up: %s", self.channel, error)
                self._closed = True
                message = await self._hook.follow(body, files, hidden=False)
        if key == FIRST:
            self._channel.begun(message["id"])
        return message

    async def edit(self, key: str, post: str, body: Body, files: Sequence[Upload]) -> Body:
        first = key == FIRST and self._hook.responds
        if first or self._follows:
            try:
                return await self._hook.edit(post.rpartition("/")[2], body, files)
            except discord.HTTPException as error:
                if error.code != UNKNOWN_MESSAGE:
                    self._hook.ended(error)
                elif self._only_hook:
                    raise
        return await self._channel.edit(post, body, files)

    async def delete(self, post: str) -> None:
        if self._only_hook:
            await self._hook.delete(post.rpartition("/")[2])
        else:
            await self._channel.delete(post)

    async def find(self, known: set[str | None], voice: Voice | None) -> str | None:
        """A post of this delivery whose id was never heard of."""
        return None if self._only_hook else await self._channel.find(known, voice)

    async def notice(self, key: str, body: Body, *, alone: bool) -> Body:
        """Something for the asker only, where an interaction can do that. `alone`: there is no
        answer, so an open response ("thinking …") gives way to it.
        """
        try:
            if alone and self._thinks:
                self._noticed = True
                if self._hook.hidden:
                    return await self._hook.respond(body, ())
                await self._hook.delete("@original")
            if self._hook.live:
                return await self._hook.follow(body, (), hidden=True)
        except discord.HTTPException as error:
            self._hook.ended(error)
        return await self._channel.post(key, body, ())

    async def dismiss(self) -> None:
        """There will be no answer: no response stays open."""
        if self._thinks:
            try:
                await self._hook.delete("@original")
            except discord.HTTPException as error:
                self._hook.ended(error)

    @property
    def _thinks(self) -> bool:
        """The response is open still, and says that Parley is thinking."""
        return self.responds and not self._log.known.get(FIRST)

    @property
    def _only_hook(self) -> bool:
        return self._hook.live and (self.private or self._outside)

    @property
    def _follows(self) -> bool:
        """New posts are follow-ups of the response."""
        return self._only_hook or (self._hook.live and self._closed)

    async def _through_hook(self, key: str, body: Body, files: Sequence[Upload]) -> Body | None:
        """None where the interaction cannot do it, or not any more."""
        try:
            if key == FIRST and self._hook.responds:
                return await self._hook.respond(body, files)
            if self._follows:
                return await self._hook.follow(body, files, hidden=self.private)
        except discord.HTTPException as error:
            self._hook.ended(error)
        return None
