"""What tells a provider that prompts begin alike, so that they meet in one cache."""

import hashlib

from bot.events import Place
from bot.openai.catalogue import Model


def cache_key(model: Model, place: Place) -> str | None:
    """The same for a thread, and says nothing of it. None where the model takes none."""
    if not model.cache_key:
        return None
    return f"parley-{hashlib.sha256(place.key.encode()).hexdigest()[:16]}"
