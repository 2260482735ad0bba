"""A thousand calls of all kinds, each by a person of its own. As a process, to be killed:
`python -m tests.spending.mixer FOLDER URL FIRST LAST`.
"""

import asyncio
import io
import sys
import wave
from collections.abc import Iterable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path

from pydantic import SecretStr

from bot.openai import catalogue
from bot.openai.api import API
from bot.openai.chat import ChatMessage, ChatRequest
from bot.openai.embeddings import EmbeddingRequest
from bot.openai.errors import OpenAIError
from bot.openai.images import ImageRequest
from bot.openai.moderations import ModerationRequest
from bot.openai.speech import SpeechRequest
from bot.openai.transcription import TranscriptionRequest
from bot.openai.transport import Transport
from bot.openai.uploads import Upload
from bot.settings import Settings
from bot.spending.bills import Bills
from bot.spending.budgets import Budgets
from bot.spending.door import Charged, OpenAI
from bot.spending.ledger import Ledger
from bot.spending.payer import Payer
from bot.storage.cache import Cache
from bot.storage.database import open_database
from bot.storage.ledger import Books

AT_ONCE = 8
STOPPED = 57  # of a hundred calls, the one that somebody stops
MODELS = catalogue.load()


@asynccontextmanager
async def door(folder: Path, url: str, key: str = "sk-sandbox"):
    """The charged door to an ordinary provider at this address: what it does has its price."""
    async with AsyncExitStack() as stack:
        database = await open_database(folder / "parley.db")
        stack.push_async_callback(database.close)
        settings = Settings(_env_file=None, openai_api_key=key, openai_base_url=url)
        transport = Transport(url, SecretStr(key))
        stack.push_async_callback(transport.aclose)
        ledger = Ledger(Books(database), Budgets(settings), MODELS)
        stack.push_async_callback(ledger.aclose)
        openai = OpenAI(API.at(lambda _: transport, MODELS), Bills.of(MODELS, settings), ledger,
                        Cache(database))  # fmt: skip
        yield openai, ledger, database


def author(number: int) -> str:
    return f"slack:T1:U{number}"


def kind(number: int) -> str:
    if number % 40 == 39:
        return "transcription"
    kinds = ["embeddings"] * 8 + ["moderation"] * 6 + ["images"] * 3 + ["chat"] * 2
    return [*kinds, "speech"][number % 20]


async def call(openai: OpenAI, number: int) -> None:
    charged = openai.charged_to(Payer(author(number), "slack:T1", f"d{number}", "slack:T1:C1"))
    await KINDS[kind(number)](charged, number, f"call number {number}")


async def embed(charged: Charged, _number: int, text: str) -> None:
    await charged.embed(EmbeddingRequest(model="text-embedding-3-small", input=text))


async def moderate(charged: Charged, _number: int, text: str) -> None:
    await charged.moderate(ModerationRequest(model="omni-moderation-latest", input=text))


async def imagine(charged: Charged, _number: int, text: str) -> None:
    await charged.imagine(ImageRequest(model="dall-e-2", prompt=text, size="256x256"))


async def chat(charged: Charged, number: int, text: str) -> None:
    request = ChatRequest(
        model="gpt-4o-mini", messages=[ChatMessage("user", text)], max_output_tokens=3
    )
    async with aclosing(charged.chat(request)) as chunks:
        async for _ in chunks:
            if number % 100 == STOPPED:
                return


async def speak(charged: Charged, number: int, _text: str) -> None:
    request = SpeechRequest(
        model="tts-1", input=f"Number {number}", voice="alloy", response_format="wav"
    )
    async with aclosing(charged.speak(request)) as pieces:
        async for _ in pieces:
            pass


async def transcribe(charged: Charged, number: int, _text: str) -> None:
    seconds = 1 + number % 3
    file = Upload.content("note.wav", silence(seconds))
    await charged.transcribe(TranscriptionRequest(model="whisper-1", file=file), seconds)


KINDS = {"embeddings": embed, "moderation": moderate, "images": imagine, "chat": chat,
         "speech": speak, "transcription": transcribe}  # fmt: skip


def silence(seconds: int) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, 2, 16_000, 0, "NONE", ""))
        sound.writeframes(b"\0\0" * 16_000 * seconds)
    return file.getvalue()


async def mix(openai: OpenAI, numbers: Iterable[int], say=lambda _: None) -> None:
    waiting = iter(numbers)

    async def some() -> None:
        for number in waiting:
            try:
                await call(openai, number)
            except OpenAIError as error:
                print(f"{number}: {error}", file=sys.stderr)  # noqa: T201
            say(number)

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


async def main(folder: str, url: str, first: str, last: str) -> None:
    async with door(Path(folder), url) as (openai, _, _):
        await mix(openai, range(int(first), int(last)), lambda n: print(n, flush=True))  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
