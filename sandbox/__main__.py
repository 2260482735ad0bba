"""`python -m sandbox --port N`: serve until interrupted."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import tempfile
import threading
from pathlib import Path

from aiohttp import web

from sandbox.engines.choice import OFFERED, Choice, Chosen
from sandbox.faults import Script
from sandbox.limits import Limits
from sandbox.server import Settings, application


def main() -> None:
    options = _options()
    logging.basicConfig(level=logging.WARNING)  # before a library makes it INFO
    with tempfile.TemporaryDirectory(prefix="sandbox-") as temporary:
        settings = _settings(options, options.folder or Path(temporary))
        try:
            asyncio.run(_serve(options, settings))
        except OSError as error:
            sys.exit(f"sandbox: cannot listen on {options.host}:{options.port}: {error.strerror}")
    os._exit(0)  # Python would wait for what the engines' threads are at


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m sandbox", description="OpenAI's API, offline.")
    add = parser.add_argument
    add("--host", default="127.0.0.1")
    add("--port", type=_port, default=8081, help="0: any free one (default: 8081)")
    add("--key", default="", help="the key to ask for; otherwise any that begins with sk-")
    add("--folder", type=Path, help="where files and jobs are kept (default: a temporary one)")
    add("--chat", type=Path, metavar="GGUF", help="another chat model than SmolLM2-135M")
    for capability, offered in OFFERED.items():
        names = list(offered)
        add(f"--{capability}", choices=names, default=names[0], help="default: %(default)s")
    add("--rpm", type=_count, default=10_000, help="requests a minute, by key and model")
    add("--tpm", type=_count, default=2_000_000, help="tokens a minute, by key and model")
    add("--fault", type=_order, action="append", default=[], help="fail: see sandbox/faults.py")
    add("--pace", type=float, default=0.2, help="seconds a job stays in each state, at least")
    add("--exit-with-stdin", action="store_true",
        help="end when stdin closes, that is, with the process that started this one")  # fmt: skip
    return parser.parse_args()


def _settings(options: argparse.Namespace, folder: Path) -> Settings:
    chosen = Chosen(options.chat, options.embeddings, options.speech, options.transcription)
    return Settings(
        folder,
        Choice(chosen),
        options.key,
        tuple(options.fault),
        Limits(options.rpm, options.tpm),
        options.pace,
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004  the highest there is
        raise argparse.ArgumentTypeError(f"{text!r} is no port; it is 0 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no count; it is 1 or more")
    return int(text)


def _order(text: str) -> str:
    try:
        Script(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


async def _serve(options: argparse.Namespace, settings: Settings) -> None:
    runner = web.AppRunner(
        application(settings),
        handler_cancellation=True,  # a client that has left frees the engine
        access_log=None,
        shutdown_timeout=1.0,
    )
    stop = _told_to_stop(options)
    await runner.setup()
    try:
        site = web.TCPSite(runner, options.host, options.port)
        await site.start()
        settings.choice.chat.engine.warm()
        print(f"sandbox listening on {_address(runner)}/v1", flush=True)  # noqa: T201  read by who started it
        if not options.exit_with_stdin:
            wanted = options.key or "anything that begins with sk-"
            print(f"{settings.choice.table()}\nThe key: {wanted}.", flush=True)  # noqa: T201  a command line speaks
        await stop.wait()
    finally:
        await runner.cleanup()


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _told_to_stop(options: argparse.Namespace) -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    if not options.exit_with_stdin:
        loop.add_signal_handler(signal.SIGINT, stop.set)
        return stop
    # Ctrl-C reaches the parent too, which may need a last answer from here.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_at_end_of_stdin, args=(loop, stop), daemon=True).start()
    return stop


def _at_end_of_stdin(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    loop.call_soon_threadsafe(stop.set)


if __name__ == "__main__":
    main()
