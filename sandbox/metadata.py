"""`metadata`: at most 16 pairs, keys of 64 characters, values of 512."""

from sandbox.errors import invalid

Metadata = dict[str, str]
PAIRS, KEY, VALUE = 16, 64, 512


def check_metadata(metadata: Metadata | None) -> None:
    """Raises APIError 400."""
    pairs = metadata or {}
    if len(pairs) > PAIRS or any(len(k) > KEY or len(v) > VALUE for k, v in pairs.items()):
        text = f"At most {PAIRS} pairs, keys of {KEY} characters and values of {VALUE}."
        raise invalid("metadata", text)
