"""What Discord takes of one answer. What it refuses gives way to something simpler, so that the
rest of the answer stands.
"""

import logging
from typing import TypeGuard
from zlib import crc32

import discord

from adapters.discord.limits import MESSAGE
from adapters.discord.permissions import lacking
from adapters.discord.posts import Post
from adapters.discord.refusals import BAD_BODY, NO_PERMISSION, TOO_LARGE, final, request, sentence
from adapters.discord.rest import Rest
from adapters.discord.weights import Weights
from bot.parts import Media, Voice
from bot.ports import FIRST

log = logging.getLogger(__name__)

_TOO_LARGE = 413  # of whatever stands before Discord and knows none of its codes
_WRITE = {"view_channel", "send_messages", "send_messages_in_threads"}


class Terms:
    """`guild`: "" where there is none, or Parley is no member. `voice`: there may be voice
    messages.
    """

    def __init__(self, rest: Rest, guild: str, *, voice: bool) -> None:
        self._rest = rest
        self._guild = guild
        self._voice = voice
        self.files = Weights(rest, guild)
        self.embeds = self.buttons = True
        self.longest = MESSAGE
        self.most = 1 << 30  # pieces of the text
        self.ending = ""  # why there are no more
        self.said = ""  # what to tell of a refusal whose code says too little

    def speaks(self, media: Media) -> TypeGuard[Voice]:
        """Whether it is a voice message, rather than a file."""
        return isinstance(media, Voice) and self._voice and self.files.of(media).opus

    def key(self, voice: Voice) -> str:
        """Another recording is another message, as this kind cannot be edited."""
        size = self.files.of(voice).size
        made_of = f"{voice.key}/{voice.name}/{voice.seconds}/{size}".encode()
        return f"v{crc32(made_of + voice.waveform):08x}"

    async def give_way(
        self, error: discord.HTTPException, key: str, post: Post, channel: str
    ) -> bool:
        """Whether the answer is simpler now, and worth another attempt."""
        if not final(error):
            return False
        simpler = await self._simpler(error, post, channel)
        if not simpler and key != FIRST:
            self._end(error, key, post)
            simpler = True
        if simpler:
            log.warning("Discord does not take a part of an answer: %s", error)
        return simpler

    async def _simpler(self, error: discord.HTTPException, post: Post, channel: str) -> bool:
        if post.voice:
            self._voice = False
            return True
        if post.media and (error.code == TOO_LARGE or error.status == _TOO_LARGE):
            self.files.refuse_largest(post.media)
            return True
        if error.code == NO_PERMISSION:
            return await self._permitted(post, channel)
        return error.code == BAD_BODY and self._plainer(post, error.text)

    async def _permitted(self, post: Post, channel: str) -> bool:
        lacks = await lacking(self._rest, self._guild, channel) if self._guild else set()
        if lacks & _WRITE:
            self.said = f"Parley may not write here: {request(*sorted(lacks & _WRITE))}"
            return False
        if post.media and "attach_files" in lacks:
            sentence = f"Parley may not send files here: {request('attach_files')}"
            self.files.refuse(post.media, sentence)
            return True
        return self._plainer(post)

    def _plainer(self, post: Post, why: str = "") -> bool:
        """Without what Discord is likeliest to have meant."""
        if "In content" in why and self.longest == MESSAGE:
            self.longest //= 2  # it may count other characters than we do
        elif post.cards:
            self.embeds = False
        elif post.media:
            self.files.refuse(post.media, "Discord does not take {name}.")
        elif post.buttons:
            self.buttons = False
        else:
            return False
        return True

    def _end(self, error: discord.HTTPException, key: str, post: Post) -> None:
        """What stands is all there is."""
        why = self.said or sentence(error.code)
        if post.media:
            self.files.refuse(post.media, f"{{name}} could not be posted. {why}")
        else:
            self.most, self.ending = int(key), why
