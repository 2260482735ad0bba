"""The receipt behind an answer: what wrote it, what that took and cost, and how long it took."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from bot.commands import Command
from bot.errors import Refused
from bot.parts import Reply, Text
from bot.reports.figures import money
from bot.run import Run
from bot.services import Services
from bot.storage.receipts import Charge, Receipt, Receipts
from bot.storage.reports import Sums

VERDICTS = {"harmless": "nothing found", "unchecked": "could not be asked"}


def setup(services: Services) -> Iterable[Command]:
    yield Command(
        "receipt", "What an answer cost", partial(_receipt, services.receipts),
        private=True, button=True, apart=True,
    )  # fmt: skip


async def _receipt(receipts: Receipts, run: Run) -> Reply:
    """For whoever reads the answer: it says nothing of what was asked."""
    event = run.event
    here = event.place.channel_key
    found = [one for one in await receipts.of(event.of) if one.channel == here] if event.of else []
    if not found:
        raise Refused("Parley has no receipt of this answer: it keeps them for a year.")
    times = [(one, await receipts.charges(one)) for one in found]
    yield Text("\n\n".join(_told(times)))


def _told(times: Sequence[tuple[Receipt, Sequence[Charge]]]) -> Iterable[str]:
    last, charges = times[-1]
    yield "\n".join(["**Receipt**", *map(_charge, charges)] if charges else _NOTHING)
    if facts := list(_facts(last)):
        yield "\n".join(facts)
    if len(times) > 1:
        whole = Sums()
        for _, each in times:
            for charge in each:
                whole += charge.sums
        yield f"It was written {len(times)} times, for {money(whole)} in all."


def _charge(charge: Charge) -> str:
    sums = charge.sums
    units = (
        (sums.tokens_in, "tokens in"),
        (sums.tokens_out, "out"),
        (sums.tokens_cached, "of those in were cached"),
        (sums.pictures, "painted"),
        (sums.characters, "characters spoken"),
        (sums.seconds, "seconds heard"),
    )
    told = [f"{number:,} {unit}" for number, unit in units if number]
    if sums.calls > 1:
        told.append(f"{sums.calls} calls")
    what = f"{charge.capability.replace('_', ' ')} by `{charge.model}`"
    took = f" ({', '.join(told)})" if told else ""
    return f"- {what}: {_cost(charge)}{took}"


def _cost(charge: Charge) -> str:
    if charge.held and not charge.sums.calls:
        return "not settled yet"
    cost = "free" if not charge.sums.spent and not charge.sums.unpriced else money(charge.sums)
    return f"about {cost}" if charge.sums.estimated and charge.sums.spent else cost


def _facts(receipt: Receipt) -> Iterable[str]:
    if receipt.used:
        told = (f"{_SENT.get(name, name)} {number:,}" for name, number in receipt.used.items())
        yield f"- tokens sent along: {', '.join(told)}"
    if receipt.left_out:
        told = (f"{number:,} {_LEFT.get(name, name)}" for name, number in receipt.left_out.items())
        yield f"- left out, as there was no room: {', '.join(told)}"
    if receipt.first_word is not None:
        yield f"- first word after {receipt.first_word:.1f} s"
    if receipt.verdict:
        yield f"- moderation: {VERDICTS.get(receipt.verdict, receipt.verdict)}"
    yield from _known({name: told.replace("`", "") for name, told in receipt.facts.items()})


def _known(facts: Mapping[str, str]) -> Iterable[str]:
    """What the provider knows the answer by: for its support, and for who set a seed."""
    named = [("answer", "id"), ("request", "request_id")]
    told = [f"{what} `{facts[name]}`" for what, name in named if facts.get(name)]
    if told:
        made = f", made {facts['created']}" if facts.get("created") else ""
        yield f"- for the provider's support: {', '.join(told)}{made}"
    if print_ := facts.get("system_fingerprint"):
        yield f"- the model as it was then: `{print_}`; the same seed needs the same one"
    if tier := facts.get("service_tier"):
        yield f"- service tier: {tier}"


_SENT = {"turns": "messages of this thread", "recalled": "recalled passages"}
_LEFT = {"turns": "older messages of this thread", "pinned": "pinned facts",
         "summary": "summaries", "recalled": "recalled passages"}  # fmt: skip
_NOTHING = ["**Receipt**", "No model was asked for this answer, so it cost nothing."]
