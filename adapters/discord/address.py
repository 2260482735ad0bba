"""What an event's `address` holds: the way back to where it came from."""

import time
from typing import Literal

import discord
import msgspec

LIFE = 15 * 60 - 10  # seconds that an interaction's token can be used, less a margin


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    title: str = ""  # for the thread that a message's answer opens
    kind: Literal["", "slash", "button"] = ""
    application: int = 0
    token: str = ""  # of the interaction
    until: float = 0.0  # when the token ends, seconds since 1970
    hidden: bool = False  # the response is for the asker's eyes only

    @property
    def live(self) -> bool:
        return bool(self.token) and time.time() < self.until


def of_message(title: str) -> str:
    return msgspec.json.encode(Address(title=title)).decode()


def of_interaction(interaction: discord.Interaction, *, hidden: bool) -> str:
    slash = interaction.type is discord.InteractionType.application_command
    address = Address(
        kind="slash" if slash else "button",
        application=interaction.application_id,
        token=interaction.token,
        until=interaction.created_at.timestamp() + LIFE,
        hidden=hidden,
    )
    return msgspec.json.encode(address).decode()


def read(address: str) -> Address:
    return msgspec.json.decode(address, type=Address) if address else Address()
