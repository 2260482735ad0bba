"""One message of an answer, as Parley means it and as Discord's JSON."""

from typing import Any, NamedTuple, TypeAlias

from adapters.discord import voice
from adapters.discord.cards import embeds
from adapters.discord.limits import ALT, LABEL, ROW
from adapters.discord.uploads import Upload, upload
from adapters.markup import clean
from bot.commands import button_id
from bot.parts import Button, Card, Image, Media, Voice

Body: TypeAlias = dict[str, Any]
NOBODY: Body = {"parse": [], "replied_user": False}  # whom a model's words may mention


def native_id(message: Body) -> str:
    """`channel/message`: both ways to a message need its id, one needs the channel."""
    return f"{message['channel_id']}/{message['id']}"


class Post(NamedTuple):
    text: str = ""
    cards: tuple[Card, ...] = ()
    media: tuple[Media, ...] = ()
    buttons: tuple[Button, ...] = ()
    voice: Voice | None = None  # then there is nothing else


class Standing(NamedTuple):
    """A message that is there, and the ids of its files, as far as they are known."""

    post: Post = Post()
    ids: tuple[str, ...] = ()

    def id_of(self, media: Media) -> str:
        pairs = zip(self.post.media, self.ids, strict=False)
        return next((found for each, found in pairs if each is media), "")


NEW = Standing()  # there is nothing yet


def written(post: Post, stands: Standing | None, delivery: str) -> tuple[Body, list[Upload]]:
    """What to send so that the message becomes `post`. `stands` is None where nobody remembers
    what there is: then all of it is said anew. Files that are there already stay.
    """
    if post.voice:
        body, files = voice.message(post.voice)
        return body | {"allowed_mentions": NOBODY}, files
    body = {
        "content": post.text,
        "components": _rows(post.buttons, delivery),
        "allowed_mentions": NOBODY,
    }
    if stands is None or stands.post.cards != post.cards:
        body["embeds"] = embeds(post.cards)
    files = []
    if stands is None or stands.post.media != post.media:
        known = stands or NEW
        body["attachments"] = [_attachment(each, known, files) for each in post.media]
    return body, files


def stood(post: Post, stands: Standing | None, message: Body) -> Standing:
    """What there is now. Discord lists the files that came with a request in their order."""
    kept = [(stands or NEW).id_of(each) for each in post.media]
    new = [each["id"] for each in message.get("attachments", ()) if each["id"] not in kept]
    if len(new) != kept.count(""):
        return Standing(post)
    return Standing(post, tuple(found or new.pop(0) for found in kept))


def _attachment(media: Media, stands: Standing, files: list[Upload]) -> Body:
    """A new one joins `files`, and is called by its number there."""
    if known := stands.id_of(media):
        return {"id": known}
    file = upload(media.name, media.content)
    files.append(file)
    attachment = {"id": len(files) - 1, "filename": file.name}
    if isinstance(media, Image):
        attachment["description"] = clean(media.alt)[:ALT]
    return attachment


def _rows(buttons: tuple[Button, ...], delivery: str) -> list[Body]:
    rows = [buttons[first : first + ROW] for first in range(0, len(buttons), ROW)]
    return [{"type": 1, "components": [_button(each, delivery) for each in row]} for row in rows]


def _button(button: Button, delivery: str) -> Body:
    return {
        "type": 2,
        "style": 2,
        "label": button.label[:LABEL],
        "custom_id": button_id(button, delivery),
    }
