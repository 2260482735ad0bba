"""What an event's `address` holds: the way back to where it came from.

Its mode says where an answer stands (settings.Mode):
- `thread`: in the Discord thread `place.thread`, to be opened where that is the question's id;
- `reply`: in `place.channel`, as a reply to the question; `place.thread` names the conversation;
- `channel`: in `place.channel`.

The answer to a slash command fills its response. Where the place has no thread and the mode is not
`channel`, its first post begins a conversation: `place.thread` becomes that post's id, and its
later posts are replies to the first, so that whoever replies to one of them is known to mean it.
"""

import time
from typing import Literal

import discord
import msgspec

from adapters.discord.settings import Mode

LIFE = 15 * 60 - 10  # seconds that an interaction's token can be used, less a margin


class Address(msgspec.Struct, frozen=True, omit_defaults=True):
    title: str = ""  # for the thread that a message's answer opens
    kind: Literal["", "slash", "button"] = ""  # "slash": there is a response to fill
    application: int = 0
    token: str = ""  # of the interaction
    until: float = 0.0  # when the token ends, seconds since 1970
    hidden: bool = False  # the response is for the asker's eyes only
    mode: Mode = "thread"
    outside: bool = False  # Parley is no member there: only the interaction can answer

    @property
    def live(self) -> bool:
        return bool(self.token) and time.time() < self.until


def of_message(title: str, mode: Mode = "thread") -> str:
    return msgspec.json.encode(Address(title=title, mode=mode)).decode()


def of_interaction(
    interaction: discord.Interaction, mode: Mode, *, hidden: bool, responds: bool, title: str = ""
) -> str:
    """`responds`: the answer is the interaction's response, unlike that to a button's press."""
    address = Address(
        title=title,
        kind="slash" if responds else "button",
        application=interaction.application_id,
        token=interaction.token,
        until=interaction.created_at.timestamp() + LIFE,
        hidden=hidden,
        mode=mode,
        outside=outside(interaction),
    )
    return msgspec.json.encode(address).decode()


def read(address: str) -> Address:
    return msgspec.json.decode(address, type=Address) if address else Address()


def outside(interaction: discord.Interaction) -> bool:
    """Used by somebody who has installed Parley for themselves: in a server that has not, or in a
    conversation among people.
    """
    if guild := interaction.guild_id:
        known = interaction.client.get_guild(guild) is not None
        return not (known or interaction.is_guild_integration())
    return interaction.context.private_channel
