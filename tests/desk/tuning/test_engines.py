"""A fine-tune from upload to use, against the sandbox, which truly trains a small network; and
kill -9 in the middle of it.
"""

import asyncio
import json
import os
from pathlib import Path

import pytest

from tests.app.process import Parley
from tests.sandbox.conftest import KEY, official, sandbox
from tests.sandbox.test_fine_tuning import FILE

pytestmark = [pytest.mark.engines, pytest.mark.timeout(300)]
MODEL = "smollm2-135m-instruct"
CARD, END = "Fine-tuning atlas", "Fine-tuning atlas: done"
PATIENCE = 40.0  # seconds


class Page:
    """A thread on the page, over the processes that serve it."""

    def __init__(self, thread=""):
        self.thread = thread

    async def enter(self, bot):
        """As the browser that was there before, if one was."""
        if self.thread:
            await self.client.aclose()
        self.client = await bot.visitor()
        if self.thread:
            await self.client.open(self.thread)

    async def asks(self, text, *files):
        person = self.client.welcome["person"] if files else ""
        attached = [await self.client.upload(*file, person) for file in files]
        self.thread = await self.client.say(text, files=attached)
        await self.client.open(self.thread)

    def shown(self, title):
        return [
            post for post in self.client.answers
            for card in post["cards"] if card["title"] == title
        ]  # fmt: skip

    def status(self, title):
        return next((dict(card["fields"]).get("Status", "") for post in self.shown(title)
                     for card in post["cards"]), "")  # fmt: skip

    async def until(self, condition):
        try:
            async with self.client._news, asyncio.timeout(PATIENCE):
                await self.client._news.wait_for(condition)
        except TimeoutError:
            raise AssertionError(self.client.answers) from None

    async def press(self, label, title):
        post = self.shown(title)[-1]
        button = next(b["id"] for b in post["buttons"] if b["label"] == label)
        await self.client.press(self.thread, button)


@pytest.fixture
def parley(tmp_path):
    return Parley(tmp_path)


async def test_a_fine_tune_from_upload_to_use_with_kills_in_between(parley):
    training = b"".join(json.dumps(line).encode() + b"\n" for line in FILE * 10)
    judging = b"".join(json.dumps(line).encode() + b"\n" for line in FILE)
    page = Page()
    with sandbox("--pace", "0.5") as (_, url):
        where = {"OPENAI_BASE_URL": url, "OPENAI_API_KEY": KEY, "PARLEY_CHAT_MODEL": MODEL}
        async with parley.running(**where) as bot:
            await page.enter(bot)
            await page.asks(
                f"/finetune create {MODEL} suffix:atlas epochs:50 batch_size:1",
                ("capitals.jsonl", training), ("judge.jsonl", judging),
            )  # fmt: skip
            await page.until(lambda: page.shown("Fine-tune atlas?"))
            await page.press("Begin", "Fine-tune atlas?")
            await asyncio.sleep(0.05)
        async with parley.running(**where) as bot:
            await page.enter(bot)
            await page.until(lambda: page.status(CARD) in {"Training", "Done"})
        async with parley.running(**where) as bot:
            await page.enter(bot)
            await page.until(lambda: page.shown(END))
            await asyncio.sleep(3)  # whatever would come twice has come
            assert len(page.shown(END)) == len(page.shown(CARD)) == 1
            await page.press("Use here", END)
            said = "The chat model of this channel is"
            await page.until(lambda: any(said in post["text"] for post in page.client.answers))
            _keep_chart(parley.folder)
            await page.client.aclose()
        async with official(url) as openai:
            jobs = (await openai.fine_tuning.jobs.list()).data
            files = [f async for f in openai.files.list(purpose="fine-tune")]
            assert (len(jobs), len(files)) == (1, 2)
            question = [{"role": "user", "content": "What is the capital of Peru?"}]
            answer = await openai.chat.completions.create(
                model=jobs[0].fine_tuned_model, messages=question
            )
            assert "Lima" in answer.choices[0].message.content


def _keep_chart(folder: Path) -> None:
    """Where CHARTS is a folder, the last chart goes there, to be looked at."""
    if out := os.environ.get("CHARTS"):
        charts = [p for p in folder.rglob("*") if p.is_file() and p.read_bytes()[:4] == b"\x89PNG"]
        newest = max(charts, key=lambda p: p.stat().st_mtime)
        Path(out, "chart.png").write_bytes(newest.read_bytes())
