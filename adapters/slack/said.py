"""What people say, change and delete on Slack."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from adapters.markup import clean
from adapters.slack import escapes
from adapters.slack.interactions import User
from adapters.slack.payloads import Changed, Deletion, File, Quoted, Said, Words, read
from bot.events import Attachment, Author, Deleted, Edited, Message, Place

PLATFORM = "slack"
BY_PEOPLE = {
    None,
    "",
    "file_share",
    "me_message",
    "thread_broadcast",
}  # other subtypes are announcements
_FILES_GONE = {"tombstone", "hidden_by_limit"}
_NOBODY: Mapping[str, str] = {}


class Here(NamedTuple):
    """The workspace where something happened, and our user id there."""

    team: str
    bot: str


def message(said: Said, here: Here) -> Message | None:
    """`message` and `app_mention` give the same Message, whichever comes first. But where the
    second leaves out the files that its blocks name, which happens, the first is waited for.
    https://github.com/NousResearch/hermes-agent/pull/77141
    """
    if not _by_person(said, here.bot):
        return None
    if said.type == "app_mention" and not said.files and _name_a_file(said.blocks):
        return None
    addressed = _is_addressed(said, said.channel, here.bot)
    return standing(said, here, said.channel, addressed=addressed)


def edited(change: Changed, here: Here) -> Edited | Deleted | None:
    """None where nothing was changed that a person said: a link got its preview, one of our own
    messages was written on.
    """
    new, old = change.message, change.previous_message
    if new.subtype == "tombstone":  # a root that was deleted under its replies
        return deleted(Deletion("message_deleted", change.channel, change.ts, new.ts, old), here)
    if not _by_person(new, here.bot):
        return None
    words_changed = bool(new.edited) and (old is None or old.text != new.text)
    if not words_changed and (old is None or _ids(old) == _ids(new)):
        return None
    addressed = _is_addressed(new, change.channel, here.bot)
    now = standing(new, here, change.channel, addressed=addressed)
    version = new.edited.ts if new.edited and words_changed else change.ts
    return Edited(
        id=f"{now.id}:edited:{version}", message=now.id, place=now.place, author=now.author,
        at=float(version), text=now.text, source=now.source, addressed=now.addressed,
        attachments=now.attachments,
    )  # fmt: skip


def deleted(deletion: Deletion, here: Here) -> Deleted | None:
    """None where it is one of ours."""
    was = deletion.previous_message
    if was and (was.bot_id or was.user == here.bot):
        return None
    root = was.thread_ts if was else None
    of = _id(here.team, deletion.channel, deletion.deleted_ts)
    return Deleted(
        id=f"{of}:deleted",
        message=of,
        place=Place(PLATFORM, here.team, deletion.channel, root or deletion.deleted_ts),
        author=author(here.team, was.user if was else ""),
        at=float(deletion.ts),
        source=deletion.deleted_ts,
    )


def standing(
    words: Words,
    here: Here,
    channel: str,
    *,
    addressed: bool = False,
    names: Mapping[str, str] = _NOBODY,
) -> Message:
    """A message as it stands in its thread, whoever wrote it."""
    return Message(
        id=_id(here.team, channel, words.ts),
        place=Place(PLATFORM, here.team, channel, words.thread_ts or words.ts),
        author=author(here.team, words.user, words.username or names.get(words.user)),
        at=float(words.ts),
        text=_text(words, here.bot, names),
        source=words.ts,
        addressed=addressed,
        attachments=tuple(attached(words.files, here.team)),
    )


def author(team: str, user: str, name: str | None = "") -> Author:
    return Author(f"{PLATFORM}:{team}:{user}", name or "")


def acting(team: str, user: User) -> Author:
    return author(team, user.id, user.username or user.name)


def attached(files: object, team: str) -> Iterator[Attachment]:
    """Slack's files as references, `T1/F1`. Where it tells no more than the id (Slack Connect),
    `Adapter.open` asks for the rest.
    """
    for file in _files(files):
        spoken = file.subtype == "slack_audio"
        yield Attachment(
            reference=f"{team}/{file.id}",
            name=clean(file.name or file.title or file.id),
            media_type=_media_type(file, spoken=spoken),
            size=file.size or 0,
            spoken=spoken,
            seconds=(file.duration_ms or 0) / 1000,
        )


def _media_type(file: File, *, spoken: bool) -> str:
    """Slack says of voice clips that they are videos."""
    kind = file.mimetype or ""
    return kind.replace("video/", "audio/", 1) if spoken else kind


def _files(files: object) -> Iterator[File]:
    for file in files if isinstance(files, list) else ():
        if (known := read(file, File)) and known.mode not in _FILES_GONE:
            yield known


def _ids(words: Words) -> list[str]:
    return [file.id for file in _files(words.files)]


def _by_person(words: Words, bot: str) -> bool:
    return not words.bot_id and words.user not in {"", bot} and words.subtype in BY_PEOPLE


def _name_a_file(blocks: object) -> bool:
    match blocks:
        case {"type": "file"}:
            return True
        case {"elements": [*inner]} | [*inner]:
            return any(map(_name_a_file, inner))
    return False


def _is_addressed(words: Words, channel: str, bot: str) -> bool:
    """In a direct message (D…) everything is."""
    return channel.startswith("D") or escapes.mentions(words.text or "", bot)


def _text(words: Words, bot: str, names: Mapping[str, str]) -> str:
    own = escapes.without_mention(words.text or "", bot)
    texts = [own, *(text for text in _quoted(words, own) if text not in own)]
    return escapes.plain("\n\n".join(filter(None, texts)), names)


def _quoted(words: Words, own: str) -> Iterator[str]:
    """What was forwarded, and what bots say where others have their text."""
    for attachment in words.attachments or ():
        if (quoted := read(attachment, Quoted)) and (quoted.is_share or not own):
            yield quoted.text or quoted.fallback or ""


def _id(team: str, channel: str, ts: str) -> str:
    return f"{PLATFORM}:{team}:{channel}:{ts}"
