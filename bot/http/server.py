"""The one HTTP server: health, and the routes that adapters mount."""

import errno

from aiohttp import web

from bot.errors import ParleyError
from bot.http.health import Health, healthz

_LARGEST_BODY = 1024 * 1024  # bytes; what is uploaded has its own route
_GOODBYE = 2.0  # seconds for open connections when the server stops


class CannotListen(ParleyError):
    """The server's address cannot be had: the port is in use, the host is not ours."""


class Server:
    """`app` takes routes until `start`."""

    def __init__(self, host: str, port: int, health: Health) -> None:
        self.app = web.Application(client_max_size=_LARGEST_BODY)
        self.app.router.add_get("/healthz", healthz(health))
        self._host, self._port = host, port
        self._runner = web.AppRunner(self.app, access_log=None, shutdown_timeout=_GOODBYE)

    @property
    def address(self) -> str:
        """`http://127.0.0.1:8080`; with port 0, the port that was free at the start."""
        port = self._runner.addresses[0][1] if self._runner.addresses else self._port
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{port}"

    async def start(self) -> None:
        """Raises CannotListen."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except (OSError, OverflowError) as error:
            await self._runner.cleanup()
            raise CannotListen(self._sentence(error), str(error)) from error

    async def stop(self) -> None:
        await self._runner.cleanup()

    def _sentence(self, error: Exception) -> str:
        number = error.errno if isinstance(error, OSError) else None
        if number == errno.EADDRINUSE:
            return (
                f"Port {self._port} on {self._host} is in use by another program. "
                "Stop it, or set PARLEY_HTTP_PORT to another port (0 takes any free one)."
            )
        if number == errno.EACCES:
            return f"Port {self._port} is not for this user; set PARLEY_HTTP_PORT to 1024 or more."
        return f"Parley cannot listen on {self._host}; set PARLEY_HTTP_HOST to 127.0.0.1."
