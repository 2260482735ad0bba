"""Threads by what was said in them, as far as the person may read it."""

import asyncio
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from http import HTTPStatus
from typing import TypeAlias

import msgspec
from aiohttp import web

from adapters.page import sight
from adapters.page.channels import shared
from adapters.page.lobby import Lobby
from adapters.page.post import Post
from adapters.page.threads import title
from adapters.page.wire import Hit

_MOST = 30  # hits
_LONGEST = 200  # characters that are looked for
_AROUND = 40  # characters before the first word, in what is shown of a post
_SNIPPET = 140  # characters

_Rows: TypeAlias = Sequence[tuple[str, str]]


class Search:
    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby

    async def give(self, request: web.Request) -> web.Response:
        """GET /search/{person}?words=…: Hits, the newest first."""
        person = request.match_info["person"]
        if await self._lobby.identity.who(request, person) != person:
            return web.Response(status=HTTPStatus.FORBIDDEN, text="Log in first.")
        words = _folded(request.query.get("words", "")[:_LONGEST]).split()
        hits = await self._hits(person, words) if words else []
        return web.Response(body=msgspec.json.encode(hits), content_type="application/json")

    async def _hits(self, person: str, words: Sequence[str]) -> list[Hit]:
        found: list[Hit] = []
        for home in (person, *await self._lobby.channels.all()):
            rows = await self._lobby.threads.rows(home)
            found += await asyncio.to_thread(_found, person, home, rows, words)
        return sorted(found, key=lambda hit: -hit.at)[:_MOST]


def _found(person: str, home: str, rows: _Rows, words: Sequence[str]) -> list[Hit]:
    threads: dict[str, list[Post]] = defaultdict(list)
    for thread, row in rows:
        post = msgspec.json.decode(row, type=Post)
        if mine := sight.seen(post, person) if shared(home) else post:
            threads[thread].append(mine)
    channel = home if shared(home) else ""
    hits = (_hit(channel, thread, posts, words) for thread, posts in threads.items())
    return [hit for hit in hits if hit]


def _hit(channel: str, thread: str, posts: list[Post], words: Sequence[str]) -> Hit | None:
    """Every word is somewhere in the thread; what is shown is the post that has most of them."""
    posts.sort(key=lambda post: post.at)
    texts = [_folded(_text(post)) for post in posts]
    if not all(any(word in text for text in texts) for word in words):
        return None
    counts = [sum(word in text for word in words) for text in texts]
    best = posts[counts.index(max(counts))]
    name, at = title(posts[0]), posts[-1].at
    return Hit(thread, name, best.id, best.by, _snippet(best, words), at, channel)


def _text(post: Post) -> str:
    """All that can be read of it."""
    cards = (f"{card.title} {card.markdown}" for card in post.cards)
    media = (f"{medium.name} {medium.alt}" for medium in post.media)
    return "\n".join([post.text, *cards, *media])


def _snippet(post: Post, words: Sequence[str]) -> str:
    text = " ".join(_text(post).split())
    folded = _folded(text)
    first = min((at for word in words if (at := folded.find(word)) >= 0), default=0)
    start = max(0, first - _AROUND)
    end = start + _SNIPPET
    return f"{'…' * (start > 0)}{text[start:end]}{'…' * (end < len(text))}"


def _folded(text: str) -> str:
    """However it is written: FOX and fox are one word, and so are Zoë and Zoe."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()
