"""Cards as embeds."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord import cards
from bot.parts import Button, Buttons, Card, Text
from bot.screen import Screen
from tests.discord_adapter.asking import native
from tests.discord_adapter.conftest import asked_in_channel
from tests.fakes.discord_body import _embeds as as_discord_checks_them

JOB = Card(
    "Fine-tuning *gpt*", "Epoch **2** of 3", (("Model", "gpt-4o-mini"), ("Loss", "0.12")),
    progress=0.5, state="running",
)  # fmt: skip


@pytest.fixture
async def question(discord):
    return asked_in_channel(discord, await discord.mention("A question"))


async def test_a_card_is_an_embed_above_the_text(bot, discord, question):
    await bot.deliver(question, JOB, Text("It runs."))
    (post,) = discord.posts()
    assert post.text == "It runs."
    (embed,) = native(discord, post)["embeds"]
    assert embed == {
        "title": r"Fine-tuning \*gpt\*",
        "color": 0x5865F2,
        "footer": {"text": "Running"},
        "description": "▰▰▰▰▰▰▱▱▱▱▱▱ 50 %\nEpoch **2** of 3",
        "fields": [
            {"name": "Model", "value": "gpt-4o-mini", "inline": True},
            {"name": "Loss", "value": "0.12", "inline": True},
        ],
    }


async def test_a_card_changes_in_its_message(bot, discord, question):
    screen = Screen()
    answering = asyncio.create_task(bot.deliver(question, screen=screen))
    screen.show(JOB)
    await discord.until(discord.posts)
    (before,) = discord.posts()
    screen.show(Card("Done", state="done"))
    screen.show(Text("All is well."))
    screen.finish()
    await answering
    (after,) = discord.posts()
    assert (after.id, after.card, after.text) == (before.id, "Done", "All is well.")


async def test_several_cards_stand_in_one_message_with_the_buttons(bot, discord, question):
    buttons = Buttons((Button("Stop", "stop"),))
    await bot.deliver(question, *(Card(f"No. {n}", key=f"{n}") for n in range(3)), buttons)
    (post,) = discord.posts()
    assert len(native(discord, post)["embeds"]) == 3
    assert post.buttons == ("Stop",)


async def test_a_growing_text_does_not_send_the_card_again(bot, discord, question):
    screen = Screen()
    answering = asyncio.create_task(bot.deliver(question, screen=screen))
    screen.show(Card("Long", "words " * 600))
    await discord.until(discord.posts)
    sent = discord.bytes
    screen.show(Text("Some text."))
    screen.finish()
    await answering
    assert discord.bytes - sent < 1000
    assert discord.posts()[0].card == "Long"


async def test_without_the_permission_it_is_text(bot, discord, question):
    discord.store.rights.deny(discord.store.general, "embed_links")
    await bot.deliver(question, JOB, Text("It runs."))
    (post,) = discord.posts()
    assert post.card == ""
    assert post.text == (
        "**Fine-tuning \\*gpt\\***\n▰▰▰▰▰▰▱▱▱▱▱▱ 50 %\nEpoch **2** of 3\n"
        "Model: gpt-4o-mini\nLoss: 0.12\n-# Running\n\nIt runs."
    )


async def test_one_that_discord_refuses_is_text(bot, discord, question):
    discord.refuse_next("POST .*/messages", 400, 50035)
    await bot.deliver(question, JOB)
    assert discord.posts()[0].text.startswith("**Fine-tuning")


texts = st.tuples(
    st.sampled_from(["x", "a b ", "*_`|", "\\", "\n", "字", ""]), st.integers(0, 5000)
)
some_cards = st.tuples(
    texts, texts, st.lists(st.tuples(texts, texts), max_size=12), st.none() | st.floats(-1, 2),
    st.sampled_from(["", "running", "done", "failed"]),
)  # fmt: skip


def card(title, markdown, fields, progress, state):
    """Its texts are repeated signs, so that what hypothesis prints of a failure can be read."""
    pairs = tuple((name[0] * name[1], value[0] * value[1]) for name, value in fields)
    return Card(title[0] * title[1], markdown[0] * markdown[1], pairs, progress, state)


@given(st.lists(some_cards, max_size=12))
@settings(max_examples=50, deadline=None)
def test_any_cards_are_within_discords_limits(many):
    as_discord_checks_them(cards.embeds([card(*one) for one in many]))


@given(some_cards)
@settings(max_examples=50, deadline=None)
def test_any_card_can_be_text(one):
    assert cards.text(card(*one))
