"""Slack's Web API over messages in memory: its rules, its errors, its limits.
https://docs.slack.dev/reference/methods
"""

import itertools
import time
from collections import defaultdict
from typing import Any

from tests.fakes.slack_basics import BOT, BOT_ID, TEAM, Json, Refusal
from tests.fakes.slack_blocks import wrong
from tests.fakes.slack_limits import RateLimits
from tests.fakes.slack_streams import Streams

BOT_TOKEN, APP_TOKEN = "xoxb-test", "xapp-test"  # tokens of a fake


class WebApi(Streams):
    def __init__(self, *, limits: bool, streaming: str) -> None:
        super().__init__()
        self.limits = limits
        self.streaming = streaming  # where chat.startStream works: "im", "everywhere", "nowhere"
        self.channels = {"C1"}
        self.messages: list[Json] = []
        self.statuses: list[str] = []
        self.loading: list[str] = []  # what is shown while Parley is at work
        self.sessions: dict[str, list[str]] = defaultdict(list)  # thread -> what it went through
        self.agent = True  # whether the app is one
        self.feedback = True  # whether there are feedback buttons
        self.time = time.time
        self.rates = RateLimits(self.now)
        self.offset = 0.0  # how far the clock was moved
        self._count = itertools.count(1)

    def now(self) -> float:
        return self.time() + self.offset

    def call(self, method: str, body: Json) -> Json:
        name = method.replace(".", "_")
        if not hasattr(WebApi, name):
            raise Refusal("unknown_method")
        self.count_call(method, str(body.get("channel", "")))
        answer: Json = getattr(self, name)(body)
        return answer

    def count_call(self, method: str, channel: str = "") -> None:
        if self.limits:
            self.rates.count(method, channel)

    # What people and Parley say

    def store(self, channel: str, user: str, **fields: Any) -> Json:
        ts = f"{int(self.now())}.{next(self._count):06d}"
        message = {"type": "message", "channel": channel, "user": user, "ts": ts, **fields}
        self.messages.append({k: v for k, v in message.items() if v not in (None, "")})
        return self.messages[-1]

    def find(self, channel: str, ts: str) -> Json:
        for message in self.messages:
            if (message["channel"], message["ts"]) == (channel, ts):
                return message
        raise Refusal("message_not_found")

    def own(self, body: Json, error: str) -> Json:
        message = self.find(self._channel(body), str(body.get("ts")))
        if message["user"] != BOT or "private_to" in message:
            raise Refusal(error)
        return message

    def _channel(self, body: Json) -> str:
        channel = str(body.get("channel", ""))
        if channel not in self.channels:
            raise Refusal("channel_not_found")
        return channel

    def content(self, body: Json) -> Json:
        blocks, text = body.get("blocks") or [], body.get("text") or ""
        markdown = body.get("markdown_text") or ""
        if not (blocks or text or markdown):
            raise Refusal("no_text")
        if markdown and (blocks or text):
            raise Refusal("markdown_text_conflict")
        if len(markdown) > 12_000 or len(text) > 40_000:
            raise Refusal("msg_too_long")
        if error := wrong(blocks, feedback=self.feedback):
            raise Refusal(error)
        return {"text": text or markdown, "blocks": blocks, "metadata": body.get("metadata")}

    # Methods

    def auth_test(self, body: Json) -> Json:
        return {"user_id": BOT, "bot_id": BOT_ID, "user": "parley", "team": "Team", "team_id": TEAM}

    def assistant_threads_setStatus(self, body: Json) -> Json:  # noqa: N802  Slack's name
        self.statuses.append(body["status"])
        self.loading = body.get("loading_messages") or []
        return {}

    def agents_sessions_setStatus(self, body: Json) -> Json:  # noqa: N802  Slack's name
        if not self.agent:
            raise Refusal("not_authorized")
        if body["status"] not in ("active", "processing", "suspended", "closed"):
            raise Refusal("invalid_arguments")
        if not body.get("thread_ts"):
            raise Refusal("invalid_arguments")
        self.sessions[body["thread_ts"]].append(body["status"])
        return {}

    def conversations_open(self, body: Json) -> Json:
        channel = f"D{str(body['users'])[1:]}"
        self.channels.add(channel)
        return {"channel": {"id": channel}}

    def chat_postMessage(self, body: Json) -> Json:  # noqa: N802  Slack's name
        thread = body.get("thread_ts")
        message = self.store(
            self._channel(body), BOT, bot_id=BOT_ID, thread_ts=thread, **self.content(body)
        )
        return {"channel": message["channel"], "ts": message["ts"], "message": message}

    def chat_postEphemeral(self, body: Json) -> Json:  # noqa: N802  Slack's name
        message = self.store(
            self._channel(body), BOT, thread_ts=body.get("thread_ts"), private_to=body["user"],
            **self.content(body),
        )  # fmt: skip
        return {"message_ts": message["ts"]}

    def chat_update(self, body: Json) -> Json:
        message = self.own(body, "cant_update_message")
        if self.streams(message["ts"]):
            raise Refusal("streaming_state_conflict")
        message.pop("streamed", None)
        message.update({k: v for k, v in self.content(body).items() if v is not None})
        return {"channel": message["channel"], "ts": message["ts"], "text": message["text"]}

    def chat_delete(self, body: Json) -> Json:
        self.messages.remove(self.own(body, "cant_delete_message"))
        return {"ts": body["ts"]}

    def conversations_replies(self, body: Json) -> Json:
        """The root stands before what was asked for."""
        channel, ts = self._channel(body), body["ts"]
        thread = [m for m in self._public(channel) if ts in (m["ts"], m.get("thread_ts"))]
        if not thread:
            raise Refusal("thread_not_found")
        roots = [m for m in thread if m["ts"] == ts and not _is_within(m, body)]
        return self._page(roots + [m for m in thread if _is_within(m, body)], body)

    def conversations_history(self, body: Json) -> Json:
        top = [m for m in self._public(self._channel(body)) if "thread_ts" not in m]
        return self._page([m for m in top[::-1] if _is_within(m, body)], body)

    def _public(self, channel: str) -> list[Json]:
        return [m for m in self.messages if m["channel"] == channel and "private_to" not in m]

    def _page(self, messages: list[Json], body: Json) -> Json:
        start, limit = int(body.get("cursor") or 0), int(body.get("limit", 100))
        page = [dict(m) for m in messages[start : start + limit]]
        for message in page:
            if not _is_true(body.get("include_all_metadata")):
                message.pop("metadata", None)
        more = str(start + limit) if len(messages) > start + limit else ""
        return {"messages": page, "response_metadata": {"next_cursor": more}}


def _is_within(message: Json, body: Json) -> bool:
    """Between `oldest` and `latest`, or at one of them where this is `inclusive`."""
    ts, ends = message["ts"], (body.get("oldest", "0"), body.get("latest", "9999999999"))
    if _is_true(body.get("inclusive")) and ts in ends:
        return True
    return float(ends[0]) < float(ts) < float(ends[1])


def _is_true(value: Any) -> bool:
    return value in ("1", "true", True)
