"""From what was prepared to a batch at the provider, once, whatever happens on the way."""

from msgspec.structs import replace

from bot.desk.batching.bills import bills
from bot.desk.batching.prepared import INPUT, MARK, Prepared, dropped, folder_of
from bot.desk.files.moving import upload_once
from bot.jobs.watch import Watch
from bot.openai.batches import Batch, BatchRequest
from bot.run import Run
from bot.services import Services
from bot.spending.payer import Payer

_PAGES, _PAGE = 5, 100  # of batches that are looked through for one of ours


async def start(services: Services, run: Run, prepared: Prepared) -> Batch:
    """Raises Refused, OpenAIError; AnswerLost where even a look does not tell."""
    delivery, looks = run.answers, prepared.begun
    prepared = replace(prepared, begun=True)
    await services.works.keep(run, prepared)
    file = prepared.file or await _uploaded(services, run, prepared, look=looks)
    metadata = {**prepared.metadata, MARK: delivery, "name": prepared.name[:100]}
    request = BatchRequest(input_file_id=file, endpoint=prepared.report.endpoint, metadata=metadata)
    prepared = replace(prepared, file=file)
    await services.works.keep(run, prepared)

    async def find() -> Batch | None:
        return await made(services, delivery)

    async def make() -> Batch:
        return await services.openai.charged_to(Payer.of(run)).batch(
            request, prepared.report.model, bills(prepared.report, services.catalogue), find
        )

    async def create() -> str:
        return ((await find() if looks else None) or await make()).id

    id_ = await run.once("batch", create)
    await services.works.keep(run, replace(prepared, batch=id_))
    await dropped(await folder_of(services, delivery), [INPUT])
    return await services.openai.batches.get(id_)


async def _uploaded(services: Services, run: Run, prepared: Prepared, *, look: bool) -> str:
    """Its name has the delivery, so that it can be found again."""
    path = await folder_of(services, run.answers) / INPUT
    name = f"{prepared.name.rpartition('.')[0] or prepared.name}-{run.answers}.jsonl"
    return (await upload_once(services, run, path, name, "batch", look=look)).id


async def made(services: Services, delivery: str) -> Batch | None:
    """The batch that was made for it, where the provider has one."""
    after = None
    for _ in range(_PAGES):
        page = await services.openai.batches.list(after=after, limit=_PAGE)
        for batch in page.data:
            if (batch.metadata or {}).get(MARK) == delivery:
                return batch
        if (after := page.after) is None:
            return None
    return None


async def watch(services: Services, run: Run, batch: Batch, name: str) -> None:
    """From now on the message that answers `run` is the batch's card."""
    await Watch(services).watch("batch", batch.id, run=run, name=name)
