"""`python -m benchmarks [name …]`: everything that is measured, each against its floor."""

import argparse
import os
import platform
import time
from collections.abc import Iterable
from importlib import import_module

Row = tuple[str, float, float, float, float]  # row.Row, which is imported once the size is known

NAMES = (
    "first_post", "dispatch", "acknowledge", "commands", "openai", "endpoints", "sound", "jsonl",
    "streaming", "ledger", "reports", "storage", "recall", "conversation", "start",
)  # fmt: skip


def main() -> None:
    options = _parser().parse_args()
    if options.quick:
        os.environ["PARLEY_BENCH_QUICK"] = "1"
    style = _markdown if options.markdown else _plain
    print(style("goal", "what", "ours", "floor", "ratio", "at most", "met"), flush=True)
    if options.markdown:
        print("|---|---|--:|--:|--:|--:|---|")
    began, missed = time.monotonic(), 0
    for name in options.names or NAMES:
        for row in import_module(f"benchmarks.{name}").rows():
            missed += row[3] > row[4]
            print(style(*_cells(*row)), flush=True)
    print(f"\n{_machine()}; {time.monotonic() - began:.0f} s; {missed or 'none'} missed")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", type=_known, help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that all works")
    parser.add_argument("--markdown", action="store_true", help="as docs/benchmarks.md has it")
    return parser


def _known(name: str) -> str:
    if name in NAMES:
        return name
    raise argparse.ArgumentTypeError(f"{name} is none of {', '.join(NAMES)}")


def _cells(name: str, ours: float, floor: float, ratio: float, goal: float) -> Iterable[str]:
    number, _, what = name.partition(" ")
    if not (number[0] == "P" and number[1:].isdigit()):
        number, what = "", name
    met = "yes" if ratio <= goal else "NO"
    return number, what, f"{ours:,.1f}", f"{floor:,.1f}", f"{ratio:.2f}", f"{goal:.2f}", met


def _plain(goal: str, what: str, *figures: str) -> str:
    return f"{goal:4} {what:72} " + " ".join(f"{figure:>9}" for figure in figures)


def _markdown(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _machine() -> str:
    load = "/".join(f"{value:.1f}" for value in os.getloadavg())
    return f"CPython {platform.python_version()}, {os.cpu_count()} cores, load {load}"


if __name__ == "__main__":
    main()
