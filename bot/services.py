"""What handlers are given at start: `setup(services)` takes from it what its handlers need."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.acting.inner import Inner
from bot.announcing import Announcer
from bot.chores import Chore
from bot.commands import Commands
from bot.moderating.collector import Collector
from bot.moderating.judge import Judge
from bot.openai.catalogue import Catalogue
from bot.openai.organization import Organization
from bot.ports import Adapter
from bot.providers import Providers
from bot.settings import Settings
from bot.spending.budgets import Budgets
from bot.spending.door import OpenAI
from bot.spending.ledger import Ledger
from bot.storage.budgets import BudgetBook
from bot.storage.exporting import Exporting
from bot.storage.feedback import Feedback
from bot.storage.forgetting import Forgetting
from bot.storage.jobs import Jobs
from bot.storage.memory import Memory
from bot.storage.moderation import Moderation
from bot.storage.people import People
from bot.storage.personas import Personas
from bot.storage.pins import Pins
from bot.storage.preferences import Preferences
from bot.storage.recall import Recall
from bot.storage.receipts import Receipts
from bot.storage.reports import Reports
from bot.storage.summaries import Summaries
from bot.storage.weekly import WeeklyReports
from bot.storage.works import Works


@dataclass(frozen=True)
class Services:
    settings: Settings
    admins: frozenset[str]  # author ids: those set, and the page's own where it has one
    sandboxed: bool  # nothing costs anything: all of it is the sandbox's
    providers: Providers
    models: Mapping[str, str]  # that are asked, by capability
    catalogue: Catalogue
    openai: OpenAI
    ledger: Ledger
    budgets: Budgets  # how they work
    budget_book: BudgetBook  # which there are
    people: People
    memory: Memory
    summaries: Summaries
    pins: Pins
    personas: Personas
    feedback: Feedback
    preferences: Preferences
    works: Works
    forgetting: Forgetting
    exporting: Exporting
    receipts: Receipts
    reports: Reports
    weekly: WeeklyReports
    judge: Judge
    collector: Collector  # of what is said in watched channels
    moderation: Moderation
    jobs: Jobs
    recall: Recall
    commands: Commands  # filled once all handlers are set up
    chores: list[Chore] = field(default_factory=list)  # so are these
    adapters: dict[str, Adapter] = field(default_factory=dict)  # and these, once they are connected
    organization: Organization | None = None  # the provider's books, with an admin key
    inner: Inner = field(default_factory=Inner)
    announce: Announcer = field(default_factory=Announcer)

    @property
    def chat_model(self) -> str:
        return self.models["chat"]
