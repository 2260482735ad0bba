"""Two people, two threads, two channels, two workspaces: by no path does one see what was said in
another's. Each pair of person and place says a word of its own; then each of them asks every path,
and whatever comes back or goes to the model is looked through for the words of all others.
"""

import io
import itertools
import json
import zipfile
from typing import NamedTuple

import pytest

from bot import app
from bot.errors import ParleyError
from bot.events import Author, Invocation, Message, Place
from bot.forgetting.archive import archive
from bot.parts import File, Notice
from bot.run import Run
from bot.screen import Screen
from tests.handlers.desk import desk


class Seat(NamedTuple):
    """Somebody somewhere, and the word that only they said there."""

    author: Author
    place: Place

    @property
    def word(self):
        return f"marzipan{SEATS.index(self):03d}"


class Rooms:
    """What the platform knows: who is in which channel."""

    speaks = "mp3"
    largest = 10**9

    def alone(self, place):
        return place.channel.startswith("D")

    @property
    def order(self):
        return self

    async def may_read(self, author, place):
        """Of whichever workspace: that it is theirs is not asked of the platform."""
        own = f"D{author.name}{author.id.split(':')[1]}"
        return not place.channel.startswith("D") or place.channel == own

    async def closed(self, _place):
        return False

    async def link(self, _place, _source):
        return ""

    async def forget(self, _place, **_which):
        """Nothing is kept here."""


def seats():
    for workspace, name in itertools.product(("T1", "T2"), ("ADA", "BOB")):
        author = Author(f"slack:{workspace}:{name}", name)
        for channel, thread in (("C1", "1.1"), ("C1", "1.2"), ("C2", "2.1"), (f"D{name}", "3.1")):
            yield Seat(author, Place("slack", workspace, channel + workspace, thread))


SEATS = tuple(seats())
IDS = [f"{seat.author.id}@{seat.place.channel}/{seat.place.thread}" for seat in SEATS]
TOOLS = ("pins", "usage_me", "settings_show", "help", "models_list")
BUTTONS = (
    "regenerate", "continue", "approve_tool", "refuse_tool", "take_1", "repaint_picture",
    "vary_picture", "edit_picture", "use_picture", "delete_picture", "receipt", "ask_recording",
    "summarise", "translate", "subtitles", "correct", "file_delete", "batch_start",
)  # fmt: skip


@pytest.fixture
async def here(tmp_path):
    async with desk(tmp_path) as here:
        app.layers_of(here.services)
        here.services.adapters["slack"] = Rooms()
        here.said = {}
        for number, seat in enumerate(SEATS):
            here.said[seat] = await _says(here, seat, number)
        here.openai.calls.clear()
        here.openai.tool_calls.clear()
        yield here


async def _says(here, seat, number):
    """A question, a pin, a setting of one's own, an answer that waits for a yes."""
    services = here.services
    run = _message(seat, f"My word is {seat.word}", f"m{number}")
    await here.screen(run)
    await services.pins.add(seat.place.key, f"pinned {seat.word}", seat.author.id)
    await services.preferences.put(seat.author.id, "language", f"words of {seat.author.id}")
    here.openai.tool_calls.append({"pin": json.dumps({"text": f"asked {seat.word}"})})
    asking = _message(seat, f"Please pin {seat.word} here", f"p{number}")
    await here.screen(asking)
    return run.id, asking.id


def _message(seat, text, id_):
    event = Message(id=id_, place=seat.place, author=seat.author, at=1.0, text=text,
                    source=f"s{id_}", addressed=True)  # fmt: skip
    return Run(event, f"d{id_}")


def _others(seat, shared):
    """The words that must not come; `shared`: what this seat may see of another."""
    return {other.word for other in SEATS if other != seat and not shared(seat, other)}


def _leaks(text, seat, shared):
    return sorted(word for word in _others(seat, shared) if word in text)


def same_thread(seat, other):
    return seat.place == other.place


def same_person(seat, other):
    return seat.author == other.author


async def _seen(here, run):
    """All that people see, through all layers."""
    route = here.router.route(run.event)
    run.event, run.apart = route.event, route.apart
    screen, told = Screen(), []
    try:
        async for part in here.services.inner.layers(route.handler)(run):
            screen.show(part)
            told.append(part.text if isinstance(part, Notice) else "")
    except ParleyError as error:
        told.append(error.sentence)
    media = [part for part in screen.media if isinstance(part.content, bytes)]
    contents = "".join(_text(part) for part in media)
    return "\n".join([screen.text, *told, *(card.markdown for card in screen.cards), contents])


def _text(part):
    if isinstance(part, File) and part.name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(part.content)) as packed:
            return "".join(packed.read(name).decode(errors="replace") for name in packed.namelist())
    return part.content.decode(errors="replace")


def _sent(here):
    return "".join(json.dumps(call.body, ensure_ascii=False) for call in here.openai.calls)


@pytest.mark.parametrize("seat", SEATS, ids=IDS)
async def test_what_is_asked_takes_along_what_was_said_in_its_thread_alone(here, seat):
    seen = await _seen(here, _message(seat, "What is my word?", "q"))
    assert not _leaks(seen + _sent(here), seat, same_thread)
    assert seat.word in _sent(here)


@pytest.mark.parametrize("seat", SEATS[::3], ids=IDS[::3])
async def test_no_tool_tells_of_others(here, seat):
    for number, tool in enumerate(TOOLS):
        here.openai.tool_calls.append({tool: "{}"})
        seen = await _seen(here, _message(seat, "Look it up", f"t{number}"))
        assert not _leaks(seen + _sent(here), seat, same_thread), tool


def may_read(seat, other):
    """Channels are for all of a workspace, direct messages for one."""
    direct = other.place.channel.startswith("D")
    return seat.place.workspace == other.place.workspace and (
        not direct or seat.author == other.author
    )


async def _recalled(here):
    """All that was said is in the index."""
    for channel in {other.place.channel_key for other in SEATS}:
        await here.services.preferences.put(channel, "recall", "on")
        await here.services.recall.unrecalled.catch_up(channel)
    (chore,) = [chore for chore in here.services.chores if chore.name == "recall"]
    await chore.work()


@pytest.mark.parametrize("seat", SEATS[::3], ids=IDS[::3])
async def test_recall_finds_what_one_may_read_and_stays_in_its_workspace(here, seat):
    await _recalled(here)
    found = ""
    for number, other in enumerate(SEATS):
        event = Invocation(id=f"r{number}", place=seat.place, author=seat.author, at=1.0,
                           command="recall", values={"words": other.word})  # fmt: skip
        seen = await _seen(here, Run(event, f"dr{number}"))
        assert not _leaks(seen, seat, may_read)
        found += seen
    assert seat.word in found


def same_channel(seat, other):
    return seat.place.channel_key == other.place.channel_key and may_read(seat, other)


@pytest.mark.parametrize("seat", SEATS[::3], ids=IDS[::3])
@pytest.mark.parametrize(("where", "shared"), [("here", same_channel), ("everywhere", may_read)])
@pytest.mark.parametrize("more", [{"groups": 8}, {"categories": "words, pins"}], ids=str)
async def test_topics_are_of_what_one_may_read_and_stay_in_their_workspace(
    here, seat, where, shared, more
):
    await _recalled(here)
    event = Invocation(id="t", place=seat.place, author=seat.author, at=1.0, command="topics",
                       values={"where": where, **more})  # fmt: skip
    seen = await _seen(here, Run(event, "dt"))
    assert not _leaks(seen, seat, shared)
    assert any(other.word in seen for other in SEATS if shared(seat, other)), seen


@pytest.mark.parametrize("seat", SEATS[::5], ids=IDS[::5])
async def test_an_export_has_ones_own_words_and_all_of_them(here, seat):
    with zipfile.ZipFile(io.BytesIO(await archive(here.services, seat.author.id))) as packed:
        text = "".join(packed.read(name).decode() for name in packed.namelist())
    assert not _leaks(text, seat, same_person)
    assert all(other.word in text for other in SEATS if same_person(seat, other))


@pytest.mark.parametrize("seat", SEATS[::3], ids=IDS[::3])
async def test_no_button_of_another_channel_tells_anything(here, seat):
    """Somebody who makes up the id of a button, from where they are."""
    strangers = [other for other in SEATS if other.place.channel != seat.place.channel]
    for other, command in itertools.product(strangers, BUTTONS):
        for delivery in here.said[other]:
            event = Invocation(
                id=f"b{delivery}", place=seat.place, author=seat.author, at=1.0, by="button",
                command=command, of=delivery, values=_values(here, command),
            )  # fmt: skip
            seen = await _seen(here, Run(event, f"r{delivery}"))
            assert other.word not in seen + _sent(here), command
    assert not here.openai.calls


def _values(here, command):
    options = here.services.commands[command].options
    return {option.name: (option.choices or ("1",))[0] for option in options if option.required}


@pytest.mark.parametrize("seat", SEATS[::5], ids=IDS[::5])
async def test_only_who_asked_decides_and_only_theirs_is_forgotten(here, seat):
    for other in SEATS:
        if other.author == seat.author:
            continue
        _, asking = here.said[other]
        for command in ("approve_tool", "refuse_tool"):
            event = Invocation(id=f"a{asking}", place=other.place, author=seat.author, at=1.0,
                               by="button", command=command, of=asking)  # fmt: skip
            seen = await _seen(here, Run(event, f"r{asking}"))
            assert "Only who asked for it can decide this." in seen
        on = _message(other, "", here.said[other][0][1:]).event
        event = Invocation(id="f", place=other.place, author=seat.author, at=1.0, by="shortcut",
                           command="forget message", on=on)  # fmt: skip
        await _seen(here, Run(event, "rf"))
        assert (await here.services.memory.of(here.said[other][0]))[0]


@pytest.mark.parametrize("seat", SEATS[::5], ids=IDS[::5])
async def test_who_forgets_themselves_takes_nothing_from_others(here, seat):
    event = Invocation(id="f", place=seat.place, author=seat.author, at=1.0,
                       command="forget me", values={"sure": "yes"})  # fmt: skip
    await _seen(here, Run(event, "rf"))
    for other in SEATS:
        asked, _ = await here.services.memory.of(here.said[other][0])
        assert (asked is None) is same_person(seat, other)
