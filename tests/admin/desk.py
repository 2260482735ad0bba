"""The admin pages on the real server over loopback, over all services and a real database."""

import random
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta

import aiohttp
import msgspec
from msgspec.structs import replace

from bot.admin.mount import mount
from bot.app import compose
from bot.discovery import set_up_handlers
from bot.errors import NotAccepted
from bot.events import Author, Invocation, Message, Place
from bot.http.server import Server
from bot.moderating.acting import QUEUE
from bot.openai import errors
from bot.settings import Settings
from bot.spending import windows
from bot.storage.jobs import Watched
from bot.storage.moderation import Judged
from bot.storage.store import open_storage
from tests.reports.desk import BERLIN, NOON, Adapter, Time, book

_TOTAL = """INSERT INTO totals (start, window, kind, subject, capability, spent, tokens_in,
    tokens_out, calls, unpriced, estimated)
    VALUES (?, ?, 'workspace', 'slack:T1', 'chat', ?, 0, 0, 1, 0, 0)
    ON CONFLICT DO UPDATE SET calls = calls + 1, spent = spent + excluded.spent"""
_CALLING = """INSERT INTO calls (call, attempt, delivery, author, workspace, capability, model,
    tokens_in, cap, reserved, day, month, owner, started, job) VALUES ('c', 1, 'd', :author,
    'slack:T1', :capability, :model, 0, 0, :reserved, 0, 0, 'o', :started, :job)"""
WORD = "open sesame"
HERE = Place("slack", "T1", "C1", "1.1")
PEOPLE = {"ADA": "Ada", "BOB": "Bob", "EVE": "Eve"}


class LinkingAdapter(Adapter):
    @property
    def order(self):
        return self

    async def link(self, place, source):
        return f"https://chat.example.com/{place.channel}/{source}"


async def healthy():
    return {"database": "ok", "slack": "ok", "discord": "ok"}


class AdminDesk:
    def __init__(self, services, storage, server, time):
        self.services, self.storage, self.server, self.time = services, storage, server, time
        self.accepted = []
        self.health = healthy
        self.full = False  # nothing can be written down

    @property
    def address(self):
        return self.server.address

    async def accept(self, event):
        """As the handler would: the decision is written down."""
        if self.full:
            raise NotAccepted("The disk is full.")
        self.accepted.append(event)
        decision = {"approve_case": "approved"}.get(event.command, "removed")
        await self.storage.moderation.decide(event.of, decision, event.author.id, event.id)
        return "accepted"

    async def checks(self):
        return await self.health()

    async def browser(self, word=WORD):
        """One that has logged in."""
        browser = aiohttp.ClientSession(self.address, cookie_jar=aiohttp.CookieJar(unsafe=True))
        if word:
            headers = {"Origin": self.address}
            async with browser.post("/admin/login", data={"password": word}, headers=headers):
                return browser
        return browser

    # What there is to see

    async def book(self, days_ago=0, **facts):
        at = NOON - timedelta(days=days_ago).total_seconds()

        def work(db):
            book(db, at, **facts)
            for window in ("day", "month"):
                start = windows.start(window, at, BERLIN)
                db.execute(_TOTAL, (start, window, facts.get("cost", 10_000) or 0))

        await self.storage.database.write(work)

    async def calling(self, author="ADA", **facts):
        """A call whose answer is not there yet."""
        row = {"author": f"slack:T1:{author}", "capability": "chat", "model": "gpt-4o-mini",
               "reserved": 12_000, "started": self.time.now - 3, "job": None} | facts  # fmt: skip
        await self.storage.database.write(lambda db: db.execute(_CALLING, row).rowcount)

    async def known(self, **names):
        for id_, name in (names or PEOPLE).items():
            await self.services.people.met(Author(f"slack:T1:{id_}", name))

    async def under_way(self, text="a secret question", author="ADA", command="", **facts):
        who, at = Author(f"slack:T1:{author}", PEOPLE.get(author, "")), self.time.now - 12
        usual = {"id": f"e{random.random()}", "place": HERE, "author": who, "at": at} | facts
        event = (
            Invocation(command=command, values={"prompt": text}, **usual)
            if command
            else Message(text=text, source="1.1", addressed=True, **usual)
        )
        return await self.storage.inbox.accept(event)

    async def job(self, id_="batch_1", name="Answers", kind="batch"):
        await self.services.jobs.add(
            Watched(id=id_, kind=kind, name=name, place=HERE, author=Author("slack:T1:ADA", "Ada"),
                    delivery="d", began=self.time.now - 600, next_at=self.time.now, pause=1.0)
        )  # fmt: skip

    async def queue(self):
        told = msgspec.json.encode(replace(HERE, channel="C2", thread="")).decode()
        await self.services.preferences.put("slack:T1", QUEUE, told)

    async def case(self, number=1, author="EVE", category="violence", score=0.91):
        scores = {category: score, "harassment": 0.42, "hate": 0.07}
        judged = Judged(f"m{number}", HERE, f"9.{number}", f"slack:T1:{author}", b"hash", scores,
                        1, category, "tell", self.time.now - 60 * number, "modr-7")  # fmt: skip
        await self.storage.moderation.keep(judged)
        await self.storage.moderation.ask(f"case{number}", f"m{number}")
        return f"case{number}"


@asynccontextmanager
async def admin_desk(path, *, password=WORD, clock=None, **settings):
    """Without a password: as on a machine that has no key either."""
    key = {"openai_api_key": "sk-1"} if password else {}
    settings = Settings(
        _env_file=None, database_url=f"sqlite:///{path / 'parley.db'}", timezone="Europe/Berlin",
        admin_password=password, **key | settings,
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        storage = await open_storage(settings.database_path)
        stack.push_async_callback(storage.close)
        services = compose(stack, settings, storage)
        set_up_handlers(services)
        services.adapters["slack"] = LinkingAdapter(C1="#general", C3="#design")
        clock = clock or Time()
        desk = AdminDesk(services, storage, None, clock)
        desk.server = Server("127.0.0.1", 0, desk.checks)
        mount(desk.server.app, services, storage, desk.accept, desk.checks, now=clock)
        await desk.server.start()
        stack.push_async_callback(desk.server.stop)
        yield desk


async def busy(desk):
    """A team's month, and its work now."""
    chance = random.Random(7)
    await desk.known(
        ADA="Ada Lovelace", BOB="Grace Hopper", EVE="Katherine Johnson", IDA="Ida Rhodes"
    )
    models = [("chat", "gpt-5.4"), ("chat", "gpt-4o-mini"), ("images", "gpt-image-2"),
              ("transcription", "gpt-4o-transcribe"), ("speech", "gpt-4o-mini-tts")]  # fmt: skip
    for day in range(23):
        for _ in range(chance.randint(1, 12) if day % 7 not in {0, 1} else 1):
            capability, model = chance.choice(models)
            who, where = chance.choice(["ADA", "BOB", "EVE", "IDA"]), chance.choice(["C1", "C3"])
            await desk.book(
                day, author=f"slack:T1:{who}", channel=f"slack:T1:{where}", model=model,
                capability=capability, cost=chance.randint(20_000, 900_000),
                tokens_in=chance.randint(500, 20_000), tokens_out=chance.randint(50, 3_000),
            )  # fmt: skip
    await desk.under_way()
    await desk.under_way(author="BOB", command="imagine", place=replace(HERE, thread="2.2"))
    await desk.calling()
    await desk.calling("BOB", capability="images", model="gpt-image-2", reserved=190_000)
    await desk.job("ftjob-7", "Support answers", "fine_tune")
    await desk.job("batch_9", "Reviews of November")
    await desk.queue()
    await desk.case(1)
    await desk.case(2, "BOB", "harassment/threatening", 0.74)
    await desk.case(3, "IDA", "sexual", 0.66)
    await desk.storage.moderation.decide("case3", "approved", "slack:T1:ADA", "r")
    await stumbled(desk.services.providers)


async def stumbled(providers):
    """A provider that failed, and one whose limits are known."""
    transport = providers.transport("chat")
    headers = {"x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-requests": "31",
               "x-ratelimit-reset-requests": "56s", "x-ratelimit-limit-tokens": "200000",
               "x-ratelimit-remaining-tokens": "142000",
               "x-ratelimit-reset-tokens": "17s"}  # fmt: skip
    transport._paces["gpt-4o-mini"].answered(headers)
    transport._paces["gpt-image-2"].failed(
        errors.RateLimited("busy", headers={"retry-after": "40"})
    )
    for _ in range(10):
        with suppress(errors.OpenAIError), transport._breakers["images"].guarded():
            raise errors.ServerFailed("down")
    with transport._breakers["chat"].guarded():
        pass
