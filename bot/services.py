"""What handlers are given at start: `setup(services)` takes from it what its handlers need."""

from dataclasses import dataclass

from bot.commands import Commands
from bot.openai.catalogue import Catalogue
from bot.settings import Settings
from bot.spending.door import OpenAI
from bot.spending.ledger import Ledger
from bot.storage.feedback import Feedback
from bot.storage.memory import Memory


@dataclass(frozen=True)
class Services:
    settings: Settings
    admins: frozenset[str]  # author ids: those set, and the page's own where it has one
    sandboxed: bool  # the model is the sandbox's: no key is set
    chat_model: str
    catalogue: Catalogue
    openai: OpenAI
    ledger: Ledger
    memory: Memory
    feedback: Feedback
    commands: Commands  # filled once all handlers are set up
