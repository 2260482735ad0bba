"""One answer: each of its messages posted once, then edited in place."""

import logging
from contextlib import suppress

import discord

from adapters.discord import layout
from adapters.discord.markdown import shown
from adapters.discord.posts import NEW, NOBODY, Body, Post, Standing, native_id, stood, written
from adapters.discord.refusals import OLD_EDITS, UNKNOWN_MESSAGE
from adapters.discord.target import Target
from adapters.discord.terms import Terms
from adapters.markup import clean, split
from adapters.pacing import Frame, Pace
from bot.parts import Notice
from bot.ports import Delivery

log = logging.getLogger(__name__)

_NOTICE = "/"  # in the keys of notices


class Answer:
    def __init__(self, target: Target, terms: Terms, delivery: Delivery, pace: Pace) -> None:
        self._target = target
        self._terms = terms
        self._delivery = delivery
        self._log = delivery.log
        self._pace = pace
        self._standing: dict[str, Standing] = {}  # what this call knows to stand there
        self._gone: set[str] = set()  # what somebody else deleted
        self._told: set[Notice] = set()
        self._paced = True  # the turn that came with the frame is not used yet

    async def show(self, frame: Frame) -> None:
        self._paced = True
        await self._terms.files.weigh(frame.media)
        posts = await self._stand(frame)
        if frame.done and frame.withdrawn:
            await self._withdraw()
        elif frame.done and posts:
            await self._delete_all_but(posts)
        if frame.done or posts:
            for notice in frame.notices:
                await self._tell(notice, alone=not posts)

    async def apologise(self, words: str) -> None:
        if self._target.whispers:
            await self._target.notice("x", self._words(words), alone=True)

    async def _stand(self, frame: Frame) -> dict[str, Post]:
        """The posts that stand now, as simple as Discord wants to have them."""
        while True:
            posts = layout.posts(frame, self._terms, responds=self._target.responds)
            for key, post in posts.items():
                try:
                    await self._put(key, post)
                except discord.HTTPException as error:
                    where = self._target.channel
                    if not await self._terms.give_way(error, key, post, where):
                        raise
                    break
            else:
                return posts

    async def _put(self, key: str, post: Post) -> None:
        stands = self._standing.get(key)
        if (stands and stands.post == post) or key in self._gone:
            return
        known = self._log.known
        if self._gone and not known.get(key):
            return  # who deletes Parley's messages wants no more of them
        await self._turn()
        if key in known and known[key] is None:
            await self._look_up(key, post)
        await self._log.intend(key)
        there = self._log.known.get(key)
        if there and not self._target.stale(there):
            await self._edit(key, there, post)
        else:
            await self._post(key, post)

    async def _look_up(self, key: str, post: Post) -> None:
        """Whether a post whose fate is unknown is there."""
        if found := await self._target.find(set(self._log.known.values()), post.voice):
            await self._log.landed(key, found)

    async def _post(self, key: str, post: Post) -> None:
        body, files = written(post, NEW, self._delivery.id)
        message = await self._target.post(key, body, files)
        await self._log.landed(key, native_id(message))
        self._standing[key] = stood(post, NEW, message)

    async def _edit(self, key: str, there: str, post: Post) -> None:
        if post.voice:
            self._standing[key] = Standing(post)
            return
        stands = self._standing.get(key)
        body, files = written(post, stands, self._delivery.id)
        try:
            message = await self._target.edit(key, there, body, files)
        except discord.HTTPException as error:
            if error.code == UNKNOWN_MESSAGE and self._target.stale(there):
                await self._post(key, post)
            elif error.code == UNKNOWN_MESSAGE:
                log.info("%s: somebody deleted a message of the answer", self._delivery.id)
                self._gone.add(key)
            elif error.code == OLD_EDITS:
                await self._renew(key, there, post)
            else:
                raise
        else:
            self._standing[key] = stood(post, stands, message)

    async def _renew(self, key: str, there: str, post: Post) -> None:
        """Discord takes no more edits of an old message, so it gives way to a new one."""
        await self._post(key, post)
        with suppress(discord.NotFound):
            await self._target.delete(there)

    async def _delete_all_but(self, posts: dict[str, Post]) -> None:
        for key in [key for key in self._log.known if _NOTICE not in key and key not in posts]:
            await self._delete(key)

    async def _withdraw(self) -> None:
        await self._target.dismiss()
        for key in list(self._log.known):
            if self._log.known[key] is None:
                await self._look_up(key, Post())
            await self._delete(key)

    async def _delete(self, key: str) -> None:
        if there := self._log.known[key]:
            await self._turn()
            with suppress(discord.NotFound):  # somebody deleted it before
                await self._target.delete(there)
        await self._log.removed(key)
        self._standing.pop(key, None)

    async def _tell(self, notice: Notice, *, alone: bool) -> None:
        """Each once, however often the delivery is tried."""
        words = self._words(notice.text)
        if notice in self._told or not words["content"]:
            return
        self._told.add(notice)
        nonce_key = f"n{len(self._told)}"
        key = f"{self._delivery.nonce}{_NOTICE}{nonce_key}"
        known = self._log.known
        if known.get(key) or (key in known and self._target.whispers):
            return
        await self._turn()
        await self._log.intend(key)
        message = await self._target.notice(nonce_key, words, alone=alone)
        await self._log.landed(key, native_id(message))

    def _words(self, text: str) -> Body:
        first = next(iter(split(shown(clean(text)), self._terms.longest)), "")
        return {"content": first, "components": [], "allowed_mentions": NOBODY}

    async def _turn(self) -> None:
        if not self._paced:
            await self._pace.turn()
        self._paced = False
