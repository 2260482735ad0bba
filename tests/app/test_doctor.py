"""`python -m bot doctor`: what is set, what works, what is missing."""

import asyncio
import socket
from contextlib import closing

from tests.fakes.discord import FakeDiscord
from tests.fakes.openai import FakeOpenAI
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_oauth import CONFIG_TOKEN

SOUND, BROKEN = 0, 1


def findings(done):
    """(mark, subject) -> sentence"""
    assert not done.err, done.err
    lines = (line.split(maxsplit=2) for line in done.out.splitlines())
    return {(mark, what): sentence for mark, what, sentence in lines}


async def test_all_is_sound(parley, key):
    async with FakeSlack() as slack, FakeDiscord() as discord:
        done = await parley.run(
            "doctor", **key, **slack.environment, **discord.environment,
            PARLEY_BUDGET_PERSON_DAY="1.50", PARLEY_ADMINS="slack:T1:U1",
            SLACK_APP_CONFIG_TOKEN=CONFIG_TOKEN, PARLEY_ADMIN_PASSWORD="sesame",
        )  # fmt: skip
    found = findings(done)
    assert done.status == SOUND
    assert found["ok", "admin-pages"] == "At /admin: the password is asked for."
    absent = {"embeddings", "images", "speech", "transcription", "translation", "moderation"}
    unsure = {what for mark, what in found if mark != "ok"}
    assert unsure == {"discord", "jobs"} | absent  # the fake has two models
    assert "the next start sends it" in found["--", "discord"]  # its menu
    assert found["ok", "chat"].startswith("gpt-6-luna at 127.0.0.1:")
    assert "PARLEY_SPEECH_BASE_URL to another provider" in found["--", "speech"]
    assert "judges; while it is down, Parley is closed where" in found["ok", "moderating"]
    assert "person a day $1.50" in found["ok", "budgets"]
    assert {"slack", "discord", "page", "database", "settings"} <= {what for _, what in found}


async def test_nothing_is_set(parley):
    done = await parley.run("doctor")
    found = findings(done)
    assert done.status == SOUND
    assert found["--", "chat"].endswith("the sandbox answers, by smollm2-135m-instruct.")
    assert found["--", "speech"].endswith("by piper-joe.")
    assert "SLACK_BOT_TOKEN and SLACK_APP_TOKEN" in found["--", "slack"]
    assert "DISCORD_TOKEN" in found["--", "discord"]
    assert "PARLEY_ADMINS" in found["--", "admins"]
    assert "PARLEY_BUDGET_PERSON_DAY" in found["--", "budgets"]


async def test_what_is_set_does_not_work(parley, openai):
    (parley.folder / "diary").write_text("Dear diary, " * 1000)
    async with FakeSlack() as slack, FakeDiscord() as discord:
        wrong = {"SLACK_BOT_TOKEN": "xoxb-hush", "DISCORD_TOKEN": "hush", "OPENAI_API_KEY": "hush"}
        done = await parley.run(
            "doctor", **(slack.environment | discord.environment | wrong),
            OPENAI_BASE_URL=openai.url, PARLEY_DATABASE_URL="sqlite:///diary",
        )  # fmt: skip
    found = findings(done)
    assert done.status == BROKEN
    assert "is not a SQLite database" in found["!!", "database"]
    assert "did not accept Parley's API key" in found["!!", "chat"]
    assert "OPENAI_API_KEY" in found["!!", "chat"]
    assert "SLACK_BOT_TOKEN" in found["!!", "slack"]
    assert "DISCORD_TOKEN" in found["!!", "discord"]
    assert "hush" not in done.out


async def test_nothing_can_be_reached(parley):
    with closing(socket.create_server(("127.0.0.1", 0))) as closed:
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
    done = await parley.run(
        "doctor", OPENAI_API_KEY="sk-1", OPENAI_BASE_URL=f"{nowhere}/v1",
        SLACK_BOT_TOKEN="xoxb-1", SLACK_APP_TOKEN="xapp-1", SLACK_API_URL=f"{nowhere}/api/",
        DISCORD_TOKEN="MTAw.fake.token", DISCORD_API_URL=nowhere,
    )  # fmt: skip
    found = findings(done)
    assert done.status == BROKEN
    assert "cannot reach the model's server" in found["!!", "chat"]
    assert found["!!", "slack"].startswith("Slack cannot be reached")
    assert found["!!", "discord"].startswith("Discord cannot be reached")


async def test_the_model_is_not_offered_and_its_price_not_known(parley, key):
    done = await parley.run("doctor", **key, PARLEY_CHAT_MODEL="nobody-1")
    found = findings(done)
    assert done.status == BROKEN
    assert found["!!", "chat"].startswith("nobody-1 is not among the 2 models of 127.0.0.1:")
    assert "set PARLEY_CHAT_MODEL" in found["!!", "chat"]
    assert "No price is known for nobody-1" in found["--", "catalogue"]


async def test_each_server_is_asked_once_and_named_by_its_own_settings(parley, key, openai):
    async with FakeOpenAI(key="sk-own") as own:
        own.models = ["kokoro"]
        done = await parley.run(
            "doctor", **key, PARLEY_SPEECH_BASE_URL=own.url, PARLEY_SPEECH_API_KEY="sk-own",
            PARLEY_SPEECH_MODEL="kokoro", PARLEY_IMAGES_BASE_URL=own.url,
            PARLEY_IMAGES_API_KEY="sk-wrong", PARLEY_JOBS_FALLBACKS='[{"api_key": "sk-old"}]',
        )  # fmt: skip
    found = findings(done)
    assert found["!!", "fallbacks"].endswith("names the setting.")
    assert found["ok", "speech"] == f"kokoro at {own.url.split('/')[2]} is there."
    assert "PARLEY_IMAGES_BASE_URL and PARLEY_IMAGES_API_KEY" in found["!!", "images"]
    assert "sk-" not in done.out
    keys = sorted(call.headers["Authorization"] for call in openai.calls)
    assert keys == [f"Bearer {openai.key}", "Bearer sk-old"]
    assert len(own.calls) == 2


async def test_one_wrong_platform_hides_nothing_of_the_others(parley, key):
    half, odd = await asyncio.gather(
        parley.run("doctor", **key, SLACK_BOT_TOKEN="xoxb-1"),
        parley.run("doctor", **key, DISCORD_API_URL="discord"),
    )
    assert half.status == odd.status == BROKEN
    assert "SLACK_APP_TOKEN" in findings(half)["!!", "slack"]
    assert "DISCORD_API_URL" in findings(odd)["!!", "discord"]
    assert ("ok", "page") in findings(half)
    assert ("--", "slack") in findings(odd)
