"""Stands for bot/jobs/ where that is not there yet."""

import sys
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace

from bot.parts import Card


def stand_in(monkeypatch):
    """What was asked to be watched: (kind, id, the delivery of the card, name)."""
    watched = []

    class Watch:
        def __init__(self, services):
            pass

        async def watch(self, kind, id_, *, run, name=""):
            watched.append((kind, id_, run.answers, name))

    def batch_card(batch, name=""):
        counts = batch.request_counts
        progress = counts.completed / counts.total if counts and counts.total else None
        return Card(f"Batch {name}", batch.id, (("Status", batch.status),), progress, "running")

    if find_spec("bot.jobs"):
        monkeypatch.setattr(import_module("bot.jobs.watch").Watch, "watch", Watch.watch)
        return watched
    for name, what in (
        ("bot.jobs", {}),
        ("bot.jobs.watch", {"Watch": Watch}),
        ("bot.jobs.cards", {"batch_card": batch_card}),
    ):
        module = ModuleType(name)
        module.__dict__.update(what)
        monkeypatch.setitem(sys.modules, name, module)
    return watched


JOB = SimpleNamespace(author=SimpleNamespace(name="Ada"))
