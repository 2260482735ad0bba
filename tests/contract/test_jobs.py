"""A fine-tune from its file to the model in use, and feedback with a correction, as people see it
on every platform.
"""

import asyncio
import json
import time

import pytest

from bot.jobs.watch import Watch
from tests.contract.world import Upload

GOOD = b"".join(
    json.dumps({"messages": [{"role": "user", "content": f"{n} and 1?"},
                             {"role": "assistant", "content": f"{n + 1}"}]}).encode() + b"\n"
    for n in range(12)
)  # fmt: skip
MONTH = 30 * 86_400


@pytest.fixture
async def admin(house, world):
    """Ada has the rights; what she said for that is forgotten."""
    await world.mention("hello")
    await house.answered()
    who = house.heard[0].author.id
    house._settings = house._settings.model_copy(update={"admins": (who,)})
    await house.restart()
    return who


async def look(house, later=0.0):
    await Watch(house.services, lambda: time.time() + later, lambda _least, _most: 1.0).look()
    await house.settled()


def shows(world, title):
    return [post for post in world.posts() if post.card == title]


async def card(house, world, title):
    await world.until(lambda: shows(world, title))
    await house.settled()
    return shows(world, title)[-1]


async def begun(house, world):
    asked = await world.share("finetune create gpt-4o-mini suffix:sums",
                              Upload("sums.jsonl", GOOD, "application/jsonl"))  # fmt: skip
    quote = await card(house, world, "Fine-tune sums?")
    assert quote.buttons == ("Begin", "Settings", "Discard")
    await world.press("Begin", post=quote.id)
    return asked, await card(house, world, "Fine-tuning sums")


def trains(house, *, step):
    resources = house.openai.resources
    resources.jobs["ftjob-0"]["status"] = "running"
    resources.events["ftjob-0"].append({
        "id": f"ftevent-step-{step}", "object": "fine_tuning.job.event", "level": "info",
        "created_at": int(time.time()), "message": f"Step {step}/10: training loss=1.20",
        "type": "metrics", "data": {"step": step, "train_loss": 1.2, "total_steps": 10},
    })  # fmt: skip


def succeeds(house):
    house.openai.models.append("ft:gpt-4o-mini:acme:sums:1")
    house.openai.resources.jobs["ftjob-0"] |= {
        "status": "succeeded", "fine_tuned_model": "ft:gpt-4o-mini:acme:sums:1",
        "trained_tokens": 1_000, "finished_at": int(time.time()) + 60,
    }  # fmt: skip


async def test_a_fine_tune_from_the_file_to_its_use(house, world, admin):
    _, shown = await begun(house, world)
    before = len(world.posts())
    assert shown.buttons == ("Cancel", "Pause", "Events")
    trains(house, step=5)
    await look(house, 10)
    await world.until(lambda: any(post.images for post in world.posts()))
    assert any("training loss" in alt for post in world.posts() for alt in post.images)
    assert len(shows(world, "Fine-tuning sums")) == 1
    await house.restart()
    succeeds(house)
    await look(house, MONTH)
    await look(house, 2 * MONTH)
    notice = await card(house, world, "Fine-tuning sums: done")
    assert len(shows(world, "Fine-tuning sums: done")) == 1
    assert len(world.posts()) <= before + 2  # the notice, and the chart where it is a post
    assert "Use here" in notice.buttons
    await world.press("Use here", post=notice.id)
    await house.shows("The chat model of this channel is")
    place = next(event.place for event in house.heard if event.author.id == admin)
    chosen = await house.services.preferences.of(place.channel_key)
    assert chosen["model"] == "ft:gpt-4o-mini:acme:sums:1"


async def settings(house):
    query = "SELECT facts FROM works"
    rows = await house.storage.database.read(lambda db: db.execute(query).fetchall())
    return [json.loads(facts).get("hyperparameters") for (facts,) in rows]


async def test_the_quote_is_settled_by_a_form_and_confirmed_by_an_admin_alone(house, world, admin):
    await world.share("finetune create gpt-4o-mini suffix:sums",
                      Upload("sums.jsonl", GOOD, "application/jsonl"))  # fmt: skip
    quote = await card(house, world, "Fine-tune sums?")
    if house.world.adapter.name != "page":  # whose thread is open in one window here
        await world.press("Begin", post=quote.id, by="bob")
        await house.shows("is for admins")
        assert house.openai.resources.jobs == {}
    await world.press("Settings", post=quote.id)
    await world.until(lambda: "epochs" in world.form())
    assert set(world.form()) == {"method", "epochs", "batch_size", "learning_rate", "beta"}
    await world.fill(method="supervised", epochs="7")
    async with asyncio.timeout(5):
        while await settings(house) != [{"n_epochs": 7}]:
            await asyncio.sleep(0.01)
    await house.settled()
    assert len(shows(world, "Fine-tune sums?")) == 1


async def test_what_a_slash_command_began_ends_where_people_see_it(house, world, admin):
    resources = house.openai.resources
    resources.contents["file-a"] = GOOD
    resources.files["file-a"] = {
        "id": "file-a", "object": "file", "bytes": len(GOOD), "created_at": 1,
        "filename": "sums.jsonl", "purpose": "fine-tune", "status": "processed",
    }  # fmt: skip
    await world.slash("finetune create", "model:gpt-4o-mini training_id:file-a suffix:sums")
    quote = await card(house, world, "Fine-tune sums?")
    await world.press("Begin", post=quote.id)
    await card(house, world, "Fine-tuning sums")
    trains(house, step=5)
    await look(house, 10)
    succeeds(house)
    await look(house, 600)
    await card(house, world, "Fine-tuning sums: done")
    assert len(shows(world, "Fine-tuning sums: done")) == 1
    assert len(shows(world, "Fine-tuning sums")) == 1
    assert not shows(world, "Fine-tune sums?")


async def test_the_button_pauses_and_the_card_says_so(house, world, admin):
    _, shown = await begun(house, world)
    await world.press("Pause", post=shown.id)
    await world.until(lambda: any("Resume" in post.buttons for post in world.posts()))
    assert house.openai.resources.jobs["ftjob-0"]["status"] == "paused"
    await house.settled()


async def test_where_the_cards_message_was_deleted_the_end_is_told(house, world, admin):
    _, shown = await begun(house, world)
    if house.world.adapter.name == "slack":
        await world.slack.delete(shown.id)
    elif house.world.adapter.name == "discord":
        world.discord.delete(shown.id)
    else:
        pytest.skip("nobody can delete what Parley said on the page")
    trains(house, step=5)
    await look(house, 10)
    succeeds(house)
    await look(house, 600)
    await card(house, world, "Fine-tuning sums: done")
    assert len(shows(world, "Fine-tuning sums: done")) == 1


async def test_nobody_but_an_admin_trains(house, world):
    await world.share("finetune create gpt-4o-mini",
                      Upload("sums.jsonl", GOOD, "application/jsonl"))  # fmt: skip
    await house.shows("is for admins")
    assert house.openai.resources.jobs == {}


async def test_a_bad_answer_is_corrected_by_a_form(house, world, admin):
    await world.mention("/dataset collect on")
    await house.shows("Collecting is")
    await world.mention("2 and 2?")
    await world.until(lambda: any("You said: 2 and 2?" in post.text for post in world.posts()))
    await house.settled()
    answer = next(post for post in world.posts() if "You said: 2 and 2?" in post.text)
    await world.press("👎", post=answer.id)
    await house.settled()
    thanks = await house.shows("Thank you, noted")
    assert "Say what is better" in thanks.buttons
    await world.press("Say what is better", post=thanks.id)
    await world.until(lambda: "better" in world.form())
    await world.fill(better="It is 4.")
    await house.shows("your words are noted")
    workspace = house.heard[0].place.payer
    [vote] = await house.services.feedback.collected(workspace)
    assert (vote.good, vote.better) == (0, "It is 4.")
