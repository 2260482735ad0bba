"""Stands for the watch, where a test wants to know what would be watched."""

from types import SimpleNamespace

from bot.jobs.watch import Watch


def stand_in(monkeypatch):
    """What was asked to be watched: (kind, id, the delivery of the card, name)."""
    watched = []

    async def watch(_self, kind, id_, *, run, name=""):
        watched.append((kind, id_, run.answers, name))

    monkeypatch.setattr(Watch, "watch", watch)
    return watched


JOB = SimpleNamespace(author=SimpleNamespace(name="Ada"))
