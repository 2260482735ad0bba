"""The fake Discord's REST API, version 10, as far as Parley speaks it."""

import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from aiohttp import web

from tests.fakes.discord_body import VOICE, ApiError, Json
from tests.fakes.discord_menu import check_form, check_menu
from tests.fakes.discord_rights import PARLEYS
from tests.fakes.discord_store import EPHEMERAL, LOADING, Store, public

Answer: TypeAlias = Json | list[Json] | None
FORM = 9  # a response that opens one
TOKENS_LAST, HEARD_WITHIN = 15 * 60, 3.0  # seconds
_FOLLOW_UPS = 5  # where the app is installed for a person only


class Rest:
    """`told(event, data)` is what the gateway sends because of a call; `opens(interaction, form)`
    shows a person a form.
    """

    def __init__(
        self,
        store: Store,
        told: Callable[[str, Json], Awaitable[None]],
        opens: Callable[[Json, Json], None],
    ) -> None:
        self._store = store
        self._told = told
        self._opens = opens
        self.gateway_url = ""
        self.shards = 1  # that the gateway advises
        self.sessions = 999  # that are left today
        self.flags = 1 << 19  # of the application: it may read what does not mention it
        self.permissions = 0x8  # of Parley in each server: an administrator's

    async def call(self, method: str, path: str, body: Any, query: Json) -> Answer:
        for verb, pattern, action in _ROUTES:
            if verb == method and (match := re.fullmatch(pattern, path)):
                return await action(self, *match.groups(), body=body, query=query)
        raise ApiError(404, 0, f"404: {method} {path}")

    async def me(self, **_: Any) -> Answer:
        return self._store.me

    async def application(self, **_: Any) -> Answer:
        me = self._store.me
        return {"id": me["id"], "name": "Parley", "description": "", "icon": None,
                "flags": self.flags,
                "bot_public": True, "bot_require_code_grant": False, "verify_key": "00",
                "owner": self._store.person("owner"), "team": None}  # fmt: skip

    async def gateway(self, **_: Any) -> Answer:
        start = {"total": 1000, "remaining": self.sessions, "reset_after": 7_200_000,
                 "max_concurrency": 1}  # fmt: skip
        return {"url": self.gateway_url, "shards": self.shards, "session_start_limit": start}

    async def guilds(self, *, query: Json, **_: Any) -> Answer:
        after = [g for g in self._store.guilds if int(g) > int(query.get("after", 0))]
        return [
            {"id": guild, "name": f"Office {number}", "permissions": str(self.permissions)}
            for number, guild in enumerate(after)
        ]

    async def commands(self, _application: str, **_: Any) -> Answer:
        more = {"version": "1", "nsfw": False, "default_permission": True}
        return [{"description": "", **command, "id": "7", **more} for command in self._store.menu]

    async def menu(self, _application: str, *, body: Any, **_: Any) -> Answer:
        check_menu(body)
        self._store.menu = body
        return [command | {"id": self._store.new_id(), "version": "1"} for command in body]

    async def guild(self, guild: str, **_: Any) -> Answer:
        roles = self._store.rights.roles(guild)
        return {"id": guild, "name": "House", "premium_tier": self._store.tier, "roles": roles,
                "owner_id": self._store.person("owner")["id"]}  # fmt: skip

    async def member(self, _guild: str, user: str, **_: Any) -> Answer:
        return {"user": {"id": user}, "roles": self._roles(user)}

    def _roles(self, user: str) -> list[str]:
        rights, people = self._store.rights, self._store.people.values()
        if user == self._store.me["id"]:
            return [PARLEYS]
        if user in rights.left or user not in {person["id"] for person in people}:
            raise ApiError(404, 10007, "Unknown Member")
        return rights.members[user]

    async def time_out(self, guild: str, user: str, *, body: Any, **_: Any) -> Answer:
        until = datetime.fromisoformat(body["communication_disabled_until"])
        if until > datetime.now(UTC) + timedelta(days=28):
            raise ApiError(400, 50035, "Invalid Form Body")
        roles, rights = self._roles(user), self._store.rights
        owner = user == self._store.person("owner")["id"]
        if "moderate_members" in rights.lacks or owner or user in rights.above:
            raise ApiError(403, 50013, "Missing Permissions")
        rights.silent[user] = until.isoformat()
        return {"user": {"id": user}, "roles": roles}

    async def joined(self, channel: str, user: str, **_: Any) -> Answer:
        """Whether somebody was added to a thread."""
        if user not in self._channel(channel).get("_members", ()):
            raise ApiError(404, 10007, "Unknown Member")
        return {"id": channel, "user_id": user}

    async def react(self, channel: str, message: str, emoji: str, **_: Any) -> Answer:
        there = self._channel(channel)
        if not re.fullmatch(r"[^\w\s]+", emoji):
            raise ApiError(400, 10014, "Unknown Emoji")
        if not all(self._store.rights.has(there, n) for n in ("add_reactions",
                                                              "read_message_history")):  # fmt: skip
            raise ApiError(403, 50013, "Missing Permissions")
        self._store._message(channel, message).setdefault("_reactions", set()).add(emoji)
        return None

    async def channel(self, channel: str, **_: Any) -> Answer:
        found = self._channel(channel)
        if "guild_id" not in found:
            return found
        return self._store.ruled(found)

    async def change(self, channel: str, *, body: Any, **_: Any) -> Answer:
        """Of a thread: whoever may write there may open it again, but not where it is locked."""
        if self._channel(channel).get("thread_metadata", {}).get("locked"):
            raise ApiError(403, 50013, "Missing Permissions")
        self._store.unarchive(channel)
        return self._store.channels[channel]

    def _channel(self, channel: str) -> Json:
        if channel not in self._store.channels:
            raise ApiError(404, 10003, "Unknown Channel")
        found = self._store.channels[channel]
        self._store.rights.may_see(found)
        return found

    async def history(self, channel: str, *, query: Json, **_: Any) -> Answer:
        if not self._store.rights.has(self._channel(channel), "read_message_history"):
            return []
        limit, after = int(query.get("limit", 50)), int(query.get("after", 0))
        before = int(query.get("before", 2**64))
        found = self._store.history(channel, limit, after, before)
        return [public(message) | {"nonce": None} for message in found]  # [unchecked] never shown

    async def post(self, channel: str, *, body: Any, **_: Any) -> Answer:
        self._store.rights.may_write(self._channel(channel), body)
        before = len(self._store.messages.get(channel, ()))
        message = self._store.post(channel, self._store.me, body)
        if len(self._store.messages[channel]) > before:
            await self._told("MESSAGE_CREATE", message)
        return public(message)

    async def edit(self, channel: str, message: str, *, body: Any, **_: Any) -> Answer:
        self._store.rights.may_edit(self._channel(channel), body)
        self._seen_by_all(channel, message)
        return public(self._store.edit(channel, message, body))

    async def message(self, channel: str, message: str, **_: Any) -> Answer:
        if not self._store.rights.has(self._channel(channel), "read_message_history"):
            raise ApiError(403, 50001, "Missing Access")
        return public(self._store._message(channel, message))

    def _seen_by_all(self, channel: str, message: str) -> None:
        """What is private can be reached through its interaction only."""
        if self._store._message(channel, message)["flags"] & EPHEMERAL:
            raise ApiError(404, 10008, "Unknown Message")

    async def delete(self, channel: str, message: str, **_: Any) -> Answer:
        self._seen_by_all(channel, message)
        if self._channel(channel).get("thread_metadata", {}).get("archived"):
            raise ApiError(400, 50083, "Thread is archived")
        others = self._store._message(channel, message)["author"] is not self._store.me
        if others and not self._store.rights.has(self._channel(channel), "manage_messages"):
            raise ApiError(403, 50013, "Missing Permissions")
        self._store.delete(channel, message)
        if others:
            await self._told("MESSAGE_DELETE", {"id": message, "channel_id": channel})
        return None

    async def typing(self, channel: str, **_: Any) -> Answer:
        await self.channel(channel)
        return None

    async def thread(self, channel: str, message: str, *, body: Any, **_: Any) -> Answer:
        if not self._store.rights.has(self._channel(channel), "create_public_threads"):
            raise ApiError(403, 50013, "Missing Permissions")
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
        _check_response(interaction, body)
        interaction |= {"response": body["type"], "said": body.get("data", {})}
        if body["type"] == FORM:
            self._opens(interaction, body["data"])
        if body["type"] == 4:
            flags = body["data"].get("flags", 0) & EPHEMERAL
            me = self._store.me
            message = self._store.post(interaction["channel"], me, body["data"], flags=flags)
            message["_private_to"] = interaction["by"] if flags else ""
            interaction["original"] = message["id"]
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
        interaction["follow_ups"] = interaction.get("follow_ups", 0) + 1
        if interaction.get("outside") and interaction["follow_ups"] > _FOLLOW_UPS:
            raise ApiError(400, 40094, "This interaction has hit the maximum number of follow ups")
        flags = body.get("flags", 0) & (EPHEMERAL | VOICE)
        message = self._store.post(channel, self._store.me, body, flags=flags & EPHEMERAL)
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


def _check_response(interaction: Json, body: Json) -> None:
    """What is no answer to such an interaction."""
    kind, response, component = interaction["kind"], body["type"], interaction.get("message")
    forms = response == FORM and kind == 5
    updates = response == 6 and not component
    suggests = (response == 8) is not (kind == 4)
    if forms or updates or suggests:
        raise ApiError(400, 50035, "Invalid Form Body")
    if response == FORM:
        check_form(body["data"])
    if response == 8 and len(body["data"]["choices"]) > 25:
        raise ApiError(400, 50035, "Invalid Form Body")


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
    ("GET", "/applications/@me", Rest.application),
    ("GET", "/users/@me/guilds", Rest.guilds),
    ("GET", r"/applications/(\d+)/commands", Rest.commands),
    ("PUT", r"/applications/(\d+)/commands", Rest.menu),
    ("GET", r"/guilds/(\d+)", Rest.guild),
    ("GET", r"/guilds/(\d+)/members/(\d+)", Rest.member),
    ("PATCH", r"/guilds/(\d+)/members/(\d+)", Rest.time_out),
    ("GET", _CHANNEL + r"/thread-members/(\d+)", Rest.joined),
    ("PUT", _MESSAGE + r"/reactions/([^/]+)/@me", Rest.react),
    ("GET", _CHANNEL, Rest.channel),
    ("PATCH", _CHANNEL, Rest.change),
    ("GET", _MESSAGES, Rest.history),
    ("POST", _MESSAGES, Rest.post),
    ("GET", _MESSAGE, Rest.message),
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
