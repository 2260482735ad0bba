"""Imagine: pictures from words, and what their buttons do."""

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import Any

from msgspec.structs import replace

from bot import choosing, twin
from bot.commands import Command, Option
from bot.errors import Refused
from bot.events import Attachment, Invocation
from bot.openai.image_types import ImageRequest
from bot.parts import Reply, Text, Withdraw
from bot.pictures import options, uploaded
from bot.pictures.options import FIELDS, MOST, Offer
from bot.pictures.painter import Painter
from bot.pictures.plan import Plan
from bot.pictures.shared import Shared
from bot.pictures.work import MASK, Work
from bot.run import Run
from bot.services import Services

_WORDS = Option("words", "What to change", required=True, long=True)
_WHICH = Option("picture", "Which one, where there are several", int, minimum=1, maximum=MOST)


def setup(services: Services) -> Iterable[Command]:
    imagine, paint = Imagine(services), Painter(services).reply
    offer = Offer(services.catalogue, imagine.models)
    size = Option("size", "Width x height in pixels", required=True, choices=offer.shapes)
    yield Command(
        "imagine", "Paint a picture", paint(imagine.asked), offer.options, checked=True, tool=True
    )
    yield Command(
        "edit_posted_picture", "Change a picture that somebody posted", paint(imagine.posted),
        (_WORDS, options.MASK), button=True, shortcut="Edit picture", checked=True,
    )  # fmt: skip
    for name, help_, prepare, takes in (
        ("repaint_picture", "Paint it again", imagine.again, ()),
        ("vary_picture", "Word it anew and paint that", imagine.varied, ()),
        ("edit_picture", "Change the picture", imagine.edited, (_WORDS, options.MASK, _WHICH)),
        ("reshape_picture", "The same, larger or of another shape", imagine.reshaped, (size,)),
    ):
        yield Command(name, help_, paint(prepare), takes, button=True, apart=True, checked=True)
    yield Command(
        "use_picture", "Ask about it in this thread", imagine.used, button=True, apart=True
    )
    yield Command("delete_picture", "Forget the picture", imagine.deleted, button=True)


def models_of(services: Services) -> list[str]:
    """Those that may be asked. The sandbox has its own alone, and nobody else has that."""
    first = services.models["images"]
    if services.settings.sandboxed("images"):
        return [first]
    served = services.catalogue.serving("images/generations")
    return [first, *(id_ for id_ in served if id_ not in {first, twin.MODELS["images"]})]


class Imagine:
    def __init__(self, services: Services) -> None:
        self._services = services
        self.models = models_of(services)
        self._catalogue = services.catalogue
        self._works = services.works
        self._memory = services.memory
        self._admins = services.admins
        chat = services.catalogue.model(services.chat_model)
        self._shared = Shared(services.preferences, services.works, chat)

    async def asked(self, run: Run) -> Plan:
        values = _values(run)
        prompt, model = str(values.pop("prompt")).strip(), str(values.pop("model", ""))
        given, over = values.pop("picture", None), values.pop("mask", None)
        fields: dict[str, Any] = {FIELDS.get(name, name): value for name, value in values.items()}
        usual = model or await choosing.model(self._services, run.event.place, "images")
        request = ImageRequest(prompt=prompt, model=usual, **fields)
        plan = Plan(request, f"/imagine {prompt}")
        if isinstance(given, Attachment):
            request = request if model else replace(request, model=self._editor(request.model))
            return await self._onto(run, dataclasses.replace(plan, request=request), given, over)
        if over:
            raise Refused("A mask lies over a picture: send that too, as `picture`.")
        return plan

    async def posted(self, run: Run) -> Plan:
        values = _values(run)
        on = run.event.on if isinstance(run.event, Invocation) else None
        pictures = [file for file in on.attachments if file.shows] if on else []
        if not pictures:
            raise Refused("There is no picture in this message.")
        words = str(values["words"]).strip()
        usual = await choosing.model(self._services, run.event.place, "images")
        request = ImageRequest(prompt=words, model=self._editor(usual))
        return await self._onto(
            run, Plan(request, f"Edit it: {words}"), pictures[0], values.get("mask")
        )

    async def _onto(self, run: Run, plan: Plan, given: Attachment, over: object) -> Plan:
        """The plan, beginning with a picture that somebody sent."""
        dataclasses.replace(plan, source=b"", name="source.png").check(self._catalogue)
        model = self._catalogue.model(plan.request.model, "images")
        endings = model.choices.get("image", ("png",))
        source, ending = await uploaded.picture(run, given, endings)
        mask = await uploaded.mask(run, over, source) if isinstance(over, Attachment) else None
        said = f"{plan.said} (it begins with “{given.name}”)"
        return dataclasses.replace(
            plan, said=said, source=source, name=f"source.{ending}", mask=mask
        )

    def _editor(self, model: str) -> str:
        """The same, or the first that can edit."""
        return next((id_ for id_ in (model, *self.models) if self._edits(id_)), model)

    async def again(self, run: Run) -> Plan:
        return await self._anew(run, "Paint it again")

    async def varied(self, run: Run) -> Plan:
        return await self._anew(run, "Paint a variation of it", reword=True)

    async def reshaped(self, run: Run) -> Plan:
        size = str(_values(run)["size"])
        return await self._anew(run, f"Paint it in {size}", lambda r: replace(r, size=size))

    async def _anew(
        self,
        run: Run,
        said: str,
        change: Callable[[ImageRequest], ImageRequest] = lambda request: request,
        *,
        reword: bool = False,
    ) -> Plan:
        work, of = await self._work(run)
        source = await self._file(of, work.source) if work.source else None
        mask = await self._file(of, MASK) if work.masked else None
        said = f"{said}: {work.request.prompt}"
        return Plan(change(work.request), said, source, work.source, mask, reword=reword)

    async def edited(self, run: Run) -> Plan:
        values = _values(run)
        words, given = str(values["words"]).strip(), values.get("mask")
        work, of = await self._work(run)
        picture = int(values.get("picture", 1))
        if picture > len(work.pictures):
            raise Refused(f"There are {len(work.pictures)} pictures, and no number {picture}.")
        file = work.pictures[picture - 1].file
        source = await self._file(of, file)
        mask = await uploaded.mask(run, given, source) if isinstance(given, Attachment) else None
        request, name = self._editing(work.request, words), f"source{PurePath(file).suffix}"
        return Plan(request, f"Edit it: {words}", source, name, mask)

    def _editing(self, request: ImageRequest, words: str) -> ImageRequest:
        """By the same model, or by the first that can."""
        model = self._editor(request.model)
        if model == request.model:
            return replace(request, prompt=words, n=None)
        return ImageRequest(model=model, prompt=words)

    def _edits(self, id_: str) -> bool:
        endpoints = self._catalogue.model(id_, "images").endpoints
        return not endpoints or "images/edits" in endpoints

    async def used(self, run: Run) -> Reply:
        _, of = await self._work(run)
        await self._shared.add(run.event.place, of)
        yield Text(
            "_The picture is part of this thread now: ask about it._"
            if self._shared.sees
            else "_The chat model here sees no pictures. It knows this one by its description: "
            "ask about that._"
        )

    async def deleted(self, run: Run) -> Reply:
        work, of = await self._work(run)
        if run.event.author.id not in {work.author, *self._admins}:
            raise Refused("Only who asked for a picture, or an admin, may delete it.")
        yield Withdraw()
        await self._works.forget(of)
        await self._memory.forget(of)

    async def _work(self, run: Run) -> tuple[Work, str]:
        """What the pressed button stands below, and its delivery."""
        of = run.event.of if isinstance(run.event, Invocation) else ""
        if work := await self._works.of(of, Work):
            return work, of
        raise _gone()

    async def _file(self, of: str, name: str) -> bytes:
        if content := await self._works.file(of, name):
            return content
        raise _gone()


def _values(run: Run) -> dict[str, Any]:
    return dict(run.event.values) if isinstance(run.event, Invocation) else {}


def _gone() -> Refused:
    return Refused("Parley keeps a picture for 30 days, and no longer has this one. Ask for it "
                   "anew with `/imagine`.")  # fmt: skip
