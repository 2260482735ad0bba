"""PDF, page by page. Blocking, and for the process of its own alone."""

import io

from pypdf import PasswordType, PdfReader

from bot.documents.document import Document, Unreadable
from bot.documents.gathering import Gathering

PAGES = 1_000
LOCKED = "is locked by a password. Save it without one."


def document(content: bytes) -> Document:
    """Raises Unreadable, and whatever pypdf raises for what is damaged."""
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted and not _unlocked(reader):
        raise Unreadable(LOCKED)
    gathering, number = Gathering(), len(reader.pages)
    for page in range(min(number, PAGES)):
        if not gathering.add(f"page {page + 1}", reader.pages[page].extract_text()):
            break
    return gathering.document(
        "has no text, as if it were scanned. Send its pages as pictures, or a PDF with text.",
        f"after {PAGES:,} pages" if number > PAGES else "",
    )


def _unlocked(reader: PdfReader) -> bool:
    """Many are only locked against printing."""
    return reader.decrypt("") is not PasswordType.NOT_DECRYPTED
