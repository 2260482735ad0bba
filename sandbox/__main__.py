"""`python -m sandbox --port N`: serve until interrupted."""

import argparse
import asyncio
import os
import signal
import sys
import threading

from aiohttp import web

from sandbox.chat import MISSING
from sandbox.server import application
from sandbox.smollm import CONTEXT, MODEL, weights

ENGINES = f"""
  capability  model                   runs
  chat        {MODEL}   SmolLM2-135M-Instruct in 4 bits (Apache-2.0) by llama.cpp,
                                      {CONTEXT} tokens; a real model, and a very small one:
                                      do not trust what it says
"""


def main() -> None:
    options = _options()
    try:
        asyncio.run(_serve(options))
    except OSError as error:
        sys.exit(f"sandbox: cannot listen on {options.host}:{options.port}: {error.strerror}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m sandbox", description="OpenAI's API, offline.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=_port, default=8081, help="0: any free one (default: 8081)")
    parser.add_argument("--key", default="sk-sandbox", help="the key to ask for (%(default)s)")
    parser.add_argument(
        "--exit-with-stdin",
        action="store_true",
        help="end when stdin closes, that is, with the process that started this one",
    )
    return parser.parse_args()


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:  # noqa: PLR2004  the highest there is
        raise argparse.ArgumentTypeError(f"{text!r} is no port; it is 0 to 65535")
    return int(text)


async def _serve(options: argparse.Namespace) -> None:
    runner = web.AppRunner(
        application(options.key),
        handler_cancellation=True,  # a client that has left frees the engine
        access_log=None,
        shutdown_timeout=1.0,
    )
    stop = _told_to_stop(options)
    await runner.setup()
    try:
        site = web.TCPSite(runner, options.host, options.port)
        await site.start()
        print(f"sandbox listening on {_address(runner)}/v1", flush=True)  # noqa: T201  read by who started it
        if not options.exit_with_stdin:
            print(_engines(options.key), flush=True)  # noqa: T201  a command line speaks
        await stop.wait()
    finally:
        await runner.cleanup()


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _engines(key: str) -> str:
    return f"{ENGINES}\nThe key is {key}." if weights() else MISSING


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
