"""What a batch may cost, before it is made."""

from collections.abc import Sequence

from bot.desk.jsonl.batch import BatchReport
from bot.desk.jsonl.bodies import ENDPOINTS
from bot.openai.catalogue import Catalogue, Prices
from bot.spending import prices
from bot.spending.bills import Bill, Charge, halved
from bot.spending.quotes import Quote

_FREE = Prices(0, 0)


def bills(report: BatchReport, catalogue: Catalogue) -> Sequence[Bill]:
    """One for all its requests: 50,000 would take more memory than the file."""
    quote = _quote(report, catalogue)
    return [Bill(quote, lambda _: Charge(quote.expected, None, estimated=True))]


def range_of(report: BatchReport, catalogue: Catalogue) -> tuple[int, int] | None:
    """Micro-dollars at half price: what is read alone, and with the longest answers that it asks
    for. None: the price is not known.
    """
    quote = _quote(report, catalogue)
    if quote.prices is None:
        return None
    model = catalogue.model(report.model, quote.capability)
    least = quote.fixed + prices.cost(quote.prices, quote.tokens_in, 0)
    return halved(model, least), halved(model, quote.cost(quote.wanted, limited=True))


def _quote(report: BatchReport, catalogue: Catalogue) -> Quote:
    kind = ENDPOINTS[report.endpoint]
    model = catalogue.model(report.model, kind.capability)
    known = model.prices or (_FREE if kind.capability == "images" else None)
    return Quote(
        kind.capability, report.model, None if report.fixed is None else known, report.tokens,
        report.most, fixed=report.fixed or 0,
    )  # fmt: skip
