"""Screen to post: what a frame changes about the post that shows a delivery."""

import time

from msgspec import UNSET, UnsetType

from adapters.pacing import Frame
from adapters.page.threads import Thread
from adapters.page.wire import Change, Post, Sign
from bot.commands import button_id
from bot.ports import Delivery

_CHECKPOINT = 1.0  # seconds between writes of a growing answer
_KEY = "0"  # a page's answer is one post, however long


class Answer:
    """One delivery as a post. The post has the delivery's id, so writing it twice is one post."""

    def __init__(self, thread: Thread, delivery: Delivery) -> None:
        self._thread, self._delivery = thread, delivery
        self._kept_at = 0.0
        self._kept = delivery.log.known.get(_KEY) is not None

    async def show(self, frame: Frame) -> None:
        post = self._post()
        if not _worth_keeping(post, frame):
            self._change(post, frame)
            if frame.done:
                await self._thread.drop(post)
            return
        await self._delivery.log.intend(_KEY)
        self._change(post, frame)
        await self._keep(post)

    def _post(self) -> Post:
        if (post := self._thread.posts.get(self._delivery.id)) is None:
            post = Post(
                self._delivery.id, "parley", time.time(), done=False,
                private=self._delivery.private,
            )  # fmt: skip
            self._thread.add(post)
        return post

    def _change(self, post: Post, frame: Frame) -> None:
        if change := redraw(self._thread.id, post, frame):
            self._thread.tell(change)

    async def _keep(self, post: Post) -> None:
        now = time.monotonic()
        if self._kept and not post.done and now - self._kept_at < _CHECKPOINT:
            return
        await self._thread.keep(post)
        if not self._kept:
            await self._delivery.log.landed(_KEY, post.id)
        self._kept, self._kept_at = True, now


def _worth_keeping(post: Post, frame: Frame) -> bool:
    """A sign that something is being done is gone with the moment, as on every platform."""
    return bool(post.text or frame.text or frame.notices or (frame.done and frame.buttons))


def redraw(thread: str, post: Post, frame: Frame) -> Change | None:
    """Bring `post` to what `frame` shows; what that changes. An empty frame takes no text away:
    until there is something better, or when a second try failed, the first answer stays.
    """
    change = Change(thread, post.id)
    if frame.text and frame.text != post.text:
        change.append, change.text = _grown(post.text, frame.text)
    new = {
        "status": frame.status,
        "notices": tuple(notice.text for notice in frame.notices),
        "buttons": tuple(Sign(button_id(b, post.id), b.label) for b in frame.buttons),
        "done": frame.done,
    }
    for name, value in new.items():
        if getattr(post, name) != value:
            setattr(change, name, value)
            setattr(post, name, value)
    post.text = frame.text or post.text
    return None if change == Change(thread, post.id) else change


def _grown(before: str, now: str) -> tuple[str | UnsetType, str | UnsetType]:
    if now.startswith(before):
        return now[len(before) :], UNSET
    return UNSET, now
