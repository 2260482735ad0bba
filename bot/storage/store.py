"""All that Parley keeps, one object a family of tables."""

from pathlib import Path

from bot.storage.budgets import BudgetBook
from bot.storage.cache import USUAL, Cache
from bot.storage.cases import Cases
from bot.storage.database import Database, open_database
from bot.storage.duties import Duties
from bot.storage.exporting import Exporting
from bot.storage.feedback import Feedback
from bot.storage.forgetting import Forgetting
from bot.storage.inbox import Inbox
from bot.storage.jobs import Jobs
from bot.storage.ledger import Books
from bot.storage.memory import Memory
from bot.storage.moderation import Moderation
from bot.storage.outbox import Outbox
from bot.storage.people import People
from bot.storage.personas import Personas
from bot.storage.pins import Pins
from bot.storage.preferences import Preferences
from bot.storage.recall import Recall
from bot.storage.receipts import Receipts
from bot.storage.reports import Reports
from bot.storage.state import StoredState
from bot.storage.steps import Steps
from bot.storage.summaries import Summaries
from bot.storage.under_way import UnderWay
from bot.storage.weekly import WeeklyReports
from bot.storage.works import Works


class Storage:
    def __init__(self, database: Database, files: Path, cached: int = USUAL) -> None:
        self.database = database
        self.inbox = Inbox(database)
        self.outbox = Outbox(database)
        self.memory = Memory(database)
        self.summaries = Summaries(database)
        self.pins = Pins(database)
        self.personas = Personas(database)
        self.state = StoredState(database)
        self.preferences = Preferences(database)
        self.steps = Steps(database)
        self.duties = Duties(database)
        self.feedback = Feedback(database)
        self.ledger = Books(database)
        self.budgets = BudgetBook(database)
        self.people = People(database)
        self.cache = Cache(database, cached)
        self.moderation = Moderation(database)
        self.cases = Cases(database)
        self.works = Works(database, files / "works")
        self.recall = Recall(database)
        self.forgetting = Forgetting(database, self.works, self.recall)
        self.exporting = Exporting(database)
        self.receipts = Receipts(database)
        self.reports = Reports(database)
        self.weekly = WeeklyReports(database)
        self.jobs = Jobs(database)
        self.under_way = UnderWay(database)

    async def close(self) -> None:
        await self.database.close()


async def open_storage(path: Path, cached: int = USUAL) -> Storage:
    """Files lie beside it. `cached`: the most bytes of the cache; 0 empties it. Raises
    DatabaseProblem.
    """
    storage = Storage(await open_database(path), Path(f"{path}.files"), cached)
    if not cached:
        await storage.cache.clear()
    return storage
