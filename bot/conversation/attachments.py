"""Files that come with a question: what is text becomes part of it."""

from collections.abc import Sequence
from contextlib import aclosing
from pathlib import PurePath

from bot.errors import Refused
from bot.events import Attachment
from bot.run import Run

LARGEST = 200_000  # bytes of one file that is put into a question
_TEXT = ("text/", "application/json", "application/xml", "application/x-sh", "application/yaml")
_SUFFIXES = (
    ".bat .c .cc .cfg .conf .cpp .cs .css .csv .diff .env .go .h .hpp .html .ini .java .js .json "
    ".jsonl .jsx .kt .log .lua .md .patch .php .pl .ps1 .py .r .rb .rs .rst .scala .sh .sql .srt "
    ".svg .swift .tex .toml .ts .tsv .tsx .txt .vtt .xml .yaml .yml"
)


async def read(run: Run, attachments: Sequence[Attachment]) -> tuple[str, list[str]]:
    """The files that are text, as Markdown, and a sentence for each that is not read."""
    texts, sentences = [], []
    for attachment in attachments:
        try:
            texts.append(_quoted(attachment.name, await _read(run, attachment)))
        except Refused as refusal:
            sentences.append(refusal.sentence)
    return "\n\n".join(texts), sentences


async def _read(run: Run, attachment: Attachment) -> str:
    name = attachment.name
    if not _may_be_text(attachment):
        raise Refused(f"Parley cannot read “{name}”: of files, it reads text and code so far.")
    content = bytearray()
    async with aclosing(run.open(attachment)) as chunks:
        async for chunk in chunks:
            content += chunk
            if len(content) > LARGEST:
                raise Refused(
                    f"“{name}” is longer than the {LARGEST // 1000} kB that Parley reads."
                )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"“{name}” is no text in UTF-8, so Parley cannot read it.") from None


def _may_be_text(attachment: Attachment) -> bool:
    """Of a file that nobody described (Slack Connect) its content has to tell."""
    kind, suffix = attachment.media_type, PurePath(attachment.name).suffix.lower()
    return kind.startswith(_TEXT) or suffix in _SUFFIXES or not (kind or suffix)


def _quoted(name: str, text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"The file “{name}”:\n{fence}\n{text.rstrip()}\n{fence}"
