"""`python -m bot`: run | doctor | manifest | migrate | usage."""

import argparse
import asyncio
import logging
import sys
from typing import TypeAlias

from bot import __version__
from bot.errors import ParleyError
from bot.settings import Settings, load

Options: TypeAlias = argparse.Namespace
UNUSABLE = 2  # exit status: what is set cannot be used


def main() -> None:
    options = _parser().parse_args()
    try:
        settings = load(Settings)
        _log(settings.log_level)
        sys.exit(COMMANDS[options.command](settings, options))
    except ParleyError as error:
        print(f"parley: {error.sentence}", file=sys.stderr)  # noqa: T201  a command line speaks
        sys.exit(UNUSABLE)
    except KeyboardInterrupt:
        sys.exit(130)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "parley", description="The whole OpenAI API where a team already talks.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Settings come from the environment and .env; .env.example lists them.",
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"parley {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    commands.add_parser("run", help="start Parley, until SIGTERM or Ctrl+C")
    commands.add_parser("doctor", help="say what is set, what works, and what is missing")
    manifest = commands.add_parser("manifest", help="print what to tell a platform about Parley")
    manifest.add_argument("platform", help="slack or discord")
    commands.add_parser("migrate", help="bring the database to this version's schema")
    usage = commands.add_parser("usage", help="what was used: as CSV, or against the provider's")
    usage.add_argument("what", choices=("export", "reconcile"))
    for name in ("since", "until"):
        usage.add_argument(f"--{name}", default="", help="a day, as in 2026-11-30")
    usage.add_argument("--project", default="", help="reconcile with this project alone: proj_…")
    return parser


def _log(level: str) -> None:
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    )
    if level != "DEBUG":
        for noisy in ("slack_bolt", "slack_sdk", "discord", "httpx"):
            logging.getLogger(noisy).setLevel("WARNING")


def _run(settings: Settings, _options: Options) -> int:
    from bot import app  # noqa: PLC0415  imports all of Parley

    asyncio.run(app.run(settings))
    return 0


def _doctor(settings: Settings, _options: Options) -> int:
    from bot import doctor  # noqa: PLC0415  as _run

    logging.disable(logging.WARNING)  # the findings say it
    return asyncio.run(doctor.examine(settings))


def _manifest(settings: Settings, options: Options) -> int:
    from bot import manifest  # noqa: PLC0415  as _run

    asyncio.run(manifest.show(options.platform, settings))
    return 0


def _migrate(settings: Settings, _options: Options) -> int:
    from bot.storage.store import open_storage  # noqa: PLC0415  as _run

    async def migrate() -> None:
        await (await open_storage(settings.database_path)).close()

    asyncio.run(migrate())
    print(f"{settings.database_path} is up to date.")  # noqa: T201  a command line speaks
    return 0


def _usage(settings: Settings, options: Options) -> int:
    from bot.reports import command_line  # noqa: PLC0415  as _run

    days = {name: getattr(options, name) for name in ("since", "until")}
    if options.what == "export":
        print(asyncio.run(command_line.export(settings, days)), end="")  # noqa: T201  as above
    else:
        print(asyncio.run(command_line.reconcile(settings, days, options.project)))  # noqa: T201  as above
    return 0


COMMANDS = {"run": _run, "doctor": _doctor, "manifest": _manifest, "migrate": _migrate,
            "usage": _usage}  # fmt: skip

if __name__ == "__main__":
    main()
