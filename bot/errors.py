"""Errors that speak: `sentence` is for the person in the chat, the exception's text for the log."""


class ParleyError(Exception):
    """Something that a person can be told in one sentence they can act on."""

    def __init__(self, sentence: str, cause: str = "") -> None:
        super().__init__(cause or sentence)
        self.sentence = sentence


class Refused(ParleyError):
    """Parley will not do it: a right, a rate, a budget, a wrong value."""


class NotAccepted(ParleyError):
    """The event could not be written down, so the platform must not hear that it was."""


class Undeliverable(ParleyError):
    """The platform will never take this reply: the channel is gone, a permission is missing."""
