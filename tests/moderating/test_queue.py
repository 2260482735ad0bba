"""The moderators' queue, and policies: versioned, checked, asked about."""

import pytest

from bot.moderating.policy import Policy, Rule
from bot.moderating.teaching import suggestions
from bot.storage.moderation import Decided
from tests.moderating.house import ADA, BOSS, HERE, MODS


async def flagged(it, text="hurt him"):
    await it.watched()
    message = await it.say(text)
    await it.settled()
    return message, next(iter(it.cases()))


async def press(it, name, case, **more):
    await it.command(name, of=case, button=True, place=MODS, **more)
    return it.platform.posts[case]


async def test_a_case_names_its_verdict_for_the_providers_support(it):
    _, case = await flagged(it)
    assert it.platform.posts[case].fields["verdict"] == "modr-1"


@pytest.mark.parametrize(
    ("button", "title", "done"),
    [
        ("approve_case", "Approved by Boss", []),
        ("remove_case", "Removed by Boss", ["remove"]),
        ("timeout_case", "Timed out by Boss", ["time out"]),
        ("warn_case", "Warned by Boss", []),
        ("allow_case", "Allowed by Boss", []),
    ],
)
async def test_a_press_decides(it, button, title, done):
    _, case = await flagged(it)
    post = await press(it, button, case)
    assert post.title == title
    assert post.buttons == ()
    assert "hurt him" not in post.text
    assert [verb for verb, *_ in it.platform.done] == done


async def test_the_second_who_presses_is_told_who_decided(it):
    _, case = await flagged(it)
    await press(it, "approve_case", case)
    post = await press(it, "remove_case", case)
    assert post.notices[-1].startswith("That is decided: approved by `slack:T1:BOSS`")
    assert it.platform.done == []


async def test_pressed_twice_it_is_done_once(it):
    _, case = await flagged(it)
    await press(it, "remove_case", case)
    post = await press(it, "remove_case", case)
    assert "That is decided: removed" in post.notices[-1]
    assert len(it.platform.done) == 1


async def test_others_than_admins_decide_nothing(it):
    _, case = await flagged(it)
    post = await press(it, "remove_case", case, by=ADA)
    assert "is for admins" in post.notices[-1]
    assert post.title == "Flagged: violence"
    assert it.platform.done == []


async def test_what_the_platform_does_not_let_it_do_is_said(it):
    it.platform.refuses.add("remove")
    _, case = await flagged(it)
    post = await press(it, "remove_case", case)
    assert "lets a bot not remove" in post.text
    assert "https://chat.example.com/C1/" in post.text


async def test_a_warning_goes_to_who_wrote_it(it):
    _, case = await flagged(it)
    await press(it, "warn_case", case)
    assert [post.private_to for post in it.platform.posts.values() if "welcome" in post.text] == [
        ADA.id
    ]


async def test_what_is_always_allowed_is_not_flagged_again(it):
    _, case = await flagged(it, "hurt  Him")
    await press(it, "allow_case", case)
    await it.say("hurt him")
    await it.settled()
    assert len(it.cases()) == 1
    assert [category for _, category, _ in await it.judged()] == ["violence", ""]


async def test_without_a_queue_nobody_is_told(it):
    answer = await it.answer("moderation on")
    assert "Nobody is told yet" in answer.text
    await it.say("hurt him")
    await it.settled()
    assert it.cases() == {}


async def test_each_change_is_a_version_with_who_and_when(it):
    await it.watched()
    await it.command("moderation policy", category="hate", threshold=0.4, action="delete")
    shown = (await it.answer("moderation show")).text
    assert "Moderation is **on**" in shown
    assert "| hate | 0.4 | delete |" in shown
    assert "_Version 2: `slack:T1:BOSS`, 20" in shown
    assert "_Version 1: `slack:T1:BOSS`, 20" in shown
    assert "Flagged messages go to `MODS`" in shown


async def test_the_same_once_more_is_no_change(it):
    for _ in range(2):
        await it.command("moderation on")
    assert (await it.storage.moderation.version(HERE.channel_key)).number == 1


async def test_all_categories_at_once(it):
    await it.command("moderation policy", category="all", threshold=0.7, action="react")
    policy = (await it.storage.moderation.version(HERE.channel_key)).policy
    assert set(policy.rules.values()) == {Rule(0.7, "react")}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"category": "rudeness"}, "`category` is one of harassment, "),
        ({"threshold": 1.2}, "`threshold` is at most 1"),
        ({"threshold": -1}, "`threshold` is at least 0"),
        ({"threshold": "often"}, "`threshold` takes a number"),
        ({"action": "explode"}, "`action` is one of log, tell, react, warn, delete, timeout"),
    ],
)
async def test_a_wrong_value_gets_a_sentence_with_what_is_allowed(it, values, sentence):
    usual = {"category": "hate", "threshold": 0.5, "action": "log"}
    answer = await it.answer("moderation policy", **(usual | values))
    assert sentence in answer.notices[0]
    assert (await it.storage.moderation.version(HERE.channel_key)).number == 0


@pytest.mark.parametrize("action", ["delete", "timeout"])
async def test_a_policy_that_takes_everything_away_is_asked_about(it, action):
    case = await it.command("moderation policy", category="all", threshold=0, action=action)
    assert "nearly everything" in it.platform.posts[case].text
    assert it.platform.posts[case].buttons == ("Apply it",)
    assert (await it.storage.moderation.version(HERE.channel_key)).number == 0
    await it.command("confirm_policy", of=case, button=True)
    assert "as version 1" in it.platform.posts[case].text
    assert it.platform.posts[case].buttons == ()


async def test_so_is_one_that_takes_much_of_what_was_said_here(it):
    await it.watched()
    for n in range(20):
        await it.say(f"hurt {n}" if n % 3 == 0 else f"hello {n}")
    await it.settled()
    answer = await it.answer("moderation policy", category="violence", threshold=0.5,
                             action="delete")  # fmt: skip
    assert "Of the last 20 messages here, this would have hit 7" in answer.text
    answer = await it.answer("moderation policy", category="violence", threshold=0.95,
                             action="delete")  # fmt: skip
    assert "Here holds now" in answer.text


async def test_only_who_may_confirms(it):
    case = await it.command("moderation policy", category="all", threshold=0, action="delete")
    await it.command("confirm_policy", of=case, button=True, by=ADA)
    assert "is for admins" in it.platform.posts[case].notices[0]
    assert (await it.storage.moderation.version(HERE.channel_key)).number == 0


def decided(*cases):
    return [Decided("hate", score, approved) for score, approved in cases]


def test_thresholds_below_which_all_was_approved_are_too_low():
    rules = Policy().changed("hate", Rule(0.4, "tell"))
    approved = [(0.42 + n / 100, True) for n in range(9)]
    (said,) = suggestions(rules, decided(*approved, (0.85, False)))
    assert said == (
        "Of 9 messages that were flagged for `hate` below 0.55, 9 were approved: raise it to 0.55?"
    )


@pytest.mark.parametrize(
    "cases",
    [
        [(0.5, True)] * 4,
        [(0.5, True)] * 3 + [(0.5, False)] * 3,
        [(0.5, False)] * 9,
        [],
    ],
)
def test_few_or_mixed_decisions_teach_nothing(cases):
    rules = Policy().changed("hate", Rule(0.4, "tell"))
    assert list(suggestions(rules, decided(*cases))) == []


async def test_decisions_are_shown_as_a_suggestion(it):
    await it.watched()
    for n in range(6):
        await it.say(f"hurt {n}")
    await it.settled()
    for case in list(it.cases()):
        await press(it, "approve_case", case, by=BOSS)
    shown = (await it.answer("moderation show")).text
    assert "Of 6 messages that were flagged for `violence` below 0.9, 6 were approved" in shown
