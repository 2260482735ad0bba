"""Questions and commands as deliveries, without a gateway; and what stands on the fake."""

import time

import msgspec

from adapters.discord.address import LIFE, Address
from bot.events import Author, Place
from bot.parts import Button, Buttons
from bot.ports import Delivery
from tests.discord_adapter.conftest import Log

STOP = Buttons((Button("Stop", "stop"),))
LAST = Buttons((Button("Regenerate", "regenerate"),))
OGG = b"OggS\0\2" + b"\0" * 20 + b"\1\x13OpusHead\1\1" + b"\0" * 200
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


async def commanded(
    discord, *, private=False, outside=False, acknowledged=True, log=None, thread="", mode="thread"
):
    """A slash command of ada's that was heard in time."""
    store = discord.store
    token, channel = f"token-{next(store.names)}", thread or store.general
    store.interactions[token] = {"channel": channel, "by": "ada", "at": store.now(), "response": 0,
                                 "original": "", "kind": 2, "outside": outside}  # fmt: skip
    if outside:
        store.rights.deny(store.general, "view_channel")
    if acknowledged:
        thinking = {"type": 5, "data": {"flags": 64 if private else 0}}
        await discord.rest.callback("1", token, body=thinking)
    address = Address(
        kind="slash", application=int(store.me["id"]), token=token, until=time.time() + LIFE,
        hidden=private, mode=mode, outside=outside,
    )  # fmt: skip
    return Delivery(
        id="delivery0123", nonce="nonce0123456",
        place=Place("discord", store.guild, store.general, thread),
        author=Author(f"discord:{store.person('ada')['id']}"), private=private,
        address=msgspec.json.encode(address).decode(), source="", log=log or Log(),
    )  # fmt: skip


def native(discord, post):
    """The message as Discord holds it."""
    return discord._found(post.id)[1]


def thinking(discord):
    """The responses that still say so."""
    channels = discord.store.messages.values()
    return [m for messages in channels for m in messages.values() if m["flags"] & 128]
