"""What is said where recall is on becomes passages, in the background."""

from bot.chores import Chore
from bot.documents.document import Document, Section, passages
from bot.recall.embedding import Embedding
from bot.recall.searching import place_of
from bot.services import Services
from bot.storage.passages import Saying
from bot.storage.unrecalled import Said

PAUSE = 5.0  # seconds
TIDY = 600.0  # seconds; what was forgotten is tidied up at once, this is for what was replaced
AT_ONCE = 100
NAME = "recall"  # of the preference


class Hearing:
    def __init__(self, services: Services, embedding: Embedding) -> None:
        self._recall = services.recall
        self._preferences = services.preferences
        self._embedding = embedding
        self.chores = (
            Chore("recall", self.work, PAUSE), Chore("recall tidy", self._recall.tidy, TIDY)
        )  # fmt: skip

    async def work(self) -> None:
        while waiting := await self._recall.unrecalled.next(AT_ONCE):
            for said in waiting:
                await self._hear(said)
            await self._recall.unrecalled.done([said.number for said in waiting])
        await self._embedding.catch_up()

    async def _hear(self, said: Said) -> None:
        if not (said.place and await self.is_on(place_of(said.place).channel_key)):
            await self._recall.forget_said(said.delivery)
            return
        # Together, as an answer says little without its question.
        whole = Document((Section("", "\n\n".join(said.texts)),))
        sayings = [Saying(section.text) for section in passages(whole)]
        await self._recall.keep(
            "said", place_of(said.place), sayings,
            delivery=said.delivery, author=said.author, at=said.at,
        )  # fmt: skip

    async def is_on(self, channel: str) -> bool:
        return (await self._preferences.of(channel)).get(NAME) == "on"
