"""Every endpoint family of the API, each at the provider that is set for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from bot.openai.batches import Batches
from bot.openai.catalogue import Catalogue
from bot.openai.chat import Chat
from bot.openai.embeddings import Embeddings
from bot.openai.files import Files
from bot.openai.fine_tuning import FineTuning
from bot.openai.images import Images
from bot.openai.models import Models
from bot.openai.moderations import Moderations
from bot.openai.speech import Speech
from bot.openai.transcription import Transcriptions
from bot.openai.transport import Transport


@dataclass(frozen=True)
class API:
    chat: Chat
    embeddings: Embeddings
    images: Images
    speech: Speech
    transcriptions: Transcriptions
    translations: Transcriptions
    moderations: Moderations
    models: Models
    files: Files
    fine_tuning: FineTuning
    batches: Batches

    @classmethod
    def at(cls, transport: Callable[[str], Transport], catalogue: Catalogue) -> Self:
        """`transport`: that of a capability."""
        jobs = transport("jobs")
        return cls(
            chat=Chat(transport("chat"), catalogue),
            embeddings=Embeddings(transport("embeddings"), catalogue),
            images=Images(transport("images"), catalogue),
            speech=Speech(transport("speech"), catalogue),
            transcriptions=Transcriptions(transport("transcription"), catalogue),
            translations=Transcriptions(transport("translation"), catalogue),
            moderations=Moderations(transport("moderation"), catalogue),
            models=Models(transport("chat")),
            files=Files(jobs),
            fine_tuning=FineTuning(jobs, catalogue),
            batches=Batches(jobs),
        )
