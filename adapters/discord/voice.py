"""Voice messages: one recording, and nothing else in the message.

Source: https://docs.discord.com/developers/resources/message#message-object-message-flags, and
discord.md. An ordinary file plays as well, so that is what stands where there can be none.
"""

import base64
from typing import Any

from adapters.discord.limits import WAVEFORM
from adapters.discord.uploads import Upload, upload
from bot.parts import Voice

HEAD = 128  # bytes that tell what a file is
_FLAG = 8192
_TYPE = "audio/ogg"  # Discord refuses application/octet-stream
_FLAT = bytes(WAVEFORM // 8)
_SHORTEST = 0.1  # seconds


def is_ogg_opus(head: bytes) -> bool:
    return head.startswith(b"OggS") and b"OpusHead" in head


def waveform(voice: Voice) -> str:
    return base64.b64encode(voice.waveform[:WAVEFORM] or _FLAT).decode()


def message(voice: Voice) -> tuple[dict[str, Any], list[Upload]]:
    recording = upload(voice.name, voice.content, _TYPE)
    attachment = {
        "id": 0,
        "filename": recording.name,
        "duration_secs": max(voice.seconds, _SHORTEST),
        "waveform": waveform(voice),
    }
    return {"flags": _FLAG, "attachments": [attachment]}, [recording]
