"""Screen to post: what a frame changes about the post that shows a delivery."""

import time
from typing import Any

from adapters.pacing import Frame
from adapters.page.media import ids, shelved
from adapters.page.post import Medium, Post, Sign
from adapters.page.threads import Thread
from bot.commands import button_id
from bot.parts import Button, Media
from bot.ports import Delivery

_CHECKPOINT = 1.0  # seconds between writes of a growing answer
_KEY = "0"  # a page's answer is one post, however long
_FEEDBACK = (Button("👍", "good"), Button("👎", "bad"))


class Answer:
    """One delivery as a post. The post has the delivery's id, so writing it twice is one post."""

    def __init__(self, thread: Thread, delivery: Delivery) -> None:
        self._thread, self._delivery = thread, delivery
        self._kept_at = 0.0
        self._kept = delivery.log.known.get(_KEY) is not None
        self._media: dict[str, tuple[Media, Medium]] = {}  # by the part's key
        self._asker = delivery.author.id.removeprefix("page:")
        before = thread.posts.get(delivery.id)
        self._aside = _aside(before, delivery)
        self._before = before.buttons if before and before.done else ()

    async def show(self, frame: Frame) -> None:
        if frame.withdrawn:
            await self._withdraw()
        if frame.withdrawn and not frame.notices:
            return
        if self._aside:
            words = "\n\n".join(filter(None, [frame.text, *(n.text for n in frame.notices)]))
            self._aside.asker = self._asker
            self._thread.change(self._aside, aside=words)
        else:
            await self._draw(self._post(), frame)

    async def _withdraw(self) -> None:
        if post := self._thread.posts.get(self._delivery.id):
            await self._thread.drop(post)
        await self._delivery.log.removed(_KEY)
        self._kept = False

    async def _draw(self, post: Post, frame: Frame) -> None:
        if _worth_keeping(post, frame):
            await self._delivery.log.intend(_KEY)
            self._change(post, frame, await self._shelved(frame))
            await self._keep(post)
            return
        self._change(post, frame, ())
        if frame.done:
            await self._thread.drop(post)

    def _post(self) -> Post:
        if (post := self._thread.posts.get(self._delivery.id)) is None:
            post = Post(
                self._delivery.id, "parley", time.time(), done=False,
                private=self._delivery.private, asker=self._asker, answers=self._asker,
            )  # fmt: skip
            self._thread.add(post)
        post.asker = self._asker
        return post

    async def _shelved(self, frame: Frame) -> tuple[Medium, ...]:
        """Each part is written down once, when it appears or another one replaces it."""
        for part in frame.media:
            if self._media.get(part.key, (None,))[0] is not part:
                there = self._thread.shelf, self._thread.home, self._delivery.id
                self._media[part.key] = part, await shelved(*there, part)
        return tuple(self._media[part.key][1] for part in frame.media)

    def _change(self, post: Post, frame: Frame, media: tuple[Medium, ...]) -> None:
        new = redraw(post, frame, media) | {"private": self._delivery.private}
        if frame.done and not (_visible(frame) or frame.buttons):
            new["buttons"] = self._before  # of what stays: a button's answer was a sentence
        if changed := {name: new[name] for name in new if getattr(post, name) != new[name]}:
            self._thread.change(post, **changed)

    async def _keep(self, post: Post) -> None:
        now = time.monotonic()
        if self._kept and not post.done and now - self._kept_at < _CHECKPOINT:
            return
        await self._thread.keep(post)
        if not self._kept:
            await self._delivery.log.landed(_KEY, post.id)
        self._kept, self._kept_at = True, now
        if post.done:
            await self._thread.shelf.only(self._thread.home, post.id, ids(post.media))


def _aside(post: Post | None, delivery: Delivery) -> Post | None:
    """The post whose button has something to say to the asker alone: beside what all can read."""
    if post is None or post.private or not delivery.private:
        return None
    return post if delivery.source == post.id else None


def _worth_keeping(post: Post, frame: Frame) -> bool:
    """A sign that something is being done is gone with the moment, as on every platform."""
    seen = _visible(post) or _visible(frame) or frame.notices
    return bool(seen or (frame.done and frame.buttons))


def _visible(what: Post | Frame) -> bool:
    return bool(what.text or what.cards or what.media)


def redraw(post: Post, frame: Frame, media: tuple[Medium, ...]) -> dict[str, Any]:
    """What the post has in this frame. One with nothing to see takes nothing away: until there is
    something better, or when a second try failed, the first answer stays.
    """
    buttons = frame.buttons + (_FEEDBACK if frame.feedback else ())
    new: dict[str, Any] = {
        "status": frame.status,
        "notices": tuple(notice.text for notice in frame.notices),
        "buttons": tuple(Sign(button_id(b, post.id), b.label) for b in buttons),
        "aside": "",
        "done": frame.done,
    }
    if _visible(frame):
        new |= {"text": frame.text, "cards": frame.cards, "media": media, "rated": ""}
    return new
