"""What a file is, by its content: its name and what was said of it may be wrong."""

from typing import Literal, TypeAlias

from bot.documents.document import Unreadable

Kind: TypeAlias = Literal["pdf", "zip", "picture", "text"]
_HEAD = 1_024  # bytes in which a PDF may begin
_SAMPLE = 65_536  # bytes that are looked at
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # and what was locked by a newer one
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_NOT_IN_TEXT = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b")


def kind(content: bytes) -> Kind:
    """Raises Unreadable."""
    if not content:
        raise Unreadable("is empty.")
    if b"%PDF-" in content[:_HEAD]:
        return "pdf"
    if content.startswith(b"PK\x03\x04"):
        return "zip"
    if content.startswith(_PICTURES) or (content[:4] == b"RIFF" and content[8:12] == b"WEBP"):
        return "picture"
    if content.startswith(_OLD_OFFICE):
        raise Unreadable(
            "is of an old version of Office, or locked by a password. Save it as .docx, .xlsx, "
            ".pptx or PDF, without a password."
        )
    if content.startswith(_UTF_16) or utf_16_unmarked(content) or _all_text(content[:_SAMPLE]):
        return "text"
    raise Unreadable(
        "is nothing that Parley can read: text and code, PDF, Word, Excel, PowerPoint and "
        "pictures are."
    )


def utf_16_unmarked(content: bytes) -> str:
    """`utf-16-le` or `utf-16-be` where every other byte is 0, as in text of the West."""
    even, odd = content[:_SAMPLE:2], content[1:_SAMPLE:2]
    if not odd or not _all_text(bytes(byte for byte in content[:_SAMPLE] if byte)):
        return ""
    if odd.count(0) > len(odd) * 0.7 and not even.count(0):
        return "utf-16-le"
    return "utf-16-be" if even.count(0) > len(even) * 0.7 and not odd.count(0) else ""


def _all_text(sample: bytes) -> bool:
    return _NOT_IN_TEXT.isdisjoint(sample)
