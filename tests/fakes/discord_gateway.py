"""The fake Discord's gateway: sessions that outlive their socket, and the ways they end."""

import contextlib
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.fakes.discord_store import DIRECT, THREAD, TOKEN, Json, Store, public

CONTENT = 1 << 15  # the privileged intent to read what is not said to the bot
_DISPATCH, _BEAT, _IDENTIFY, _RESUME, _RECONNECT, _INVALID, _HELLO, _ACK = 0, 1, 2, 6, 7, 9, 10, 11


@dataclass
class Session:
    id: str
    intents: int
    events: list[Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    request: web.Request | None = None


class Gateway:
    def __init__(self, store: Store, changed: Callable[[], None]) -> None:
        self._store = store
        self._changed = changed
        self.url = ""
        self.session: Session | None = None
        self.grants_content = True
        self.opened: Counter[str] = Counter()  # identify, resume
        self._names = itertools.count(1)
        self._open: set[web.WebSocketResponse] = set()

    @property
    def connected(self) -> bool:
        return bool(self.session and self.session.socket)

    async def tell(self, event: str, data: Json) -> None:
        """Kept for a resume; what happens without a session stands in the history only."""
        session = self.session
        if session is None:
            return
        payload = {"op": _DISPATCH, "t": event, "s": len(session.events) + 1,
                   "d": self._seen_with(session.intents, data)}  # fmt: skip
        session.events.append(payload)
        await self._send(session, payload)

    def cut(self) -> None:
        """The socket is gone without a goodbye; the session can be resumed."""
        session = self.session
        if session and session.request and session.request.transport:
            session.request.transport.abort()
            session.socket = session.request = None

    async def ask_to_reconnect(self) -> None:
        if self.session and self.session.socket:
            socket, self.session.socket = self.session.socket, None
            await socket.send_json({"op": _RECONNECT, "d": None})

    async def invalidate(self) -> None:
        session, self.session = self.session, None
        if session and session.socket:
            await session.socket.send_json({"op": _INVALID, "d": False})

    async def close(self) -> None:
        for socket in tuple(self._open):
            await socket.close(code=1001)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        self._open.add(socket)
        try:
            await socket.send_json({"op": _HELLO, "d": {"heartbeat_interval": 41_250}})
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._hear(request, socket, message.json())
        finally:
            self._open.discard(socket)
            if self.session and self.session.socket is socket:
                self.session.socket = self.session.request = None
                if socket.close_code in {1000, 1001}:
                    self.session = None
        return socket

    async def _hear(
        self, request: web.Request, socket: web.WebSocketResponse, payload: Json
    ) -> None:
        data = payload.get("d")
        if payload["op"] == _BEAT:
            await socket.send_json({"op": _ACK})
        elif payload["op"] == _IDENTIFY:
            await self._identify(request, socket, data)
        elif payload["op"] == _RESUME:
            await self._resume(request, socket, data)

    async def _identify(
        self, request: web.Request, socket: web.WebSocketResponse, data: Json
    ) -> None:
        self.opened["identify"] += 1
        self._changed()
        if data["token"] != TOKEN:
            await socket.close(code=4004)
        elif data["intents"] & CONTENT and not self.grants_content:
            await socket.close(code=4014)
        else:
            name = f"session{next(self._names)}"
            self.session = session = Session(name, data["intents"])
            await self.tell("READY", self._ready(name, data["shard"]))
            await self.tell("GUILD_CREATE", self._guild())
            await self._attach(session, request, socket, 0)
            self._changed()

    async def _resume(
        self, request: web.Request, socket: web.WebSocketResponse, data: Json
    ) -> None:
        session = self.session
        if session is None or session.id != data["session_id"]:
            await socket.send_json({"op": _INVALID, "d": False})
            return
        await self._attach(session, request, socket, data["seq"])
        await self.tell("RESUMED", {})
        self.opened["resume"] += 1
        self._changed()

    async def _attach(
        self, session: Session, request: web.Request, socket: web.WebSocketResponse, seen: int
    ) -> None:
        """From now on its events go to this socket, those after `seen` first, in order."""
        while seen < len(session.events):
            await socket.send_json(session.events[seen])
            seen += 1
        session.socket, session.request = socket, request

    async def _send(self, session: Session, payload: Json) -> None:
        if session.socket:
            with contextlib.suppress(ConnectionError):  # it is kept for the resume
                await session.socket.send_json(payload)

    def _seen_with(self, intents: int, data: Json) -> Json:
        """Without the intent, what is said to others looks empty."""
        data = public(data)
        mine = self._store.me["id"]
        if intents & CONTENT or "content" not in data or "guild_id" not in data:
            return data
        if mine in {data["author"]["id"], *(user["id"] for user in data["mentions"])}:
            return data
        return data | {"content": "", "components": [], "attachments": [], "embeds": []}

    def _ready(self, session: str, shard: list[int]) -> Json:
        store = self._store
        return {
            "v": 10, "user": store.me, "session_id": session, "resume_gateway_url": self.url,
            "guilds": [{"id": store.guild, "unavailable": True}], "private_channels": [],
            "shard": shard, "application": {"id": store.me["id"], "flags": 0},
        }  # fmt: skip

    def _guild(self) -> Json:
        channels = [c for c in self._store.channels.values() if c["type"] not in {DIRECT, THREAD}]
        threads = [c for c in self._store.channels.values() if c["type"] == THREAD]
        return {
            "id": self._store.guild, "name": "Office", "unavailable": False, "roles": [],
            "owner_id": self._store.person("owner")["id"], "member_count": 2, "members": [],
            "channels": channels, "threads": threads, "joined_at": self._store.time(),
        }  # fmt: skip
