"""What cannot be listened to."""

from bot.errors import Refused


class NotSound(Refused):
    """There is nothing to hear in a file."""


EMPTY = "This file is empty: upload it again."
TEXT = "This file is text, not sound, whatever its name says. Upload a recording or a video."
PICTURES = "There is no sound in this file, only pictures. Upload one that can be heard."
UNKNOWN = (
    "Parley finds no sound in this file: it may have been cut short on the way, or is something "
    "else under a wrong name. Try it again, or save it as MP3."
)
