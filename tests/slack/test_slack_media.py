"""Files, pictures and recordings on their way into a thread, each exactly once."""

import asyncio

import pytest

from adapters.slack import render, shared, uploads
from bot.parts import Button, Buttons, Card, File, Image, Remove, Text, Voice, Withdraw
from tests.contract.show import OGG, PNG, TABLE
from tests.slack.conftest import Log
from tests.slack.helpers import asked, texts

FOX = Image("fox.png", PNG, "A drawing of a fox")
CSV = File("table.csv", TABLE)


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(shared, "WAITS", (0.001,) * 3)
    monkeypatch.setattr(render, "AGAIN", 0.0)


async def shown(desk, delivery, *parts):
    async with desk.delivering(delivery) as screen:
        for part in parts:
            screen.show(part)


def files(slack):
    return [name for post in slack.posts() for name in post.files]


def images(slack):
    return [alt for post in slack.posts() for alt in post.images]


async def test_text_comes_before_files_and_all_are_in_the_thread(slack, desk):
    root = await asked(slack)
    voice = Voice("speech.ogg", OGG, 1.5)
    await shown(desk, desk.delivery(root), FOX, CSV, voice, Text("Here they are."))
    assert [(post.text, post.images, post.files) for post in slack.posts()] == [
        ("Here they are.", (), ()),
        ("", ("A drawing of a fox",), ()),
        ("", (), ("table.csv",)),
        ("", (), ("speech.ogg",)),
    ]
    assert {post.thread for post in slack.posts()} == {root}
    assert slack.uploads.content("fox.png") == PNG
    assert slack.uploads.content("speech.ogg") == OGG


async def test_a_file_on_the_disk_is_sent_as_it_is_read(slack, desk, tmp_path):
    path = tmp_path / "large.bin"
    path.write_bytes(bytes(range(256)) * 8192)  # 2 MiB
    await shown(desk, desk.delivery(await asked(slack)), File("large.bin", path))
    assert slack.uploads.content("large.bin") == path.read_bytes()
    assert len(slack.uploads.chunks) > 1


async def test_the_same_key_with_another_content_replaces(slack, desk):
    delivery = desk.delivery(await asked(slack))
    async with desk.delivering(delivery) as screen:
        screen.show(File("table.csv", b"draft"))
        await slack.until(lambda: files(slack))
        screen.show(CSV)
    assert files(slack) == ["table.csv"]
    assert slack.uploads.content("table.csv") == TABLE
    assert len(slack.posts()) == 1  # nothing says that a file was deleted
    assert len(slack.uploads.known) == 1


async def test_while_an_answer_grows_its_newest_picture_is_the_only_one(slack, desk):
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        for number in range(3):
            screen.show(Image("fox.png", PNG + b"\0" * number, f"Draft {number}"))
            await slack.until(lambda number=number: images(slack) == [f"Draft {number}"])


async def test_two_keys_are_two_files(slack, desk):
    delivery = desk.delivery(await asked(slack))
    await shown(desk, delivery, CSV, File("table.csv", TABLE, key="other"))
    assert files(slack) == ["table.csv", "table.csv"]


async def test_a_file_that_is_taken_back_is_deleted(slack, desk):
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Text("Look."))
        screen.show(CSV)
        await slack.until(lambda: files(slack))
        screen.show(Remove("file"))
    assert [(post.text, post.files) for post in slack.posts()] == [("Look.", ())]
    assert not slack.uploads.known


async def test_made_again_the_new_picture_replaces_the_old_one(slack, desk):
    root = await asked(slack)
    delivery = desk.delivery(root)
    await shown(desk, delivery, FOX)
    again = desk.delivery(root, log=delivery.log)
    await shown(desk, again, Image("hare.png", PNG + b"\0", "A drawing of a hare"))
    assert images(slack) == ["A drawing of a hare"]


async def test_what_is_shown_again_unchanged_is_not_sent_again(slack, desk):
    delivery = desk.delivery(await asked(slack))
    await shown(desk, delivery, FOX)
    await shown(desk, delivery, FOX)
    assert images(slack) == ["A drawing of a fox"]
    assert slack.requests["files.getUploadURLExternal"] == 1


async def test_buttons_below_nothing_but_a_file_have_a_message_of_their_own(slack, desk):
    again = Buttons((Button("Again", "regenerate"),))
    await shown(desk, desk.delivery(await asked(slack)), Voice("speech.ogg", OGG, 1.5), again)
    assert [(post.files, post.buttons) for post in slack.posts()] == [
        (("speech.ogg",), ()),
        ((), ("Again",)),
    ]


async def test_names_and_descriptions_mention_nobody(slack, desk):
    picture = Image("<!channel>\n/fox.png", PNG, "<@UADA> and a fox")
    await shown(desk, desk.delivery(await asked(slack)), picture)
    [file] = slack.api.messages[-1]["files"]
    assert not set("<>/\n") & set(file["name"] + file["title"])
    assert "<@UADA>" not in file["alt_txt"]


async def test_a_name_is_short_and_keeps_its_ending(slack, desk):
    await shown(desk, desk.delivery(await asked(slack)), File(f"{'x' * 500}.csv ", TABLE))
    [name] = files(slack)
    assert name == f"{'x' * 146}.csv"


async def test_a_description_is_as_long_as_slack_takes_it(slack, desk):
    await shown(desk, desk.delivery(await asked(slack)), Image("fox.png", PNG, "fox " * 500))
    assert [len(alt) for alt in images(slack)] == [1_000]


# Pictures in one message


def drawn(*letters):
    """Pictures, each with a content of its own."""
    return [Image(f"{c}.png", PNG + c.encode(), f"Drawing {c}", key=f"image {c}") for c in letters]


def galleries(slack):
    return [post.images for post in slack.posts() if post.images]


async def test_pictures_that_come_together_are_one_message_each_with_its_words(slack, desk):
    root = await asked(slack)
    await shown(desk, desk.delivery(root), *drawn(*"abcd"))
    (post,) = slack.posts()
    assert post.images == ("Drawing a", "Drawing b", "Drawing c", "Drawing d")
    assert post.thread == root
    assert slack.requests["files.completeUploadExternal"] == 1
    assert slack.uploads.content("c.png") == PNG + b"c"


async def test_what_stands_between_pictures_parts_them(slack, desk):
    a, b, c = drawn(*"abc")
    await shown(desk, desk.delivery(await asked(slack)), a, b, CSV, c)
    assert [post.images or post.files for post in slack.posts()] == [
        ("Drawing a", "Drawing b"), ("table.csv",), ("Drawing c",),
    ]  # fmt: skip


async def test_more_pictures_than_ten_are_two_messages(slack, desk):
    await shown(desk, desk.delivery(await asked(slack)), *drawn(*"abcdefghijkl"))
    assert [len(images) for images in galleries(slack)] == [10, 2]


async def test_a_picture_is_replaced_and_those_beside_it_stay(slack, desk):
    better = Image("better.png", PNG + b"!", "A better one", key="image b")
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        for picture in drawn(*"abc"):
            screen.show(picture)
        await slack.until(lambda: images(slack))
        first = slack.posts()[0].id
        screen.show(better)
        await slack.until(lambda: "A better one" in images(slack))
    assert galleries(slack) == [("Drawing a", "Drawing c"), ("A better one",)]
    assert slack.posts()[0].id == first
    assert slack.requests["files.getUploadURLExternal"] == 4


async def test_pictures_that_are_all_replaced_leave_no_message_behind(slack, desk):
    delivery = desk.delivery(await asked(slack))
    await shown(desk, delivery, *drawn(*"abc"))
    others = [Image(f"{p.key}.png", PNG + b"2", f"Other {p.key}", key=p.key) for p in drawn(*"abc")]
    await shown(desk, delivery, *others)
    (post,) = slack.posts()
    assert post.images == ("Other image a", "Other image b", "Other image c")
    assert len(slack.uploads.known) == 3
    await shown(desk, delivery, Withdraw())
    assert not slack.posts()
    assert not slack.uploads.known


async def test_a_refused_picture_is_told_and_those_beside_it_are_sent(slack, desk):
    slack.refuse("files.getUploadURLExternal", "file_type_not_allowed")
    await shown(desk, desk.delivery(await asked(slack)), *drawn(*"abc"))
    assert galleries(slack) == [("Drawing b", "Drawing c")]
    assert [text for text in texts(slack) if text] == [
        "“a.png” was not sent: this workspace does not allow files of its kind."
    ]


async def test_refused_together_they_are_told_in_one_sentence(slack, desk):
    slack.refuse("files.completeUploadExternal", "storage_limit_reached")
    delivery = desk.delivery(await asked(slack))
    await shown(desk, delivery, *drawn(*"ab"))
    assert texts(slack)[0].startswith("“a.png”, “b.png” were not sent: the workspace's file stor")
    assert not [key for key in delivery.log.known if key.startswith("media:")]


async def test_pictures_that_slack_drops_for_their_descriptions_come_with_titles(slack, desk):
    slack.uploads.drops_described = True
    await shown(desk, desk.delivery(await asked(slack)), *drawn(*"ab"))
    found = [file for m in slack.api.messages for file in m.get("files", ())]
    assert [(f["alt_txt"], f["title"]) for f in found] == [("", "Drawing a"), ("", "Drawing b")]
    assert len({post.id for post in slack.posts()}) == 1


@pytest.mark.parametrize("how", ["500", "cut"])
async def test_pictures_whose_share_was_lost_stand_once(slack, desk, how):
    slack.lose_next_answer(how)
    await shown(desk, desk.delivery(await asked(slack)), *drawn(*"abc"))
    assert galleries(slack) == [("Drawing a", "Drawing b", "Drawing c")]
    assert slack.requests["files.completeUploadExternal"] == 1


async def test_of_a_lost_share_only_what_cannot_be_seen_is_sent_again(slack, desk):
    slack.lose_next_answer()
    slack.uploads.hides = {"b.png"}
    await shown(desk, desk.delivery(await asked(slack)), *drawn(*"abc"))
    assert galleries(slack) == [("Drawing a", "Drawing c"), ("Drawing b",)]
    assert slack.requests["files.getUploadURLExternal"] == 4


async def test_an_upload_that_breaks_off_is_begun_anew_and_the_pictures_stay_together(slack, desk):
    slack.uploads.answers = [200, 500]
    delivery = desk.delivery(await asked(slack))
    await shown(desk, delivery, *drawn(*"abc"))
    assert galleries(slack) == [("Drawing a", "Drawing b", "Drawing c")]
    assert len(delivery.log.known) == 3


async def test_pictures_that_never_get_through_are_told_and_the_old_ones_stay_no_longer(
    slack, desk
):
    delivery = desk.delivery(await asked(slack))
    slack.uploads.answers = [200, 500] * 3
    await shown(desk, delivery, *drawn(*"ab"))
    assert not galleries(slack)
    assert [text.partition(":")[0] for text in texts(slack)] == [
        "“a.png” was not sent", "“b.png” was not sent",
    ]  # fmt: skip
    assert not [key for key in delivery.log.known if key.startswith("media:")]


class Counted(Log):
    """The process is gone once it has written down so many files."""

    left = 0

    async def landed(self, key: str, native_id: str) -> None:
        await super().landed(key, native_id)
        self.left -= 1
        if not self.left:
            raise asyncio.CancelledError


@pytest.mark.parametrize("number", [1, 2, 3])
async def test_killed_before_the_pictures_were_shared_they_come_once_and_together(
    slack, desk, number
):
    root = await asked(slack)
    delivery = desk.delivery(root, log=Counted())
    delivery.log.left = number
    with pytest.raises(asyncio.CancelledError):
        await shown(desk, delivery, *drawn(*"abc"))
    assert not galleries(slack)
    await shown(desk, desk.delivery(root, log=Log(delivery.log.known)), *drawn(*"abc"))
    assert galleries(slack) == [("Drawing a", "Drawing b", "Drawing c")]


async def test_killed_behind_the_share_the_pictures_stand_once(slack, desk):
    root = await asked(slack)
    delivery = desk.delivery(root)
    await shown(desk, delivery, *drawn(*"abc"))
    await shown(desk, desk.delivery(root, log=Log(delivery.log.known)), *drawn(*"abc"))
    assert galleries(slack) == [("Drawing a", "Drawing b", "Drawing c")]
    assert slack.requests["files.completeUploadExternal"] == 1


# What is replaced soon


async def test_of_a_picture_that_is_drawn_over_and_over_the_first_and_the_last_are_sent(
    slack, desk, monkeypatch
):
    monkeypatch.setattr(render, "AGAIN", 60.0)
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        for number in range(20):
            screen.show(Image("fox.png", PNG + bytes(number), f"Draft {number}"))
            screen.show(Text(f"Drawing {number}"))
            await slack.until(lambda n=number: f"Drawing {n}" in texts(slack))
        assert images(slack) == ["Draft 0"]
    assert images(slack) == ["Draft 19"]
    assert slack.requests["files.getUploadURLExternal"] == 2
    assert len(slack.uploads.known) == 1


# Something to listen to


@pytest.mark.parametrize(
    "recording",
    [
        (OGG, "speech", "speech.ogg"),
        (OGG, "speech.opus", "speech.ogg"),
        (b"ID3\4", "speech.bin", "speech.mp3"),
        (b"\xff\xfb\x90", "speech.mp3", "speech.mp3"),
        (b"\xff\xf3\x90", "speech", "speech.mp3"),
        (b"\0\0\0\x20ftypM4A ", "speech.mp4", "speech.m4a"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "speech.x", "speech.wav"),
        (b"fLaC\0", "a.b", "a.flac"),
        (b"something else", "speech.aac", "speech.aac"),
    ],
)
async def test_a_recording_goes_by_the_name_by_which_slack_plays_it(
    slack, desk, tmp_path, recording
):
    head, name, sent = recording
    path = tmp_path / "recording"
    path.write_bytes(head + bytes(50))
    for content in (head + bytes(50), path):
        await shown(desk, desk.delivery(await asked(slack)), Voice(name, content, 1.5))
        file = slack.api.messages[-1]["files"][0]
        assert (file["name"], file["title"]) == (sent, sent.partition(".")[0])
        assert slack.uploads.content(sent) == head + bytes(50)


# Once


async def test_a_share_whose_answer_was_lost_stands_once(slack, desk):
    delivery = desk.delivery(await asked(slack))
    async with desk.delivering(delivery) as screen:
        screen.show(Text("Look."))
        await slack.until(slack.posts)
        slack.lose_next_answer("cut")
        screen.show(FOX)
    assert images(slack) == ["A drawing of a fox"]
    assert slack.requests["files.completeUploadExternal"] == 1


async def test_after_a_crash_behind_the_share_the_picture_stands_once(slack, desk):
    root = await asked(slack)
    delivery = desk.delivery(root)
    await shown(desk, delivery, FOX)
    await shown(desk, desk.delivery(root, log=Log(delivery.log.known)), FOX)
    assert images(slack) == ["A drawing of a fox"]


class Killed(Log):
    """The process is gone once it has written down which file it shares."""

    async def landed(self, key: str, native_id: str) -> None:
        await super().landed(key, native_id)
        raise asyncio.CancelledError


async def test_after_a_crash_before_the_share_the_picture_is_sent(slack, desk):
    root = await asked(slack)
    delivery = desk.delivery(root, log=Killed())
    with pytest.raises(asyncio.CancelledError):
        await shown(desk, delivery, FOX)
    assert not images(slack)
    await shown(desk, desk.delivery(root, log=Log(delivery.log.known)), FOX)
    assert images(slack) == ["A drawing of a fox"]


async def test_a_file_that_somebody_deleted_is_sent_again_when_it_is_asked_for_again(slack, desk):
    delivery = desk.delivery(await asked(slack))
    await shown(desk, delivery, CSV)
    slack.api.messages.pop()
    slack.uploads.known.clear()
    looked = slack.requests["files.info"]
    await shown(desk, delivery, CSV)
    assert files(slack) == ["table.csv"]
    assert slack.requests["files.info"] == looked + 2  # it is gone; the new one is there


async def test_the_answer_to_a_command_that_is_only_a_picture_begins_a_thread(slack, desk):
    delivery = desk.delivery()
    async with desk.delivering(delivery) as screen:
        screen.show(FOX)
        await slack.until(lambda: images(slack))
        screen.show(Text("A fox."))
    picture, text = slack.posts()
    assert (picture.thread, text.thread) == ("", picture.id)
    assert delivery.place.thread == picture.id


CARD, AGAIN = Card("A fox", "Painted", state="done"), Buttons((Button("Again", "regenerate"),))


async def test_what_a_command_makes_stands_in_the_channel_beside_its_card(slack, desk):
    delivery = desk.delivery()
    await shown(desk, delivery, CARD, FOX, CSV, AGAIN)
    card, picture, table = slack.posts()
    assert (card.card, card.buttons) == ("A fox", ("Again",))
    assert (picture.images, table.files) == (("A drawing of a fox",), ("table.csv",))
    assert {post.thread for post in slack.posts()} == {""}
    assert delivery.place.thread == card.id  # the conversation goes on below the card


@pytest.mark.parametrize("standing", [1, 2])
async def test_after_a_crash_it_stands_there_once(slack, desk, standing):
    log = Log()
    await shown(desk, desk.delivery(log=log), CARD, FOX)
    if standing == 1:  # killed before the picture was shared
        slack.api.messages.pop()
        slack.uploads.known.clear()
        log.known = {key: ts for key, ts in log.known.items() if key.startswith("card")}
    await shown(desk, desk.delivery(log=log), CARD, FOX, AGAIN)
    card, picture = slack.posts()
    assert (card.buttons, picture.images) == (("Again",), ("A drawing of a fox",))
    assert (card.thread, picture.thread) == ("", "")


async def test_what_a_button_of_it_makes_anew_takes_its_place_in_the_channel(slack, desk):
    delivery = desk.delivery()
    await shown(desk, delivery, CARD, FOX, AGAIN)
    card = slack.posts()[0]
    pressed = desk.delivery(thread=card.id, log=delivery.log)
    await shown(desk, pressed, CARD, Image("hen.png", PNG + b"hen", "A hen"), AGAIN)
    assert images(slack) == ["A hen"]
    assert {post.thread for post in slack.posts()} == {""}


async def test_a_command_that_is_typed_in_a_thread_keeps_all_of_it_there(slack, desk):
    root = await asked(slack)
    await shown(desk, desk.delivery(root), CARD, FOX, AGAIN)
    assert {post.thread for post in slack.posts()} == {root}


# Faults


@pytest.mark.parametrize("fault", ["breaks", "answers"])
async def test_an_upload_that_fails_midway_is_begun_anew(slack, desk, fault):
    setattr(slack.uploads, fault, {"breaks": 1, "answers": [500]}[fault])
    await shown(desk, desk.delivery(await asked(slack)), FOX)
    assert images(slack) == ["A drawing of a fox"]
    assert slack.requests["files.getUploadURLExternal"] == 2


async def test_an_upload_that_fails_always_is_told_and_the_rest_stands(slack, desk):
    slack.uploads.answers = [500] * 9
    root = await asked(slack)
    await shown(desk, desk.delivery(root), Text("A fox."), FOX)
    text, told = slack.posts()
    assert text.text == "A fox."
    assert told.text == "“fox.png” was not sent: Slack did not take it. Try again."
    assert told.thread == root
    assert slack.requests["files.getUploadURLExternal"] == 3


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("missing_scope files:write", "lacks the Slack scope files:write"),
        ("file_upload_size_restricted", "larger than this workspace allows"),
        ("storage_limit_reached", "file storage is full"),
        ("file_uploads_disabled", "uploads are switched off"),
        ("something_new", "Slack says something_new."),
    ],
)
@pytest.mark.parametrize("step", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_a_file_that_is_refused_is_told_with_the_reason(slack, desk, step, error, told):
    slack.refuse(step, error)
    await shown(desk, desk.delivery(await asked(slack)), Text("Here."), CSV)
    assert texts(slack)[0] == "Here."
    assert told in texts(slack)[1]
    assert not files(slack)
    assert not [file for file in slack.uploads.known.values() if file["content"]]


async def test_an_empty_file_is_told_and_not_sent(slack, desk):
    await shown(desk, desk.delivery(await asked(slack)), File("empty.txt", b""))
    assert texts(slack) == [
        "“empty.txt” was not sent: it is empty, and Slack takes no empty files."
    ]
    assert slack.requests["files.getUploadURLExternal"] == 0


@pytest.mark.parametrize("kind", [File, Image, Voice])
async def test_what_is_larger_than_slack_takes_is_told_and_not_sent(
    slack, desk, monkeypatch, tmp_path, kind
):
    monkeypatch.setattr(uploads, "LARGEST", 2 * 10**9)
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(2 * 10**9 + 10**8)  # a hole
    about = {File: (), Image: ("A fox",), Voice: (1.5,)}[kind]
    await shown(
        desk, desk.delivery(await asked(slack)), Text("Here."), kind("large.bin", path, *about)
    )
    assert texts(slack) == [
        "Here.", "“large.bin” was not sent: it has 2.1 GB, and Slack takes 2 GB.",
    ]  # fmt: skip
    assert slack.requests["files.getUploadURLExternal"] == 0


async def test_a_private_file_that_is_too_large_is_told_to_the_asker_alone(
    slack, desk, monkeypatch
):
    monkeypatch.setattr(uploads, "LARGEST", 3)
    await shown(desk, desk.delivery(await asked(slack), private=True), CSV)
    (post,) = slack.posts()
    assert post.text.startswith("“table.csv” was not sent: it has 0.0 GB")
    assert post.private_to == "ada"


async def test_a_file_that_is_gone_from_the_disk_is_told(slack, desk, tmp_path):
    await shown(desk, desk.delivery(await asked(slack)), File("x.txt", tmp_path / "x.txt"))
    assert texts(slack) == ["“x.txt” was not sent: Parley cannot read it."]


async def test_a_share_that_slack_shows_later_is_waited_for(slack, desk):
    slack.uploads.slow = 2
    await shown(desk, desk.delivery(await asked(slack)), FOX)
    assert images(slack) == ["A drawing of a fox"]
    assert slack.requests["files.completeUploadExternal"] == 1
    assert slack.requests["files.info"] == 3


async def test_a_picture_that_slack_drops_for_its_description_has_it_as_its_title(slack, desk):
    """https://github.com/slackapi/python-slack-sdk/issues/1818"""
    slack.uploads.drops_described = True
    for _ in range(2):
        await shown(desk, desk.delivery(await asked(slack)), FOX)
    found = [file for m in slack.api.messages for file in m.get("files", ())]
    assert [(file["alt_txt"], file["title"]) for file in found] == [("", FOX.alt)] * 2
    assert slack.requests["files.completeUploadExternal"] == 3  # it is tried once
    assert len(slack.uploads.known) == 2


async def test_a_slow_picture_says_nothing_of_descriptions(slack, desk):
    slack.uploads.slow = 99
    await shown(desk, desk.delivery(await asked(slack)), FOX)
    slack.uploads.slow = 0
    await shown(desk, desk.delivery(await asked(slack)), FOX)
    assert images(slack)[-1] == FOX.alt


async def test_where_words_may_be_posted_but_no_files_the_words_stand(slack, desk):
    """As with chat:write.public."""
    slack.refuse("files.completeUploadExternal", "not_in_channel")
    await shown(desk, desk.delivery(await asked(slack)), Text("Here."), CSV)
    assert texts(slack)[0] == "Here."
    assert "Invite it with /invite" in texts(slack)[1]


async def test_without_the_right_to_look_a_file_is_taken_for_shown(slack, desk):
    slack.refuse("files.info", *["missing_scope files:read"] * 9)
    await shown(desk, desk.delivery(await asked(slack)), CSV)
    assert files(slack) == ["table.csv"]


# Private


async def test_a_private_file_goes_to_the_direct_messages_and_it_is_said_where(slack, desk):
    await shown(desk, desk.delivery(await asked(slack), private=True), Text("Yours."), CSV)
    assert [(post.text, post.files, post.private_to) for post in slack.posts()] == [
        ("Yours.", (), "ada"),
        ("", ("table.csv",), "ada"),
        ("Only you can see it in our direct messages: “table.csv”", (), "ada"),
    ]
    assert [m["channel"] for m in slack.api.messages if m.get("files")] == ["DADA"]


async def test_a_private_file_in_direct_messages_stands_there(slack, desk):
    root = await slack.direct("hello")
    await shown(desk, desk.delivery(root, channel="DADA", private=True), CSV)
    [post] = slack.posts()
    assert (post.files, post.thread) == (("table.csv",), root)


async def test_a_private_file_that_cannot_be_sent_privately_is_told_privately(slack, desk):
    slack.refuse("conversations.open", "missing_scope im:write")
    await shown(desk, desk.delivery(await asked(slack), private=True), CSV)
    [post] = slack.posts()
    assert "im:write" in post.text
    assert post.private_to == "ada"


# Withdrawn


async def test_a_withdrawn_answer_leaves_neither_messages_nor_files(slack, desk):
    delivery = desk.delivery(await asked(slack))
    await shown(desk, delivery, Text("word " * 4000), FOX, CSV)
    assert len(slack.posts()) == 4
    await shown(desk, delivery, Withdraw())
    assert not slack.posts()
    assert not slack.uploads.known
    assert not delivery.log.known


async def test_a_withdrawn_answer_that_was_deleted_by_others_is_no_error(slack, desk):
    delivery = desk.delivery(await asked(slack))
    await shown(desk, delivery, Text("Look."), CSV)
    for method in ("chat.delete", "files.delete"):
        slack.refuse(method, "message_not_found" if method == "chat.delete" else "file_not_found")
    await shown(desk, delivery, Withdraw())
    assert not delivery.log.known
