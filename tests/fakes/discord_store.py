"""What stands on the fake Discord: people, channels, messages, interactions, as Discord's JSON."""

import itertools
import re
import time
from datetime import UTC, datetime
from typing import Any

from tests.fakes.discord_body import ApiError, Json, fill
from tests.fakes.discord_rights import Rights

TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAx.fake.token"
EPHEMERAL, LOADING = 64, 128
TEXT, DIRECT, THREAD, PRIVATE_THREAD = 0, 1, 11, 12
DEFAULT, REPLY, STARTER = 0, 19, 21
EPOCH = 1_420_070_400_000  # milliseconds; ids count from 2015
_PAIR = re.compile(r'(\w+):(?:"([^"]*)"|(\S+))')
NONCES_LAST = 180  # seconds


class Store:
    def __init__(self) -> None:
        self.ahead = 0.0  # seconds by which this Discord's clock was moved
        self._last_id = 0
        self.me = self.user("Parley", bot=True)
        self.people: dict[str, Json] = {}
        self.joined = datetime.fromtimestamp(self.now() - 30 * 86_400, UTC).isoformat()
        self.guild = self.new_id()
        self.guilds = [self.guild]
        self.channels: dict[str, Json] = {}
        self.messages: dict[str, dict[str, Json]] = {}  # channel -> id -> message
        self.general = self.channel("general")["id"]
        self.interactions: dict[str, Json] = {}  # by token
        self.menu: list[Json] = []
        self.names = itertools.count(1)
        self.rights = Rights()
        self.tier = 0  # of the guild's boosts
        self.most = 100 << 20  # bytes of a file of Parley's, whatever the boosts

    def now(self) -> float:
        return time.time() + self.ahead

    def new_id(self) -> str:
        made = (int(self.now() * 1000) - EPOCH) << 22
        self._last_id = max(made, self._last_id + 1)
        return str(self._last_id)

    def time(self) -> str:
        return datetime.fromtimestamp(self.now(), UTC).isoformat()

    def user(self, name: str, *, bot: bool = False) -> Json:
        return {"id": self.new_id(), "username": name.lower(), "global_name": name,
                "discriminator": "0", "avatar": None, "bot": bot}  # fmt: skip

    def person(self, name: str) -> Json:
        if name not in self.people:
            self.people[name] = self.user(name)
        return self.people[name]

    def channel(self, name: str, kind: int = TEXT, **more: Any) -> Json:
        channel = {"id": self.new_id(), "type": kind, "name": name, "position": 0, "nsfw": False,
                   "parent_id": None, "last_message_id": None, **more}  # fmt: skip
        if kind != DIRECT:
            channel = {"guild_id": self.guild, "permission_overwrites": [], **channel}
        self.channels[channel["id"]] = channel
        self.messages[channel["id"]] = {}
        return channel

    def direct(self, person: Json) -> Json:
        for channel in self.channels.values():
            if channel["type"] == DIRECT and channel["recipients"][0]["id"] == person["id"]:
                return channel
        return self.channel("", DIRECT, recipients=[person])

    def thread(self, parent: str, root: str, name: str) -> Json:
        if root in self.channels:
            raise ApiError(400, 160004, "A thread has already been created for this message")
        self._message(parent, root)
        thread = self.channel(
            name, THREAD, id=root, parent_id=parent, owner_id=self.me["id"], message_count=0,
            member_count=1, thread_metadata=self._open(),
            guild_id=self.channels[parent]["guild_id"],
        )  # fmt: skip
        self._point_to(parent, root)
        return thread

    def _open(self) -> Json:
        """What is said of a thread that is neither archived nor locked."""
        return {"archived": False, "auto_archive_duration": 1440, "locked": False,
                "archive_timestamp": self.time(), "create_timestamp": self.time()}  # fmt: skip

    def private_thread(self, parent: str, *people: str) -> str:
        """For these people, by their ids. Discord does not tell Parley of it."""
        members = {self.me["id"], *people}
        thread = self.channel("hidden", PRIVATE_THREAD, parent_id=parent, _members=members,
                              owner_id=self.me["id"], message_count=0, member_count=len(members),
                              thread_metadata=self._open())  # fmt: skip
        return str(thread["id"])

    def ruled(self, channel: Json) -> Json:
        """With the rules of who may do what in it."""
        found = self.rights.overwrites(channel["id"], self.me["id"], channel["guild_id"])
        return public(channel) | {"permission_overwrites": found}

    def _point_to(self, parent: str, root: str) -> None:
        """The first message of a thread is a sign of the one that it was made from."""
        sign = self._blank(root, self.messages[parent][root]["author"]) | {"type": STARTER}
        sign |= {"message_reference": {"message_id": root, "channel_id": parent},
                 "referenced_message": public(self.messages[parent][root])}  # fmt: skip
        self.messages[root][sign["id"]] = sign

    def guild_on(self, shard: int, shards: int) -> str:
        """Another server, in the care of this shard. Returns its channel."""
        id_ = int(self.new_id())
        while (id_ >> 22) % shards != shard:
            id_ += 1 << 22
        self.guilds.append(str(id_))
        return str(self.channel("general", guild_id=str(id_))["id"])

    def takes(self, command: str) -> list[Json]:
        """The options of a command of the menu, or of one in a group."""
        name, _, sub = command.partition(" ")
        menu = next((c for c in self.menu if c["name"] == name), {})
        if sub:
            menu = next(o for o in menu["options"] if o["name"] == sub)
        return menu.get("options", [])

    def post(self, channel: str, author: Json, body: Json, *, flags: int = 0) -> Json:
        """A new message. Content is checked as Discord does, the nonce enforced."""
        if channel not in self.channels:
            raise ApiError(404, 10003, "Unknown Channel")
        if earlier := self._same_nonce(channel, author, body):
            return earlier
        message = self._blank(channel, author) | {"flags": flags}
        if body.get("nonce"):
            message |= {"nonce": body["nonce"], "_nonce_until": self.now() + NONCES_LAST}
        if reference := body.get("message_reference"):
            message |= self._reply(channel, reference)
        if not flags & LOADING:
            self._fill(message, body)
        self.unarchive(channel)
        self.messages[channel][message["id"]] = message
        self.channels[channel]["last_message_id"] = message["id"]
        return message

    def _blank(self, channel: str, author: Json) -> Json:
        return {
            "id": self.new_id(), "channel_id": channel, "author": author, "content": "",
            "timestamp": self.time(), "edited_timestamp": None, "tts": False, "pinned": False,
            "mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [],
            "embeds": [], "components": [], "type": DEFAULT, "flags": 0,
        }  # fmt: skip

    def edit(self, channel: str, message: str, body: Json) -> Json:
        stands = self._message(channel, message)
        if self.channels[channel].get("thread_metadata", {}).get("archived"):
            raise ApiError(400, 50083, "Thread is archived")
        self._fill(stands, body)
        stands["flags"] &= ~LOADING
        stands["edited_timestamp"] = self.time()
        return stands

    def unarchive(self, channel: str) -> None:
        """By writing, or because somebody asks for it."""
        thread = self.channels[channel].get("thread_metadata", {})
        if thread.get("locked"):
            raise ApiError(400, 160005, "Thread is locked")
        thread.update({"archived": False} if thread else {})

    def delete(self, channel: str, message: str) -> None:
        self._message(channel, message)
        del self.messages[channel][message]

    def history(self, channel: str, limit: int, after: int, before: int) -> list[Json]:
        """Newest first; with `after`, the oldest of those that are newer."""
        if channel not in self.channels:
            raise ApiError(404, 10003, "Unknown Channel")
        shown = [
            m for m in self.messages[channel].values() if not m["flags"] & (EPHEMERAL | LOADING)
        ]
        found = sorted((m for m in shown if after < int(m["id"]) < before), key=_id)
        return list(reversed(found[:limit] if after else found[-limit:]))

    def options(self, command: str, text: str) -> list[Json]:
        kinds = {option["name"]: option["type"] for option in self.takes(command)}
        given = {name: quoted or bare for name, quoted, bare in _PAIR.findall(text)}
        if text and not given:
            given = {next(iter(kinds), "text"): text}
        typed = [(name, kinds.get(name, 3), value) for name, value in given.items()]
        return [{"name": n, "type": kind, "value": _typed(kind, value)} for n, kind, value in typed]

    def _message(self, channel: str, message: str) -> Json:
        if channel not in self.channels:
            raise ApiError(404, 10003, "Unknown Channel")
        try:
            return self.messages[channel][message]
        except KeyError:
            raise ApiError(404, 10008, "Unknown Message") from None

    def _same_nonce(self, channel: str, author: Json, body: Json) -> Json | None:
        if not body.get("enforce_nonce"):
            return None
        for message in self.messages[channel].values():
            same = message.get("nonce") == body["nonce"] and message["author"] is author
            if same and message["_nonce_until"] > self.now():
                return message
        return None

    def _reply(self, channel: str, reference: Json) -> Json:
        original = self.messages[channel].get(reference["message_id"])
        if original is None and reference.get("fail_if_not_exists", True):
            raise ApiError(400, 50035, "Invalid Form Body")
        if original is None:
            return {}
        place = {"message_id": original["id"], "channel_id": channel}
        return {"type": REPLY, "message_reference": place, "referenced_message": public(original)}

    def _fill(self, message: Json, body: Json) -> None:
        largest = {2: 50, 3: 100}.get(self.tier, 10) << 20
        if message["author"] is self.me:
            largest = min(self.most, largest)
        fill(message, body, self.new_id, largest=largest)
        message["_calls"] = message["author"] is self.me and message["_calls"]


def public(message: Json) -> Json:
    shown = {key: value for key, value in message.items() if not key.startswith("_")}
    if files := message.get("attachments"):
        shown["attachments"] = [public(file) for file in files]
    return shown


def _id(message: Json) -> int:
    return int(message["id"])


def _typed(kind: int, value: str) -> Any:
    return {4: int, 5: lambda word: word == "true", 10: float}.get(kind, str)(value)
