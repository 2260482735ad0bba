"""PDF, page by page. Blocking, and for the process of its own alone."""

import io

from pypdf import PasswordType, PdfReader
from pypdf.errors import DependencyError, PyPdfError

from bot.documents.document import Document, Unreadable
from bot.documents.gathering import Gathering

PAGES = 1_000
LOCKED = "is locked by a password. Save it without one."
BROKEN = "is broken: it says that it is a PDF, and cannot be read as one."


def document(content: bytes) -> Document:
    """Raises Unreadable."""
    try:
        return _read(PdfReader(io.BytesIO(content)))
    except DependencyError:
        raise Unreadable(LOCKED) from None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise Unreadable(BROKEN) from error  # pypdf raises all of these for what is damaged


def _read(reader: PdfReader) -> Document:
    if reader.is_encrypted and reader.decrypt("") is PasswordType.NOT_DECRYPTED:
        raise Unreadable(LOCKED)
    gathering, number = Gathering(), len(reader.pages)
    for page in range(min(number, PAGES)):
        if not gathering.add(f"page {page + 1}", reader.pages[page].extract_text()):
            break
    return gathering.document(
        "has no text, as if it were scanned. Send its pages as pictures, or a PDF with text.",
        f"after {PAGES:,} pages" if number > PAGES else "",
    )
