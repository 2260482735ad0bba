"""All that Parley keeps, one object a family of tables."""

from pathlib import Path

from bot.storage.database import Database, open_database
from bot.storage.feedback import Feedback
from bot.storage.inbox import Inbox
from bot.storage.ledger import Books
from bot.storage.memory import Memory
from bot.storage.outbox import Outbox
from bot.storage.preferences import Preferences
from bot.storage.state import StoredState
from bot.storage.steps import Steps


class Storage:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.inbox = Inbox(database)
        self.outbox = Outbox(database)
        self.memory = Memory(database)
        self.state = StoredState(database)
        self.preferences = Preferences(database)
        self.steps = Steps(database)
        self.feedback = Feedback(database)
        self.ledger = Books(database)

    async def close(self) -> None:
        await self.database.close()


async def open_storage(path: Path) -> Storage:
    """Raises DatabaseProblem."""
    return Storage(await open_database(path))
