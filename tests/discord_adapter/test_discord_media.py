"""Pictures and files of an answer."""

import asyncio

import pytest

from adapters.discord import render
from adapters.discord.limits import FILE
from bot.parts import Button, Buttons, Card, Delta, File, Image, Remove, Text, Voice, Withdraw
from bot.screen import Screen
from tests.discord_adapter.asking import LAST, OGG, PNG, STOP, commanded, native, thinking
from tests.discord_adapter.conftest import asked_in_channel


@pytest.fixture
async def question(discord):
    return asked_in_channel(discord, await discord.mention("A question"))


def picture(number, content=PNG):
    return Image(f"fox{number}.png", content, f"fox {number}", key=f"image {number}")


def ids(discord, post):
    return [file["id"] for file in native(discord, post)["attachments"]]


async def test_pictures_are_a_gallery_in_one_message_with_words_for_the_blind(
    bot, discord, question
):
    await bot.deliver(question, *(picture(n) for n in range(3)), Text("Foxes"), LAST)
    (post,) = discord.posts()
    assert post.images == ("fox 0", "fox 1", "fox 2")
    assert (post.text, post.buttons) == ("Foxes", ("Regenerate",))
    assert discord.content("fox1.png") == PNG


async def test_more_than_ten_are_two_messages(bot, discord, question):
    await bot.deliver(question, *(picture(n) for n in range(13)), LAST)
    first, second = discord.posts()
    assert (len(first.images), len(second.images)) == (10, 3)
    assert (first.buttons, second.buttons) == (("Regenerate",), ())


async def test_what_takes_more_than_one_request_is_two_messages(bot, discord, question):
    heavy = bytes(9 << 20)
    await bot.deliver(question, *(picture(n, heavy) for n in range(3)))
    assert [post.images for post in discord.posts()] == [("fox 0", "fox 1"), ("fox 2",)]


async def test_a_picture_is_replaced_and_the_others_are_not_sent_again(bot, discord, question):
    screen = Screen()
    answering = asyncio.create_task(bot.deliver(question, screen=screen))
    for number in range(2):
        screen.show(picture(number, PNG + bytes(50_000)))
    await discord.until(lambda: discord.posts() and len(discord.posts()[0].images) == 2)
    (before,) = discord.posts()
    kept, _ = ids(discord, before)
    sent = discord.bytes
    screen.show(Image("better.png", PNG, "a better fox", key="image 1"))
    screen.finish()
    await answering
    (after,) = discord.posts()
    assert after.id == before.id
    assert after.images == ("fox 0", "a better fox")
    assert ids(discord, after)[0] == kept
    assert discord.bytes - sent < 5_000


async def test_pictures_stay_while_the_text_grows_and_are_sent_once(bot, discord, question):
    screen = Screen()
    answering = asyncio.create_task(bot.deliver(question, screen=screen))
    screen.show(picture(1, PNG + bytes(100_000)))
    await discord.until(discord.posts)
    for number in range(5):
        screen.show(Delta(f"word{number} "))
        await discord.until(lambda n=number: f"word{n}" in discord.posts()[0].text)
    screen.finish()
    await answering
    assert discord.posts()[0].images == ("fox 1",)
    assert discord.bytes < 150_000


async def test_of_a_picture_that_is_drawn_over_and_over_the_first_and_the_last_are_sent(
    bot, discord, question, monkeypatch
):
    monkeypatch.setattr(render, "AGAIN", 60.0)
    screen = Screen()
    answering = asyncio.create_task(bot.deliver(question, screen=screen))
    for number in range(10):
        screen.show(Image("fox.png", PNG + bytes(10_000 + number), f"draft {number}"))
        screen.show(Text(f"Drawing {number}"))
        await discord.until(lambda n=number: discord.posts() and f" {n}" in discord.posts()[0].text)
    assert discord.posts()[0].images == ("draft 0",)
    screen.finish()
    await answering
    assert discord.posts()[0].images == ("draft 9",)
    assert discord.bytes < 40_000


async def test_a_picture_that_is_taken_away_goes(bot, discord, question):
    await bot.deliver(question, Text("Look:"), picture(1), Remove("image 1"))
    assert [post.images for post in discord.posts()] == [()]


async def test_the_next_answer_takes_pictures_and_cards_of_the_last_away(bot, discord, question):
    await bot.deliver(question, Card("a fox"), Text("Look"), *(picture(n) for n in range(11)))
    question.nonce = "nonce-second"
    await bot.deliver(question, Text("No picture this time."))
    (post,) = discord.posts()
    assert (post.text, post.images, post.card) == ("No picture this time.", (), "")


async def test_a_file_is_read_from_its_path_as_it_is_sent(bot, discord, question, tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes(b"a,b\n" * 200_000)
    await bot.deliver(question, Text("Here it is."), File("table.csv", path))
    (post,) = discord.posts()
    assert post.files == ("table.csv",)
    assert discord.content("table.csv") == path.read_bytes()
    assert native(discord, post)["attachments"][0]["content_type"] == "text/csv"


@pytest.mark.parametrize("how", ["cut", "500"])
async def test_a_file_whose_post_was_lost_is_there_once_and_whole(
    bot, discord, question, tmp_path, how
):
    path = tmp_path / "table.csv"
    path.write_bytes(b"a,b\n" * 50_000)
    discord.lose_next_answer(how)
    await bot.deliver(question, File("table.csv", path), picture(1))
    (post,) = discord.posts()
    assert (post.files, post.images) == (("table.csv",), ("fox 1",))
    assert discord.content("table.csv") == path.read_bytes()


async def test_a_file_that_was_limited_is_sent_from_its_beginning(bot, discord, question):
    discord.limit_next(0.01, via=True)
    await bot.deliver(question, File("table.csv", b"a,b\n" * 50_000))
    assert discord.content("table.csv") == b"a,b\n" * 50_000


async def test_a_file_above_the_limit_is_told_of_and_the_rest_stands(bot, discord, question):
    await bot.deliver(question, Text("Two files:"), File("big.bin", bytes(FILE + 1)), picture(1))
    (post,) = discord.posts()
    assert post.text.startswith("Two files:")
    assert "“big.bin” is too large to post: it has 10 MiB, and Discord takes 10 MiB" in post.text
    assert (post.files, post.images) == ((), ("fox 1",))


@pytest.mark.parametrize("kind", [File, Image, Voice])
@pytest.mark.parametrize("private", [False, True])
async def test_whatever_is_above_the_limit_is_told_of_where_it_would_be(
    bot, discord, question, kind, private
):
    about = {File: (), Image: ("A fox",), Voice: (1.5,)}[kind]
    content = OGG + bytes(FILE) if kind is Voice else bytes(FILE + 1)
    delivery = await commanded(discord, private=True) if private else question
    await bot.deliver(delivery, kind("big.bin", content, *about), LAST)
    (post,) = discord.posts()
    assert post.text.startswith("-# “big.bin” is too large to post: it has 10 MiB")
    assert post.private_to == ("ada" if private else "")
    assert (post.files, post.images, post.buttons) == ((), (), ("Regenerate",))


async def test_a_recording_that_discord_finds_too_large_is_told_of(bot, discord, question):
    discord.refuse_next("POST .*/messages", 413, 40005, times=2)  # as a voice message, as a file
    await bot.deliver(question, Voice("speech.ogg", OGG, 1.5))
    (post,) = discord.posts()
    assert "“speech.ogg” is too large to post" in post.text


async def test_a_boosted_server_takes_more(bot, discord, question):
    discord.store.tier = 2
    await bot.deliver(question, File("big.bin", bytes(FILE + 1)))
    assert discord.posts()[0].files == ("big.bin",)


async def test_where_the_boosts_are_not_known_the_usual_limit_is_kept(bot, discord, question):
    discord.refuse_next("GET /guilds/.*", 404, 10004)
    await bot.deliver(question, Text("A file:"), File("big.bin", bytes(FILE + 1)))
    assert "takes 10 MiB here" in discord.posts()[0].text


@pytest.mark.parametrize("code", [40005, 0])
async def test_a_file_that_discord_finds_too_large_is_told_of(bot, discord, question, code):
    discord.refuse_next("POST .*/messages", 413, code)
    await bot.deliver(
        question, Text("Two files:"), File("a.bin", bytes(2 << 20)), File("b.bin", b"b", "b")
    )
    (post,) = discord.posts()
    assert "“a.bin” is too large to post: it has 2 MiB, more than Discord takes" in post.text
    assert post.files == ("b.bin",)


async def test_a_file_that_is_gone_is_told_of(bot, discord, question, tmp_path):
    await bot.deliver(question, Text("Here:"), File("lost.csv", tmp_path / "lost.csv"))
    assert "“lost.csv” cannot be read any more." in discord.posts()[0].text


async def test_an_answer_of_nothing_but_a_refused_file_says_so(bot, discord, question):
    await bot.deliver(question, File("big.bin", bytes(FILE + 1)))
    assert "too large" in discord.posts()[0].text


async def test_names_and_descriptions_are_made_fit(bot, discord, question):
    name = 'a/b\\"c\r\n' + "x" * 300 + ".png"
    await bot.deliver(question, Image(name, PNG, "@everyone " * 300 + "\ud800"))
    (post,) = discord.posts()
    (file,) = native(discord, post)["attachments"]
    assert file["filename"].startswith("a_b_c_xxx")
    assert file["filename"].endswith(".png")
    assert len(file["filename"]) == 100
    assert len(file["description"]) == 1024
    assert not native(discord, post)["_calls"]


async def test_a_slash_commands_files_stand_in_its_response(bot, discord):
    delivery = await commanded(discord)
    await bot.deliver(delivery, Text("Here it is."), File("table.csv", b"a,b"))
    (post,) = discord.posts()
    assert (post.text, post.files) == ("Here it is.", ("table.csv",))
    assert not thinking(discord)


async def test_private_files_are_for_the_asker_alone(bot, discord):
    delivery = await commanded(discord, private=True)
    files = (File(f"{n}.csv", b"a,b", str(n)) for n in range(12))
    await bot.deliver(delivery, Text("For you"), *files)
    posts = discord.posts()
    assert {post.private_to for post in posts} == {"ada"}
    assert [len(post.files) for post in posts] == [10, 2]


async def test_people_are_asked_whether_the_answer_is_good(bot, discord, question):
    await bot.deliver(question, Text("Yes."), Buttons(LAST.buttons, feedback=True))
    (post,) = discord.posts()
    assert post.buttons == ("Regenerate", "👍", "👎")
    (row,) = native(discord, post)["components"]
    assert row["components"][1]["custom_id"] == "parley:good:delivery0123"


async def test_many_buttons_are_several_rows_and_no_more_than_fit(bot, discord, question):
    many = tuple(Button(f"No. {n}", f"do{n}") for n in range(30))
    await bot.deliver(question, Text("Choose"), Buttons(many))
    rows = native(discord, discord.posts()[0])["components"]
    assert [len(row["components"]) for row in rows] == [5] * 5


async def test_a_withdrawn_answer_leaves_nothing(bot, discord, question):
    screen = Screen()
    answering = asyncio.create_task(bot.deliver(question, screen=screen))
    screen.show(STOP)
    screen.show(Text("A secret. " * 400))
    screen.show(picture(1))
    await discord.until(lambda: len(discord.posts()) == 3)
    screen.show(Withdraw())
    screen.finish()
    await answering
    assert discord.posts() == []
    assert question.log.known == {}


async def test_an_answer_is_withdrawn_by_who_never_posted_it(bot, discord, question, restarted):
    await bot.deliver(question, Text("A secret"), LAST)
    question.log.known["0"] = None  # killed before its id was known
    other = restarted()
    await other.deliver(question, Withdraw())
    await other.adapter.close()
    assert discord.posts() == []


@pytest.mark.parametrize("private", [True, False])
async def test_a_withdrawn_command_does_not_go_on_thinking(bot, discord, private):
    delivery = await commanded(discord, private=private)
    await bot.deliver(delivery, Withdraw())
    assert thinking(discord) == []


async def test_a_withdrawn_private_answer_leaves_nothing(bot, discord):
    delivery = await commanded(discord, private=True)
    screen = Screen()
    screen.show(Text("A secret. " * 400))
    answering = asyncio.create_task(bot.deliver(delivery, screen=screen))
    await discord.until(lambda: len(discord.posts()) == 2)
    screen.show(Withdraw())
    screen.finish()
    await answering
    assert discord.posts() == []
