"""Commands that show what no handler shows yet: every kind of part."""

import asyncio
from contextlib import aclosing

from bot.commands import Choice, Command, Option
from bot.events import Attachment
from bot.parts import Button, Buttons, Card, File, Image, Status, Text, Voice

# The smallest PNG there is: one transparent pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
OGG = b"OggS\0\2" + b"\0" * 20 + b"\1\x13OpusHead\1\1" + b"\0" * 200
TABLE = b"name,born\nAda,1815\n"


async def draw(run):
    prompt = run.event.values["prompt"]
    yield Status("Drawing…")
    yield Card(prompt, "A picture", (("Size", "1 x 1"),), progress=0.5, state="running")
    await asyncio.sleep(0)
    yield Card(prompt, "A picture", (("Size", "1 x 1"),), progress=1.0, state="done")
    yield Image("fox.png", PNG, f"A drawing: {prompt}")
    yield Buttons((Button("Again", "regenerate"), Button("Retouch", "retouch")))


async def retouch(run):
    """Below a picture, with words."""
    values = run.event.values
    size = await _size(run, values["mask"]) if "mask" in values else 0
    yield Card(values["words"], f"A picture, by {run.event.by}, masked by {size} bytes")


async def export(_run):
    yield Text("Here it is.")
    yield File("table.csv", TABLE)


async def secret(_run):
    yield Text("For you.")
    yield File("secret.csv", TABLE)


async def speak(_run):
    yield Voice("speech.ogg", OGG, 1.5, bytes(range(64)))


async def measure(run):
    """How long the file is."""
    attachment = run.event.values["file"]
    yield Text(f"{attachment.name}: {await _size(run, attachment)} bytes")


async def _size(run, attachment):
    async with aclosing(run.open(attachment)) as chunks:
        return sum([len(chunk) async for chunk in chunks])


async def listen(run):
    """What a message holds."""
    on = run.event.on
    spoken = [f"{a.name} {a.seconds:g}" for a in on.attachments if a.spoken]
    yield Text(f"heard {on.text!r} {spoken}")


async def news(run):
    """What Parley says by itself."""
    yield Card(str(run.event.values["what"]), "By itself", state="running")


async def hint(run):
    yield Text(f"Between us, {run.event.author.id}: {run.event.values['what']}")


async def _animals(typing):
    return [Choice(name, name) for name in ("fox", "hare") if typing.text in name]


def commands():
    prompt = Option("prompt", "What to see", required=True, long=True)
    animal = Option("animal", "Which", required=True, suggest=_animals)
    size = Option("size", "How large", choices=("small", "large"))
    number = Option("number", "How many", int, minimum=1, maximum=4)
    words = Option("words", "What to change", required=True, long=True)
    mask = Option("mask", "Where", Attachment)
    what = Option("what", "What happened", required=True)
    file = Option("file", "What to measure", Attachment, required=True)
    return (
        Command("draw", "Draw something", draw, (prompt, size, number)),
        Command("retouch", "Change a drawing", retouch, (words, mask), button=True),
        Command("zoo show", "Draw an animal", _drawn, (animal,)),
        Command("export", "A table", export),
        Command("secret", "A table for you", secret, private=True),
        Command("hum", "Hum something", speak),
        Command("measure", "How long a file is", measure, (file,)),
        Command("news", "News", news, (what,), access="parley"),
        Command("hint", "A hint", hint, (what,), access="parley", private=True),
        Command("listen", "What a message holds", listen, shortcut="Listen"),
    )


async def _drawn(run):
    yield Text(f"A {run.event.values['animal']}.")
