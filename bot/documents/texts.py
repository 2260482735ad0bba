"""Text of any encoding, as a document."""

from bot.documents.document import Document, Section, Unreadable
from bot.documents.kinds import utf_16_unmarked

MOST = 5_000_000  # characters of one document; what comes after is not read


def decoded(content: bytes) -> str:
    """Raises Unreadable. What is no Unicode is taken for the West's encoding of old."""
    for encoding in (_marked(content), "utf-8", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("is text in an encoding that Parley does not know. Save it as UTF-8.")


def _marked(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    return utf_16_unmarked(content) or "utf-8-sig"


def document(content: bytes) -> Document:
    """Raises Unreadable."""
    text = decoded(content).replace("\r\n", "\n")
    if not text.strip():
        raise Unreadable("is empty.")
    cut = f"after {MOST:,} characters" if len(text) > MOST else ""
    return Document((Section("", text[:MOST]),), cut)
