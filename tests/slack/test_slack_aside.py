"""What only the asker may see, and answers where Parley is not."""

import pytest

from bot.errors import Undeliverable
from bot.parts import Card, Delta, File, Notice, Text, Withdraw
from tests.slack.helpers import asked


async def test_a_notice_is_for_the_asker_alone_and_told_once(slack, desk):
    root = await asked(slack)
    delivery = desk.delivery(root)
    for _ in range(2):
        async with desk.delivering(delivery) as screen:
            screen.show(Notice("Your budget is spent."))
    [post] = slack.posts()
    assert (post.text, post.private_to, post.thread) == ("Your budget is spent.", "ada", root)


async def test_a_notice_that_cannot_be_private_is_a_reply(slack, desk):
    slack.refuse("chat.postEphemeral", "user_not_in_channel")
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Notice("Your budget is spent."))
    [post] = slack.posts()
    assert (post.text, post.private_to) == ("Your budget is spent.", "")


async def test_what_is_said_of_a_withdrawn_answer_stays_where_it_cannot_be_private(slack, desk):
    slack.refuse("chat.postEphemeral", "user_not_in_channel")
    async with desk.delivering(desk.delivery(await asked(slack))) as screen:
        screen.show(Card("Painting"))
        screen.show(Notice("One file is not read.", key="unread"))
        await slack.until(lambda: len(slack.posts()) == 2)
        screen.show(Withdraw())
        screen.show(Notice("Your budget is spent."))
    assert [post.text for post in slack.posts()] == ["Your budget is spent."]


async def test_a_private_answer_goes_through_its_response_url(slack, desk):
    envelope = await slack.slash("help")
    delivery = desk.delivery(private=True, address=envelope.payload["response_url"])
    async with desk.delivering(delivery) as screen:
        screen.show(Text("What Parley does"))
    [post] = slack.posts()
    assert (post.text, post.private_to) == ("What Parley does", "ada")
    assert slack.requests["chat.postEphemeral"] == 0


async def test_a_private_answer_with_an_expired_response_url_is_ephemeral(slack, desk):
    delivery = desk.delivery(private=True, address=f"{slack.url}/respond/expired")
    async with desk.delivering(delivery) as screen:
        screen.show(Text("What Parley does"))
    assert [post.private_to for post in slack.posts()] == ["ada"]


async def test_a_private_answer_that_cannot_be_private_is_not_given(slack, desk):
    slack.refuse("chat.postEphemeral", "user_not_in_channel")
    with pytest.raises(Undeliverable):
        async with desk.delivering(desk.delivery(private=True)) as screen:
            screen.show(Text("secret"))
    assert not slack.posts()


async def test_a_private_answer_has_its_card_and_all_its_text(slack, desk):
    envelope = await slack.slash("help")
    delivery = desk.delivery(private=True, address=envelope.payload["response_url"])
    async with desk.delivering(delivery) as screen:
        screen.show(Card("A card", fields=(("Spent", "$1"),)))
        screen.show(Text("word " * 4000))
        screen.show(Notice("And a notice."))
    card, *texts, notice = slack.posts()
    assert (card.card, notice.text) == ("A card", "And a notice.")
    assert "".join(post.text for post in texts).split() == ["word"] * 4000
    assert {post.private_to for post in slack.posts()} == {"ada"}


async def test_what_a_model_wrote_to_one_person_mentions_nobody(slack, desk):
    async with desk.delivering(desk.delivery(await asked(slack), private=True)) as screen:
        screen.show(Text("<!channel> <@U1>"))
        screen.show(Notice("<!here> <#C1|general>"))
    for message in slack.api.messages[1:]:
        for text in (message["text"], message["blocks"][0]["text"]):
            assert not {"<!channel>", "<@U1>", "<!here>", "<#C1|general>"} & set(text.split())


# Where Parley is not


async def elsewhere(slack, desk):
    """A command's answer, in a channel in which Parley is not."""
    slack.refuse("chat.postMessage", "not_in_channel")
    envelope = await slack.slash("usage")
    return desk.delivery(address=envelope.payload["response_url"])


async def test_a_command_where_parley_is_not_is_answered_whole_by_its_response_url(slack, desk):
    delivery = await elsewhere(slack, desk)
    async with desk.delivering(delivery) as screen:
        screen.show(Delta("Hel"))
        await slack.until(lambda: slack.requests["chat.postMessage"])
        screen.show(Delta("lo"))
    assert [(post.text, post.private_to) for post in slack.posts()] == [("Hello", "")]


async def test_files_where_parley_is_not_are_told_and_the_words_stand(slack, desk):
    delivery = await elsewhere(slack, desk)
    async with desk.delivering(delivery) as screen:
        screen.show(Text("Here it is."))
        screen.show(File("table.csv", b"a,b"))
    answer, told = slack.posts()
    assert (answer.text, answer.private_to) == ("Here it is.", "")
    assert "Invite it with /invite" in told.text
    assert told.private_to == "ada"


async def test_whoever_mentions_parley_where_it_was_removed_gets_no_answer(slack, desk):
    slack.refuse("chat.postMessage", "not_in_channel")
    with pytest.raises(Undeliverable, match="not_in_channel"):
        async with desk.delivering(desk.delivery(await asked(slack))) as screen:
            screen.show(Text("Hello"))
    assert not slack.posts()


async def test_a_command_in_an_archived_channel_is_told_privately(slack, desk):
    slack.refuse("chat.postMessage", "is_archived")
    envelope = await slack.slash("usage")
    with pytest.raises(Undeliverable):
        async with desk.delivering(
            desk.delivery(address=envelope.payload["response_url"])
        ) as screen:
            screen.show(Text("Hello"))
    [post] = slack.posts()
    assert (post.text, post.private_to) == ("This channel is archived.", "ada")


async def test_a_missing_scope_is_named_to_whoever_asked(slack, desk):
    slack.refuse("chat.postMessage", "missing_scope chat:write")
    envelope = await slack.slash("usage")
    with pytest.raises(Undeliverable):
        async with desk.delivering(
            desk.delivery(address=envelope.payload["response_url"])
        ) as screen:
            screen.show(Text("Hello"))
    [post] = slack.posts()
    assert "the Slack scope chat:write" in post.text
    assert post.private_to == "ada"
