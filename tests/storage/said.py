"""Something that a person said, as an adapter hands it in."""

from bot.events import Author, Message, Place


def said(event="1", *, thread="7", addressed=True, text="hello"):
    place = Place("slack", "T1", "C1", thread)
    return Message(
        id=event, place=place, author=Author("slack:T1:U1", "Ada"), at=1.0, text=text,
        source=event, addressed=addressed,
    )  # fmt: skip
