"""The page keeps what is said on it by itself, so it forgets by itself too."""

import asyncio
import math
from collections.abc import Collection, Sequence

from adapters.page import receive
from adapters.page.lobby import Lobby
from adapters.page.post import Post
from adapters.page.threads import Thread, title
from bot.events import Place


class Forgetting:
    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby

    async def forget(
        self,
        place: Place | None,
        *,
        before: float = math.inf,
        author: str = "",
        messages: Collection[str] | None = None,
    ) -> None:
        person = author.partition(":")[2]
        if coming := tuple(self._lobby.coming.values()):
            await asyncio.wait(coming)

        def doomed(home: str, post: Post) -> bool:
            whose = post.answers or post.asker  # those of before have an asker alone
            mine = not author or person in {post.by, whose, home}
            named = messages is None or receive.event_id(post.id) in messages
            return post.at < before and mine and named

        for home in await self._homes(place, person):
            rows = await self._lobby.threads.rows(home)
            for id_ in {place.thread} if place and place.thread else {id_ for id_, _ in rows}:
                thread = await self._lobby.threads.open(home, id_)
                if posts := [post for post in thread.posts.values() if doomed(home, post)]:
                    await self._erase(thread, posts)
                if person:
                    await self._part(thread, person)

    async def _erase(self, thread: Thread, posts: Sequence[Post]) -> None:
        """With the commands that were used on it, which say what it began with."""
        beginnings = {title(post) for post in posts}
        for post in posts:
            await thread.erase(post)
        for post in tuple(thread.posts.values()):
            if post.about and post.about in beginnings:
                await thread.drop(post)
        await self._lobby.entitle(thread)

    async def _part(self, thread: Thread, person: str) -> None:
        """What was said to them alone below an answer to somebody else."""
        for post in tuple(thread.posts.values()):
            if post.asker == person and post.answers not in {"", person}:
                post.asker = post.answers
                thread.change(post, notices=(), aside="")
                await thread.keep(post)

    async def _homes(self, place: Place | None, person: str) -> list[str]:
        """Everywhere: in all channels, and in what is a person's own."""
        if place:
            return [place.channel]
        return [*filter(None, [person]), *await self._lobby.channels.all()]
