"""The fake Discord's REST API, version 10, as far as Parley speaks it."""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from aiohttp import web

from tests.fakes.discord_store import EPHEMERAL, LOADING, ApiError, Json, Store, public

Answer: TypeAlias = Json | list[Json] | None
TOKENS_LAST, HEARD_WITHIN = 15 * 60, 3.0  # seconds


class Rest:
    """`told(event, data)` is what the gateway sends because of a call."""

    def __init__(self, store: Store, told: Callable[[str, Json], Awaitable[None]]) -> None:
        self._store = store
        self._told = told
        self.gateway_url = ""

    async def call(self, method: str, path: str, body: Any, query: Json) -> Answer:
        for verb, pattern, action in _ROUTES:
            if verb == method and (match := re.fullmatch(pattern, path)):
                return await action(self, *match.groups(), body=body, query=query)
        raise ApiError(404, 0, f"404: {method} {path}")

    async def me(self, **_: Any) -> Answer:
        return self._store.me

    async def application(self, **_: Any) -> Answer:
        me = self._store.me
        return {"id": me["id"], "name": "Parley", "description": "", "icon": None, "flags": 0,
                "bot_public": True, "bot_require_code_grant": False, "verify_key": "00",
                "owner": self._store.person("owner"), "team": None}  # fmt: skip

    async def gateway(self, **_: Any) -> Answer:
        start = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return {"url": self.gateway_url, "shards": 1, "session_start_limit": start}

    async def menu(self, _application: str, *, body: Any, **_: Any) -> Answer:
        self._store.menu = body
        return [command | {"id": self._store.new_id(), "version": "1"} for command in body]

    async def channel(self, channel: str, **_: Any) -> Answer:
        if channel not in self._store.channels:
            raise ApiError(404, 10003, "Unknown Channel")
        return self._store.channels[channel]

    async def history(self, channel: str, *, query: Json, **_: Any) -> Answer:
        limit, after = int(query.get("limit", 50)), int(query.get("after", 0))
        before = int(query.get("before", 2**64))
        found = self._store.history(channel, limit, after, before)
        return [public(message) | {"nonce": None} for message in found]  # [unchecked] never shown

    async def post(self, channel: str, *, body: Any, **_: Any) -> Answer:
        before = len(self._store.messages.get(channel, ()))
        message = self._store.post(channel, self._store.me, body)
        if len(self._store.messages[channel]) > before:
            await self._told("MESSAGE_CREATE", message)
        return public(message)

    async def edit(self, channel: str, message: str, *, body: Any, **_: Any) -> Answer:
        return public(self._store.edit(channel, message, body))

    async def delete(self, channel: str, message: str, **_: Any) -> Answer:
        self._store.delete(channel, message)
        return None

    async def typing(self, channel: str, **_: Any) -> Answer:
        await self.channel(channel)
        return None

    async def thread(self, channel: str, message: str, *, body: Any, **_: Any) -> Answer:
        thread = self._store.thread(channel, message, body["name"])
        await self._told("THREAD_CREATE", thread | {"newly_created": True})
        return thread

    async def direct(self, *, body: Any, **_: Any) -> Answer:
        for person in self._store.people.values():
            if person["id"] == str(body["recipient_id"]):
                return self._store.direct(person)
        raise ApiError(400, 50033, "Invalid Recipient(s)")

    async def callback(self, _id: str, token: str, *, body: Any, **_: Any) -> Answer:
        interaction = self._store.interactions.get(token)
        if not interaction or self._store.now() - interaction["at"] > HEARD_WITHIN:
            raise ApiError(404, 10062, "Unknown interaction")
        if interaction["response"]:
            raise ApiError(400, 40060, "Interaction has already been acknowledged.")
        interaction["response"] = body["type"]
        if body["type"] == 5:
            flags = body.get("data", {}).get("flags", 0) & EPHEMERAL
            message = self._store.post(
                interaction["channel"], self._store.me, {}, flags=flags | LOADING
            )
            interaction["original"] = message["id"]
            message["_private_to"] = interaction["by"] if flags else ""
        return None

    async def follow_up(self, _app: str, token: str, *, body: Any, **_: Any) -> Answer:
        """The first one after a deferred response takes that response's place, and its eyes."""
        interaction = self._interaction(token)
        channel, original = interaction["channel"], interaction["original"]
        waiting = self._store.messages[channel].get(original)
        if waiting and waiting["flags"] & LOADING:
            return public(self._store.edit(channel, original, body))
        flags = body.get("flags", 0) & EPHEMERAL
        message = self._store.post(channel, self._store.me, body, flags=flags)
        message["_private_to"] = interaction["by"] if flags else ""
        return public(message)

    async def hook_get(self, _app: str, token: str, message: str, **_: Any) -> Answer:
        return public(self._hooked(token, message))

    async def hook_edit(
        self, _app: str, token: str, message: str, *, body: Any, **_: Any
    ) -> Answer:
        stands = self._hooked(token, message)
        return public(self._store.edit(stands["channel_id"], stands["id"], body))

    async def hook_delete(self, _app: str, token: str, message: str, **_: Any) -> Answer:
        stands = self._hooked(token, message)
        self._store.delete(stands["channel_id"], stands["id"])
        return None

    def _hooked(self, token: str, message: str) -> Json:
        interaction = self._interaction(token)
        wanted = interaction["original"] if message == "@original" else message
        try:
            return self._store.messages[interaction["channel"]][wanted]
        except KeyError:
            raise ApiError(404, 10008, "Unknown Message") from None

    def _interaction(self, token: str) -> Json:
        interaction = self._store.interactions.get(token)
        if not interaction or not interaction["response"]:
            raise ApiError(404, 10015, "Unknown Webhook")
        if self._store.now() - interaction["at"] > TOKENS_LAST:
            raise ApiError(401, 50027, "Invalid Webhook Token")
        return interaction


def limited(seconds: float, *, via: bool) -> ApiError:
    error = ApiError(429)
    error.body = {"message": "You are being rate limited.", "retry_after": seconds, "global": False}
    error.body["_headers"] = {"Retry-After": str(seconds)} | ({"Via": "1.1 google"} if via else {})
    return error


def answered(body: Any, status: int = 200) -> web.Response:
    """discord.py parses nothing that has a charset in its Content-Type."""
    headers = body.pop("_headers", {}) if isinstance(body, dict) else {}
    headers = {"Content-Type": "application/json", **headers}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)


_CHANNEL = r"/channels/(\d+)"
_MESSAGES = _CHANNEL + "/messages"
_MESSAGE = _MESSAGES + r"/(\d+)"
_HOOK = r"/webhooks/(\d+)/([^/]+)"
_HOOKED = _HOOK + r"/messages/(@original|\d+)"
_ROUTES: list[tuple[str, str, Callable[..., Awaitable[Answer]]]] = [
    ("GET", "/users/@me", Rest.me),
    ("GET", "/oauth2/applications/@me", Rest.application),
    ("GET", "/gateway/bot", Rest.gateway),
    ("PUT", r"/applications/(\d+)/commands", Rest.menu),
    ("GET", _CHANNEL, Rest.channel),
    ("GET", _MESSAGES, Rest.history),
    ("POST", _MESSAGES, Rest.post),
    ("PATCH", _MESSAGE, Rest.edit),
    ("DELETE", _MESSAGE, Rest.delete),
    ("POST", _CHANNEL + "/typing", Rest.typing),
    ("POST", _MESSAGE + "/threads", Rest.thread),
    ("POST", "/users/@me/channels", Rest.direct),
    ("POST", r"/interactions/(\d+)/([^/]+)/callback", Rest.callback),
    ("POST", _HOOK, Rest.follow_up),
    ("GET", _HOOKED, Rest.hook_get),
    ("PATCH", _HOOKED, Rest.hook_edit),
    ("DELETE", _HOOKED, Rest.hook_delete),
]
