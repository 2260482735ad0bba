"""Text that Slack streams. https://docs.slack.dev/reference/methods/chat.startStream"""

from typing import Any

from tests.fakes.slack_basics import BOT, BOT_ID, Json, Refusal
from tests.fakes.slack_blocks import wrong

LASTS = 300.0  # seconds


class Streams:
    """A part of the Web API, which has the messages."""

    store: Any
    own: Any
    now: Any

    def __init__(self) -> None:
        self.stopped: set[str] = set()  # streams that somebody stopped
        self._ends: dict[str, float] = {}  # ts -> when

    def streams(self, ts: str) -> bool:
        return self._ends.get(ts, 0.0) > self.now() and ts not in self.stopped

    def chat_startStream(self, body: Json) -> Json:  # noqa: N802  Slack's name
        channel = self._channel(body)
        if self.streaming == "nowhere":
            raise Refusal("missing_scope")
        if self.streaming == "im" and not channel.startswith("D"):
            raise Refusal("channel_type_not_supported")
        if not (body.get("recipient_team_id") and body.get("recipient_user_id")):
            raise Refusal("missing_recipient_user_id")
        if not body.get("thread_ts"):
            raise Refusal("invalid_arguments")
        message = self.store(channel, BOT, bot_id=BOT_ID, thread_ts=body["thread_ts"])
        message |= {"text": "", "blocks": []}
        if self.agent:
            self.sessions[body["thread_ts"]].append("processing")
        self._ends[message["ts"]] = self.now() + LASTS
        _append(message, body)
        return {"channel": channel, "ts": message["ts"]}

    def chat_appendStream(self, body: Json) -> Json:  # noqa: N802  Slack's name
        message = self._streaming(body)
        _append(message, body)
        return {"channel": message["channel"], "ts": message["ts"]}

    def chat_stopStream(self, body: Json) -> Json:  # noqa: N802  Slack's name
        message = self._streaming(body)
        _append(message, body)
        message["blocks"] = [*message["blocks"], *(body.get("blocks") or [])]
        if body.get("metadata"):
            message["metadata"] = body["metadata"]
        del self._ends[message["ts"]]
        if self.agent:
            self.sessions[message["thread_ts"]].append(body.get("session_status") or "active")
        return {"channel": message["channel"], "ts": message["ts"]}

    def _streaming(self, body: Json) -> Json:
        message = self.own(body, "message_not_owned_by_app")
        if message["ts"] in self.stopped:
            raise Refusal("stopped_by_user")
        if not self.streams(message["ts"]):
            raise Refusal("message_not_in_streaming_state")
        return message


def _append(message: Json, body: Json) -> None:
    chunks = list(body.get("chunks") or [])
    if markdown := body.get("markdown_text"):
        chunks.append({"type": "markdown_text", "text": markdown})
    for chunk in chunks:
        if len(chunk.get("text", "")) > 12_000:
            raise Refusal("msg_too_long")
        if wrong(chunk.get("blocks", [])):
            raise Refusal("invalid_chunks")
        message["text"] += chunk.get("text", "")
        message["blocks"] = [*message["blocks"], *chunk.get("blocks", [])]
