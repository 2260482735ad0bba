"""A Card as a message."""

from adapters import markup
from adapters.slack import escapes
from adapters.slack.blocks import Content, Json
from bot.parts import Card

_TITLE, _FIELD, _TEXT = 150, 2_000, 3_000  # characters; Slack's for a header and a field, and ours
_PAIRS = 5  # of a name and a value, in one section
_BAR = 12  # signs
_NOTHING = "-"  # as Slack takes no empty text
_STATES = {"": "", "running": "⏳", "done": "✅", "failed": "❌"}


def card(shown: Card) -> Content:
    """Title, how far it is, text, and a table of what is known."""
    title = markup.clean(shown.title).strip()[:_TITLE]
    state = " ".join(filter(None, (_STATES[shown.state], _progress(shown.progress))))
    text = _short(escapes.harmless(shown.markdown))
    blocks: list[Json] = []
    if title:
        blocks.append({"type": "header", "text": _plain(title)})
    if state:
        blocks.append({"type": "context", "elements": [_plain(state)]})
    if text:
        blocks.append({"type": "markdown", "text": text})
    blocks += [_section(shown.fields[n : n + _PAIRS]) for n in range(0, len(shown.fields), _PAIRS)]
    said = "\n".join(filter(None, (title, state, text)))
    return Content(escapes.escaped(said) or "…", blocks)


def _progress(progress: float | None) -> str:
    if progress is None:
        return ""
    part = min(1.0, max(0.0, progress))
    full = round(part * _BAR)
    return f"{'▰' * full}{'▱' * (_BAR - full)} {part:.0%}"


def _short(markdown: str) -> str:
    pieces = markup.split(markdown, _TEXT)
    return f"{pieces[0]}\n…" if len(pieces) > 1 else "".join(pieces)


def _section(pairs: tuple[tuple[str, str], ...]) -> Json:
    """Two columns; the values exactly as they are."""
    fields = []
    for name, value in pairs:
        fields += [_bold(name), _plain(markup.clean(value)[:_FIELD] or _NOTHING)]
    return {"type": "section", "fields": fields}


def _bold(name: str) -> Json:
    said = escapes.escaped(markup.clean(name)).replace("*", "").strip()[:_FIELD]
    return {"type": "mrkdwn", "text": f"*{said}*" if said else _NOTHING}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}
