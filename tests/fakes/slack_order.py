"""Who is who on the fake Slack, who is in which channel, and what is done about messages.
https://docs.slack.dev/reference/methods
"""

import re
from collections import defaultdict

from tests.fakes.slack_basics import BOT, Json, Refusal
from tests.fakes.slack_web import WebApi

ADMIN_TOKEN = "xoxp-admin"  # of a fake; the person whose it is may delete what others wrote
_METHODS = {
    "conversations.info": "info", "conversations.members": "members", "users.info": "user",
    "usergroups.list": "groups", "chat.getPermalink": "permalink", "reactions.add": "react",
}  # fmt: skip
_NAME = re.compile(r"[a-z0-9_+'-]+")
_PAGE = 2  # members of an answer, so that a few people are several pages


class Order:
    """`private`: who is in which private channel; Parley is in all of them but those of `closed`.
    `joined`: who is in a public one, which matters for guests. `user_groups`: who is in which.
    """

    def __init__(self, api: WebApi) -> None:
        self.api = api
        self.private: dict[str, set[str]] = {}
        self.joined: dict[str, set[str]] = defaultdict(set)
        self.closed: set[str] = set()
        self.guests: set[str] = set()
        self.admins: set[str] = set()
        self.gone: set[str] = set()  # whose accounts are deactivated
        self.strangers: set[str] = set()  # of another workspace, in a channel that both share
        self.user_groups: dict[str, set[str]] = {}

    def close(self, channel: str, *members: str) -> None:
        """Make it a private channel of these people, by their ids."""
        self.api.channels.add(channel)
        self.private[channel] = {BOT, *members}

    def call(self, method: str, body: Json) -> Json | None:
        if name := _METHODS.get(method):
            self.api.count_call(method, str(body.get("channel", "")))
            answer: Json = getattr(self, name)(body)
            return answer
        return None

    def info(self, body: Json) -> Json:
        channel = self._channel(body)
        if channel.startswith("D"):
            user = f"U{channel[1:]}"
            return {"channel": {"id": channel, "is_im": True, "user": user}}
        private = channel in self.private
        about = {"id": channel, "is_channel": True, "is_im": False, "is_mpim": False}
        return {"channel": about | {"is_private": private, "name": channel.lower()}}

    def members(self, body: Json) -> Json:
        channel = self._channel(body)
        there = sorted(self.private.get(channel, self.joined[channel]))
        start = int(body.get("cursor") or 0)
        more = str(start + _PAGE) if len(there) > start + _PAGE else ""
        page = there[start : start + _PAGE]
        return {"members": page, "response_metadata": {"next_cursor": more}}

    def user(self, body: Json) -> Json:
        user = str(body["user"])
        return {"user": {
            "id": user, "name": user[1:].lower(), "deleted": user in self.gone,
            "team_id": "T2" if user in self.strangers else "T1",
            "is_restricted": user in self.guests, "is_ultra_restricted": False,
            "is_admin": user in self.admins, "is_owner": False, "is_primary_owner": False,
        }}  # fmt: skip

    def groups(self, body: Json) -> Json:
        with_users = body.get("include_users") in (True, "1", "true", "True")
        return {"usergroups": [
            {"id": id_, "handle": id_.lower()} | ({"users": sorted(users)} if with_users else {})
            for id_, users in self.user_groups.items()
        ]}  # fmt: skip

    def permalink(self, body: Json) -> Json:
        channel, ts = self._channel(body), str(body["message_ts"])
        message = self.api.find(channel, ts)
        url = f"https://team.slack.com/archives/{channel}/p{ts.replace('.', '')}"
        if root := message.get("thread_ts"):
            url += f"?thread_ts={root}&cid={channel}"
        return {"channel": channel, "permalink": url}

    def react(self, body: Json) -> Json:
        message = self.api.find(self._channel(body), str(body.get("timestamp")))
        name = str(body.get("name"))
        if not _NAME.fullmatch(name):
            raise Refusal("invalid_name")
        given = message.setdefault("reactions", [])
        if any(reaction["name"] == name for reaction in given):
            raise Refusal("already_reacted")
        given.append({"name": name, "users": [BOT], "count": 1})
        return {}

    def delete(self, body: Json) -> Json:
        """As an admin. Returns the message."""
        message = self.api.find(self._channel(body), str(body.get("ts")))
        self.api.messages.remove(message)
        return message

    def _channel(self, body: Json) -> str:
        channel = str(body.get("channel", ""))
        if channel not in self.api.channels or channel in self.closed:
            raise Refusal("channel_not_found")
        return channel
