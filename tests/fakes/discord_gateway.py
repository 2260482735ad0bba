"""The fake Discord's gateway: a session a shard, which outlives its socket, and how they end."""

import contextlib
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.fakes.discord_store import (
    DIRECT,
    PRIVATE_THREAD,
    THREAD,
    TOKEN,
    Json,
    Store,
    public,
)

CONTENT = 1 << 15  # the privileged intent to read what is not said to the bot
_DISPATCH, _BEAT, _IDENTIFY, _RESUME, _RECONNECT, _INVALID, _HELLO, _ACK = 0, 1, 2, 6, 7, 9, 10, 11


_NO_CHANNELS = {DIRECT, THREAD, PRIVATE_THREAD}


@dataclass
class Session:
    id: str
    intents: int
    shard: tuple[int, int]
    events: list[Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    request: web.Request | None = None

    def hears_of(self, guild: str) -> bool:
        number, count = self.shard
        return (int(guild) >> 22) % count == number if guild else number == 0


class Gateway:
    def __init__(self, store: Store, changed: Callable[[], None]) -> None:
        self._store = store
        self._changed = changed
        self.url = ""
        self.sessions: dict[int, Session] = {}  # by shard
        self.grants_content = True
        self.beat = 41_250  # milliseconds between heartbeats
        self.refusals = 0  # so many connections are refused
        self.mute = False  # the next connection says nothing after its READY: a zombie
        self.opened: Counter[str] = Counter()  # identify, resume, refused
        self._names = itertools.count(1)
        self._open: set[web.WebSocketResponse] = set()
        self._zombies: set[web.WebSocketResponse] = set()

    @property
    def connected(self) -> bool:
        return bool(self.sessions) and all(s.socket for s in self.sessions.values())

    async def tell(self, event: str, data: Json) -> None:
        """Kept for a resume; what happens without a session stands in the history only."""
        guild = data.get("guild_id", "")
        if guild and guild not in self._store.guilds and event != "INTERACTION_CREATE":
            return  # Parley is no member there
        for session in tuple(self.sessions.values()):
            if session.hears_of(guild):
                await self._tell(session, event, data)

    async def _tell(self, session: Session, event: str, data: Json) -> None:
        payload = {"op": _DISPATCH, "t": event, "s": len(session.events) + 1,
                   "d": self._seen_with(session.intents, data)}  # fmt: skip
        session.events.append(payload)
        await self._send(session, payload)

    def cut(self) -> None:
        """The sockets are gone without a goodbye; the sessions can be resumed."""
        for session in self.sessions.values():
            if session.request and session.request.transport:
                session.request.transport.abort()
                session.socket = session.request = None

    async def ask_to_reconnect(self) -> None:
        for session in self.sessions.values():
            if session.socket:
                socket, session.socket = session.socket, None
                await socket.send_json({"op": _RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        for shard, session in tuple(self.sessions.items()):
            socket, session.socket = session.socket, None
            if not resumable:
                del self.sessions[shard]
            if socket:
                await socket.send_json({"op": _INVALID, "d": resumable})

    async def close(self) -> None:
        for socket in tuple(self._open):
            await socket.close(code=1001)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if self.refusals:
            self.refusals -= 1
            self.opened["refused"] += 1
            self._changed()
            return web.Response(status=503)
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        self._open.add(socket)
        try:
            await socket.send_json({"op": _HELLO, "d": {"heartbeat_interval": self.beat}})
            async for message in socket:
                if message.type is WSMsgType.TEXT and socket not in self._zombies:
                    await self._hear(request, socket, message.json())
        finally:
            self._left(socket)
        return socket

    def _left(self, socket: web.WebSocketResponse) -> None:
        self._open.discard(socket)
        self._zombies.discard(socket)
        for shard, session in tuple(self.sessions.items()):
            if session.socket is socket:
                session.socket = session.request = None
                if socket.close_code in {1000, 1001}:
                    del self.sessions[shard]

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
            shard = tuple(data.get("shard", (0, 1)))
            session = self.sessions[shard[0]] = Session(name, data["intents"], shard)
            guilds = [guild for guild in self._store.guilds if session.hears_of(guild)]
            await self._tell(session, "READY", self._ready(session, guilds))
            for guild in guilds:
                await self._tell(session, "GUILD_CREATE", self._guild(guild))
            await self._attach(session, request, socket, 0)
            self._changed()

    async def _resume(
        self, request: web.Request, socket: web.WebSocketResponse, data: Json
    ) -> None:
        for session in self.sessions.values():
            if session.id == data["session_id"]:
                await self._attach(session, request, socket, data["seq"])
                await self._tell(session, "RESUMED", {})
                self.opened["resume"] += 1
                return self._changed()
        return await socket.send_json({"op": _INVALID, "d": False})

    async def _attach(
        self, session: Session, request: web.Request, socket: web.WebSocketResponse, seen: int
    ) -> None:
        """From now on its events go to this socket, those after `seen` first, in order."""
        while seen < len(session.events):
            await socket.send_json(session.events[seen])
            seen += 1
        session.socket, session.request = socket, request
        if self.mute:
            self.mute = False
            self._zombies.add(socket)

    async def _send(self, session: Session, payload: Json) -> None:
        if session.socket and session.socket not in self._zombies:
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

    def _ready(self, session: Session, guilds: list[str]) -> Json:
        store = self._store
        return {
            "v": 10, "user": store.me, "session_id": session.id, "resume_gateway_url": self.url,
            "guilds": [{"id": guild, "unavailable": True} for guild in guilds],
            "private_channels": [], "shard": list(session.shard),
            "application": {"id": store.me["id"], "flags": 0},
        }  # fmt: skip

    def _guild(self, guild: str) -> Json:
        mine = [c for c in self._store.channels.values() if c.get("guild_id") == guild]
        return {
            "id": guild, "name": "Office", "unavailable": False,
            "roles": self._store.rights.roles(guild),
            "owner_id": self._store.person("owner")["id"], "member_count": 2, "members": [],
            "channels": [self._store.ruled(c) for c in mine if c["type"] not in _NO_CHANNELS],
            "threads": [c for c in mine if c["type"] == THREAD],
            "joined_at": self._store.joined,
        }  # fmt: skip
