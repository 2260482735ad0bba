"""What people do on Slack, as the events it sends for that."""

import copy
import itertools
import time
from typing import Any

from tests.contract.world import Upload
from tests.fakes.slack_shared import SharedFiles
from tests.fakes.slack_socket import Envelope
from tests.fakes.slack_views import Views, inputs, state
from tests.fakes.slack_web import BOT, TEAM, Json, WebApi
from tests.fakes.slack_wire import escaped, person, pressable

RESPONSES = 5  # answers that one response_url takes


class People:
    """Each verb returns when Slack has sent its event. People are called by name."""

    api: WebApi
    socket: Any  # SocketMode or RequestUrl
    url: str

    def __init__(self) -> None:
        self.views = Views(self.api.now)
        self.shared = SharedFiles()
        self.shortcuts: dict[str, str] = {}  # label -> callback_id, as in the app's manifest
        self._responses: dict[str, list[Any]] = {}  # token -> channel, user, uses left
        self._events = itertools.count(1)
        self._last: Envelope | None = None
        self._submitted: Envelope | None = None

    # Messages

    async def mention(self, text: str, *files: Json, by: str = "ada", thread: str = "") -> str:
        """Slack tells it twice, as `message` and as `app_mention`."""
        message = self._say("C1", text, by, thread, files)
        message["text"] = f"<@{BOT}> {message.get('text', '')}".strip()
        await self._event({**message, "channel_type": "channel"})
        await self._event({**message, "type": "app_mention"})
        return str(message["ts"])

    async def direct(self, text: str, *files: Json, by: str = "ada", thread: str = "") -> str:
        message = self._say(f"D{by.upper()}", text, by, thread, files)
        await self._event({**message, "channel_type": "im"})
        return str(message["ts"])

    async def say(self, text: str, *files: Json, by: str = "ada", thread: str = "") -> str:
        message = self._say("C1", text, by, thread, files)
        await self._event({**message, "channel_type": "channel"})
        return str(message["ts"])

    def upload(self, upload: Upload, *, by: str = "ada") -> Json:
        """A file to say something about."""
        return self.shared.add(upload, person(by))

    async def edit(self, ts: str, text: str, *, by: str = "ada") -> Envelope:
        """A mention in it stays."""
        message = self._message(ts)
        before = copy.deepcopy(message)
        called, _, _ = message.get("text", "").partition(">")
        mention = f"{called}> " if called == f"<@{BOT}" else ""
        edited = {"user": person(by), "ts": self._ts()}
        message |= {"text": mention + escaped(text), "edited": edited}
        return await self.changed(message, before)

    async def delete(self, ts: str) -> Envelope:
        """Under replies a tombstone stays."""
        message = self._message(ts)
        if any(m.get("thread_ts") == ts != m["ts"] for m in self.api.messages):
            before = copy.deepcopy(message)
            message |= {"user": "USLACKBOT", "text": "This message was deleted.", "thread_ts": ts}
            message |= {"subtype": "tombstone", "hidden": True}
            return await self.changed(message, before)
        self.api.messages.remove(message)
        return await self.gone(message)

    async def changed(self, message: Json, before: Json) -> Envelope:
        return await self._hidden("message_changed", message, message=message,
                                  previous_message=before)  # fmt: skip

    async def gone(self, message: Json) -> Envelope:
        return await self._hidden("message_deleted", message, deleted_ts=message["ts"],
                                  previous_message=message)  # fmt: skip

    async def _hidden(self, subtype: str, of: Json, /, **about: Any) -> Envelope:
        event = {"type": "message", "subtype": subtype, "channel": of["channel"]}
        about = {name: _without_channel(value) for name, value in about.items()}
        return await self._event({**event, "hidden": True, "ts": self._ts(), **about})

    # Commands, menus and buttons

    async def slash(self, command: str, text: str = "", *, by: str = "ada") -> Envelope:
        """Its `answer` is what Slack shows to the person at once."""
        payload = {
            "command": f"/{command}", "text": text, "team_id": TEAM, "channel_id": "C1",
            "user_id": person(by), "user_name": by, "trigger_id": self.views.trigger(),
            "response_url": self._response_url("C1", by), "api_app_id": "A1", "token": "unused",
        }  # fmt: skip
        return await self._send("slash_commands", payload)

    async def press(self, label: str, *, post: str, by: str = "ada") -> Envelope:
        message = self._message(post)
        element = next(e for e in pressable(message) if e["text"]["text"] == label)
        channel, thread = message["channel"], message.get("thread_ts")
        container = {"type": "message", "message_ts": post, "channel_id": channel,
                     "is_ephemeral": "private_to" in message}  # fmt: skip
        action = {**element, "block_id": "b1", "action_ts": self._ts()}
        return await self._interact(
            "block_actions", by, message=message, actions=[action], channel={"id": channel},
            container=container | ({"thread_ts": thread} if thread else {}),
            response_url=self._response_url(channel, by), trigger_id=self.views.trigger(),
        )  # fmt: skip

    async def shortcut(self, label: str, *, on: str, by: str = "ada") -> Envelope:
        """What the message's own menu offers."""
        message = self._message(on)
        channel = message["channel"]
        return await self._interact(
            "message_action", by, callback_id=self.shortcuts[label], message=message,
            channel={"id": channel, "name": "general"}, message_ts=on, action_ts=self._ts(),
            response_url=self._response_url(channel, by), trigger_id=self.views.trigger(),
        )  # fmt: skip

    # Forms

    @property
    def form(self) -> Json | None:
        """The form that is open."""
        if not self.views.opened or (self._submitted and self._closes(self._submitted)):
            return None
        return self.views.opened[-1]

    @property
    def errors(self) -> dict[str, str]:
        """What the form says is wrong with it, by field."""
        answer = self._submitted.answer if self._submitted else None
        return (answer or {}).get("errors", {})

    async def fill(self, *, by: str = "ada", **values: Any) -> Envelope:
        """Fill in the form that opened last, and send it."""
        view = self.views.opened[-1]
        view = {**view, "state": state(view, values), "team_id": TEAM, "hash": "1.abc"}
        sent = await self._interact(
            "view_submission", by, view=view, trigger_id=self.views.trigger(), response_urls=[]
        )
        self._submitted = sent
        return sent

    async def type_in(self, name: str, text: str, *, by: str = "ada") -> Envelope:
        """Its `answer` is what Slack offers to choose from. The state is empty, whatever the other
        fields hold: https://github.com/slackapi/bolt-js/issues/1146
        """
        view = self.views.opened[-1]
        element = inputs(view)[name]["element"]
        return await self._interact(
            "block_suggestion", by, view={**view, "state": {"values": {}}}, value=text,
            block_id=name, action_id=element["action_id"],
            container={"type": "view", "view_id": view["id"]},
        )  # fmt: skip

    def _closes(self, submitted: Envelope) -> bool:
        view = submitted.payload["view"]["id"]
        answered = submitted.acknowledged.is_set() and not submitted.answer
        return answered and view == self.views.opened[-1]["id"]

    # The rest

    async def open_home(self, tab: str = "home", *, by: str = "ada") -> Envelope:
        self.api.channels.add(f"D{by.upper()}")
        event = {"type": "app_home_opened", "user": person(by), "channel": f"D{by.upper()}"}
        return await self._event({**event, "tab": tab, "event_ts": self._ts()})

    async def stop(self, thread: str, *, channel: str = "C1", by: str = "ada") -> Envelope:
        """Slack's own Stop button."""
        event = {"type": "agent_session_stopped", "channel": channel, "thread_ts": thread}
        return await self._event(
            {**event, "user": person(by), "streaming_message_ts": [], "event_ts": self._ts()}
        )

    def standing(self, ts: object) -> Json | None:
        return next((copy.deepcopy(m) for m in self.api.messages if m["ts"] == ts), None)

    async def echo(self, ts: str, before: Json | None) -> None:
        """What Parley wrote comes back to it, as everything in its channels does."""
        last, now = self._last, self.standing(ts)
        if now and before:
            await self.changed(now, before)
        elif now and "private_to" not in now:
            await self._event({**now, "channel_type": "channel"})
        elif before:
            await self.gone(before)
        self._last = last

    async def redeliver(self) -> None:
        """The last event once more, as after a lost acknowledgement."""
        assert self._last, "nothing was sent"
        await self.socket.send(self._last.kind, self._last.payload, self._last.attempt + 1)

    async def redeliver_unacknowledged(self) -> None:
        """Everything that should have been acknowledged by now."""
        await self.socket.redeliver_unacknowledged()

    async def other(self, event: Json) -> Envelope:
        """An event of any kind."""
        return await self._event(event)

    def _say(self, channel: str, text: str, by: str, thread: str, files: Any = ()) -> Json:
        self.api.channels.add(channel)
        shared = {"files": list(files), "subtype": "file_share"} if files else {}
        return self.api.store(
            channel, person(by), text=escaped(text), thread_ts=thread, team=TEAM, **shared
        )

    def _message(self, ts: str) -> Json:
        return next(m for m in self.api.messages if m["ts"] == ts)

    async def _event(self, event: Json) -> Envelope:
        payload = {
            "type": "event_callback", "team_id": TEAM, "api_app_id": "A1",
            "event": copy.deepcopy(event), "event_id": f"Ev{next(self._events)}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
        }  # fmt: skip
        return await self._send("events_api", payload)

    async def _interact(self, kind: str, by: str, **about: Any) -> Envelope:
        user = {"id": person(by), "username": by, "name": by, "team_id": TEAM}
        team = {"id": TEAM, "domain": "team"}
        payload = {"type": kind, "team": team, "user": user, "api_app_id": "A1", **about}
        return await self._send("interactive", copy.deepcopy(payload))

    async def _send(self, kind: str, payload: Json) -> Envelope:
        self._last = await self.socket.send(kind, payload)
        return self._last

    def _ts(self) -> str:
        return f"{int(self.api.now())}.{next(self._events):06d}"

    def _response_url(self, channel: str, by: str) -> str:
        token = f"r{next(self._events)}"
        self._responses[token] = [channel, person(by), RESPONSES]
        return f"{self.url}/respond/{token}"


def _without_channel(message: Any) -> Any:
    """Within other payloads messages do not say where they stand."""
    if not isinstance(message, dict):
        return message
    return {k: v for k, v in message.items() if k not in ("channel", "private_to")}
