"""What people do on the fake Discord: write, change, delete, choose, press, fill in."""

import base64
import itertools
from collections.abc import Awaitable, Callable
from typing import Any

from tests.contract.world import Upload
from tests.fakes.discord_body import VOICE, Json, Sent
from tests.fakes.discord_store import DIRECT, REPLY, Store, public

_SLASH, _PRESS, _TYPING, _SENT = 2, 3, 4, 5  # types of interactions
_MESSAGE_MENU = 3
_LABEL, _INPUT, _SELECT, _UPLOAD = 18, 4, 3, 19


class People:
    """By name. `tell(event, data)` is what the gateway says of it."""

    store: Store
    _told: Callable[[str, Json], Awaitable[None]]

    def __init__(self) -> None:
        self.form: Json | None = None  # the modal that opened last
        self.files: dict[str, bytes] = {}  # by the path of their address
        self.files_url = ""
        self.outside = False  # Parley is in no server: people have it for themselves
        self.context = 1  # of what is not in a server: alone with Parley; 2: among people
        self._links = itertools.count(1)

    async def mention(
        self, text: str, *files: Upload, by: str = "ada", thread: str = "", channel: str = "",
        to: str = "",
    ) -> str:  # fmt: skip
        """`to`: a reply to the message with this id."""
        me = self.store.me
        channel = await self._thread(thread) if thread else channel or self.store.general
        return await self._say(channel, f"<@{me['id']}> {text}", by, *files, mentions=[me], to=to)

    async def say(
        self, text: str, *files: Upload, by: str = "ada", thread: str = "", channel: str = "",
        to: str = "",
    ) -> str:  # fmt: skip
        """`to`: a reply to the message with this id."""
        channel = await self._thread(thread) if thread else channel or self.store.general
        return await self._say(channel, text, by, *files, to=to)

    async def direct(self, text: str, *files: Upload, by: str = "ada") -> str:
        return await self._say(self.store.direct(self.store.person(by))["id"], text, by, *files)

    async def edit(self, message: str, text: str) -> None:
        """Its mention stays."""
        channel, stands = self._found(message)
        mention = f"<@{self.store.me['id']}> "
        text = mention + text if stands["content"].startswith(mention) else text
        self.store.edit(channel, message, {"content": text, "allowed_mentions": {"parse": []}})
        await self.update(message)

    async def update(self, message: str, **data: Any) -> None:
        """Discord tells of a message again: a link was resolved, it was pinned, a thread began."""
        await self._told("MESSAGE_UPDATE", self._found(message)[1] | data)

    async def erase(self, *messages: str) -> None:
        """One is deleted by its author, several by a moderator."""
        channel = self._found(messages[0])[0]
        for message in messages:
            self.store.delete(channel, message)
        where = {"channel_id": channel, **self._where(channel)}
        if len(messages) > 1:
            await self._told("MESSAGE_DELETE_BULK", {"ids": list(messages), **where})
        else:
            await self._told("MESSAGE_DELETE", {"id": messages[0], **where})

    def delete(self, message: str) -> None:
        """Parley does not hear of it."""
        self.store.delete(self._found(message)[0], message)

    async def slash(
        self, command: str, text: str = "", *, by: str = "ada", thread: str = "",
        channel: str = "", **files: Upload,
    ) -> str:  # fmt: skip
        """Returns the interaction's token."""
        name, _, sub = command.partition(" ")
        options, uploads = self._options(command, text), {}
        for option, file in files.items():
            upload = self._upload(file)
            uploads[upload["id"]] = upload
            options.append({"name": option, "type": 11, "value": upload["id"]})
        options = [{"type": 1, "name": sub, "options": options}] if sub else options
        data = {"id": "1", "type": 1, "name": name, "options": options,
                "resolved": {"attachments": uploads}}  # fmt: skip
        return await self._interact(_SLASH, thread or channel or self.store.general, by, data)

    async def type(
        self, command: str, option: str, text: str, *, by: str = "ada", **others: str
    ) -> str:
        """Into an option that suggests what it may be. `others` are filled in already."""
        name, _, sub = command.partition(" ")
        kinds = {o["name"]: o["type"] for o in self.store.takes(command)}
        options = [
            *({"name": n, "type": kinds[n], "value": value} for n, value in others.items()),
            {"name": option, "type": kinds[option], "value": text, "focused": True},
        ]
        options = [{"type": 1, "name": sub, "options": options}] if sub else options
        data = {"id": "1", "type": 1, "name": name, "options": options}
        return await self._interact(_TYPING, self.store.general, by, data)

    async def shortcut(self, label: str, *, on: str, by: str = "ada") -> str:
        channel, message = self._found(on)
        data = {"id": "1", "type": _MESSAGE_MENU, "name": label, "target_id": on,
                "resolved": {"messages": {on: public(message)}}}  # fmt: skip
        return await self._interact(_SLASH, channel, by, data)

    async def press(self, label: str, *, post: str, by: str = "ada") -> str:
        channel, message = self._found(post)
        buttons = [b for row in message["components"] for b in row["components"]]
        custom_id = next(b["custom_id"] for b in buttons if b["label"] == label)
        data = {"custom_id": custom_id, "component_type": 2}
        more = {"message": public(message)}
        return await self._interact(_PRESS, channel, by, data, original=post, **more)

    def asked(self) -> dict[str, Json]:
        """The fields of the form that opened last, by name."""
        labels = self.form["components"] if self.form else ()
        return {label["component"]["custom_id"]: label["component"] for label in labels}

    async def fill(self, *, by: str = "ada", **values: str | Upload) -> str:
        """What nobody fills in holds what stood there."""
        assert self.form
        uploads: dict[str, Json] = {}
        labels = [
            {"type": _LABEL, "id": n, "component": self._filled(field, values.get(name), uploads)}
            for n, (name, field) in enumerate(self.asked().items())
        ]
        data = {"custom_id": self.form["custom_id"], "components": labels,
                "resolved": {"attachments": uploads}}  # fmt: skip
        more = {"message": self.form["_message"]} if self.form.get("_message") else {}
        return await self._interact(_SENT, self.form["_channel"], by, data, **more)

    def expire_links(self) -> None:
        """Of files; whoever asks for their messages gets new ones."""
        self.files.clear()
        for messages in self.store.messages.values():
            for message in messages.values():
                for file in message["attachments"]:
                    self._link(file)

    def _filled(self, field: Json, value: Any, uploads: dict[str, Json]) -> Json:
        kept = {"type": field["type"], "custom_id": field["custom_id"]}
        if field["type"] == _UPLOAD:
            upload = self._upload(value) if value else None
            uploads.update({upload["id"]: upload} if upload else {})
            return kept | {"values": [upload["id"]] if upload else []}
        if field["type"] == _SELECT:
            chosen = [o["value"] for o in field["options"] if o["default"]]
            return kept | {"values": [value] if value else chosen}
        return kept | {"value": field.get("value", "") if value is None else value}

    def _options(self, command: str, text: str) -> list[Json]:
        return self.store.options(command, text)

    def _upload(self, file: Upload) -> Json:
        native = {"id": self.store.new_id(), "filename": file.name, "size": len(file.content),
                  "content_type": file.media_type, "_content": file.content}  # fmt: skip
        return public(self._link(native))

    def _link(self, file: Json) -> Json:
        path = f"/cdn/{next(self._links)}/{file['filename']}"
        self.files[path] = file["_content"]
        file["url"] = file["proxy_url"] = f"{self.files_url}{path}"
        return file

    async def _say(
        self, channel: str, text: str, by: str, *files: Upload, to: str = "", **more: Any
    ) -> str:
        voice = bool(files and files[0].seconds)
        spoken = {"duration_secs": files[0].seconds, "waveform": _WAVEFORM} if voice else {}
        sent = {n: Sent(f.name, f.content, f.media_type) for n, f in enumerate(files)}
        body = {
            "content": "" if voice else text, "flags": VOICE if voice else 0, "_files": sent,
            "attachments": [{"id": number, **spoken} for number in sent],
            **({"message_reference": {"message_id": to}} if to else {}),
        }  # fmt: skip
        message = self.store.post(channel, self.store.person(by), body) | more
        message["content"] = text  # so that a voice message can mention somebody, unlike Discord's
        for file in message["attachments"]:
            self._link(file)
        message["type"] = REPLY if to else 0
        self.store.messages[channel][message["id"]] = message
        member = {"member": self._member(by)} if self._where(channel) else {}
        await self._told("MESSAGE_CREATE", message | member)
        return str(message["id"])

    async def _thread(self, root: str) -> str:
        if root not in self.store.channels:
            thread = self.store.thread(self._found(root)[0], root, "opened by a person")
            await self._told("THREAD_CREATE", thread)
        return root

    async def _interact(
        self, kind: int, channel: str, by: str, data: Json, *, original: str = "", **more: Any
    ) -> str:
        token, store = f"token-{next(self.store.names)}", self.store
        store.interactions[token] = {"channel": channel, "by": by, "at": store.now(), "response": 0,
                                     "original": original, "kind": kind, "outside": self.outside,
                                     **more}  # fmt: skip
        person = store.person(by)
        where: Json = {"user": person, "context": self.context}
        if store.channels[channel]["type"] != DIRECT:
            guild = self._where(channel)["guild_id"]
            where = {"guild_id": guild, "member": self._member(by) | {"user": person}, "context": 0,
                     "guild": {"id": guild, "locale": "en-US", "features": []}}  # fmt: skip
        owners = {"1": person["id"]} if self.outside else {"0": where.get("guild_id", "0")}
        payload = {
            "id": store.new_id(), "application_id": store.me["id"], "type": kind, "data": data,
            "channel": store.channels[channel], "channel_id": channel, "token": token,
            "version": 1, "attachment_size_limit": 10_485_760, "locale": "en-US",
            "app_permissions": "0", "entitlements": [], "authorizing_integration_owners": owners,
            **where, **more,
        }  # fmt: skip
        await self._told("INTERACTION_CREATE", payload)
        return token

    def _found(self, message: str) -> tuple[str, Json]:
        return next((c, ms[message]) for c, ms in self.store.messages.items() if message in ms)

    def _where(self, channel: str) -> Json:
        native = self.store.channels[channel]
        return {} if native["type"] == DIRECT else {"guild_id": native["guild_id"]}

    async def close(self, channel: str, *who: str) -> None:
        """Make it private, for these people and roles by their ids; the gateway tells of it."""
        self.store.rights.close(channel, *who)
        await self._told("CHANNEL_UPDATE", self.store.ruled(self.store.channels[channel]))

    def _member(self, by: str) -> Json:
        roles = self.store.rights.members[self.store.person(by)["id"]]
        return {"roles": roles, "joined_at": self.store.time(), "deaf": False, "mute": False,
                "flags": 0, "avatar": None, "nick": None, "permissions": "0"}  # fmt: skip


_WAVEFORM = base64.b64encode(bytes(64)).decode()
