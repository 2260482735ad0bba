"""/moderation simulate: other thresholds, on scores that are there."""

import io

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.moderating import chart
from bot.moderating.policy import ACTIONS, KINDS, Policy, Rule
from bot.moderating.simulating import Simulation, simulate
from bot.storage.moderation import Judged
from tests.moderating.house import BOSS, HERE

SCORES = st.dictionaries(st.sampled_from([*KINDS, "new"]), st.floats(0, 1), max_size=4)
RULES = st.dictionaries(
    st.sampled_from(sorted(KINDS)), st.builds(Rule, st.floats(0, 1), st.sampled_from(ACTIONS))
)


def judged(scores, action=""):
    return Judged("m", HERE, "s", BOSS.id, b"", scores, 1, "", action, 0.0)


async def said(it):
    await it.watched()
    for n in range(9):
        await it.say(f"hurt {n}" if n < 3 else f"hello {n}")
    await it.settled()


async def test_it_shows_what_would_have_happened_and_changes_nothing(it):
    await said(it)
    before = await it.storage.moderation.version(HERE.channel_key)
    answer = await it.answer("moderation simulate", category="violence", threshold=0.8,
                             action="delete")  # fmt: skip
    assert "Of **9** messages of the last 7 days, the policy of now flags **3**" in answer.text
    assert "| violence | delete | 0 | 3 |" in answer.text
    assert "| violence | tell | 3 | 0 |" in answer.text
    assert answer.text.count("](https://chat.example.com/C1/s") == 3
    assert "tell then, delete (violence 0.89) by this" in answer.text
    (picture,) = answer.images
    assert picture.alt.startswith("Flagged messages by category. violence (delete): 0 now, 3")
    assert Image.open(io.BytesIO(picture.content)).format == "PNG"
    assert await it.storage.moderation.version(HERE.channel_key) == before
    assert it.platform.done == []


async def test_without_a_wish_it_shows_the_policy_itself(it):
    await said(it)
    answer = await it.answer("moderation simulate")
    assert "flags **3**, and this one would flag **3**" in answer.text
    assert "What would change" not in answer.text


async def test_a_threshold_for_all_of_them(it):
    await said(it)
    answer = await it.answer("moderation simulate", threshold=0)
    assert "would flag **9**" in answer.text


async def test_where_nothing_was_judged_it_says_so(it):
    answer = await it.answer("moderation simulate", days=3)
    assert answer.notices == ["No message of this channel was judged in the last 3 days."]


async def test_it_looks_no_further_back_than_scores_are_kept(it):
    answer = await it.answer("moderation simulate", days=31)
    assert "`days` is at most 30" in answer.notices[0]


@given(st.lists(SCORES, max_size=20), RULES, RULES)
def test_every_message_is_counted_once_and_the_same_policy_changes_nothing(all_scores, one, other):
    messages = [judged(scores) for scores in all_scores]
    now, then = Policy(rules=one), Policy(rules=other)
    found = simulate(messages, now, then)
    assert found.now.total() == sum(now.match(scores) is not None for scores in all_scores)
    assert found.then.total() == sum(then.match(scores) is not None for scores in all_scores)
    assert simulate(messages, now, now).examples == []


def test_a_chart_of_nothing_is_a_picture_too():
    assert Image.open(io.BytesIO(chart.draw(Simulation(), "Nothing"))).width > 500
