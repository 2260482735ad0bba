"""What Slack knows of the app: where it is installed, by which tokens and with which scopes. Codes
and refresh tokens are good once.
"""

import itertools
import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.slack_web import APP_TOKEN, BOT, BOT_ID, BOT_TOKEN, TEAM, Json, Refusal

CLIENT_ID, CLIENT_SECRET = "1234.5678", "c11e47"  # of a fake
CONFIG_TOKEN = "xoxe.xoxp-config"
LASTS = 43_200  # seconds that a rotated token lives
OPEN = {"oauth.v2.access"}  # needs no token
MANIFEST = Path(__file__).parents[2] / "docs" / "slack-manifest.json"


@dataclass
class Tenant:
    """One workspace, or an organisation."""

    id: str
    organisation: bool = False

    @property
    def bot(self) -> str:
        return BOT if self.id == TEAM else f"{BOT}{self.id}"


@dataclass
class App:
    """`rotates`: its tokens expire. `offset`: how far the clock was moved. `tenant`: where the
    person at the browser allows it.
    """

    rotates: bool = False
    offset: float = 0.0
    id: str = "A1"
    tenant: Tenant = field(default_factory=lambda: Tenant(TEAM))
    scopes: set[str] = field(default_factory=set)
    tells_scopes: bool = True
    manifest: Json = field(default_factory=dict)
    tokens: dict[str, Tenant] = field(default_factory=lambda: {BOT_TOKEN: Tenant(TEAM)})
    dead: dict[str, str] = field(default_factory=dict)  # token -> the error it gets
    used: list[tuple[str, str]] = field(default_factory=list)  # method, the id of its place
    refreshed: int = 0

    def __post_init__(self) -> None:
        if MANIFEST.exists():
            self.manifest = json.loads(MANIFEST.read_text())
            self.scopes = set(self.manifest["oauth_config"]["scopes"]["bot"])
        # What takes a token of its own.
        self.own = {"apps.connections.open": APP_TOKEN, "apps.manifest.export": CONFIG_TOKEN}
        self._codes: dict[str, Tenant] = {}
        self._refreshers: dict[str, Tenant] = {}
        self._expires: dict[str, float] = {}
        self._count = itertools.count(1)

    def now(self) -> float:
        return time.time() + self.offset

    def allowed(self) -> str:
        """Somebody pressed Allow: the code that goes back."""
        code = f"code-{next(self._count)}"
        self._codes[code] = self.tenant
        return code

    def revoke(self, id_: str, error: str = "token_revoked") -> None:
        """All tokens of this place."""
        for token, place in list(self.tokens.items()):
            if place.id == id_:
                self.dead[token] = error
                del self.tokens[token]

    def authorized(self, method: str, authorization: str) -> Tenant | None:
        """Whose call it is. Raises Refusal."""
        token = authorization.removeprefix("Bearer ")
        if method in OPEN:
            return None
        if method in self.own:
            if token != self.own[method]:
                raise Refusal(self.dead.get(token, "invalid_auth"))
            return None
        if token in self.dead or token not in self.tokens:
            raise Refusal(self.dead.get(token, "invalid_auth"))
        if self._expires.get(token, self.now() + 1) <= self.now():
            raise Refusal("token_expired")
        self.used.append((method, self.tokens[token].id))
        return self.tokens[token]

    def call(
        self, method: str, body: Json, authorization: str, place: Tenant | None
    ) -> Json | None:
        """The answer to what is about the app; None where another part of Slack answers."""
        match method:
            case "auth.test" if place:
                return {
                    "user_id": place.bot, "bot_id": BOT_ID, "user": "parley",
                    "team": f"Team {place.id}" if place.id != TEAM else "Team", "team_id": place.id,
                    "url": "https://team.slack.com/",
                }  # fmt: skip
            case "bots.info":
                return {"bot": {"id": BOT_ID, "app_id": self.id, "name": "parley"}}
            case "apps.manifest.export":
                return {"manifest": self.manifest}
            case "oauth.v2.access":
                return self._access(body, authorization)
        return None

    def _access(self, body: Json, authorization: str) -> Json:
        if authorization:
            raise Refusal("invalid_arguments")
        if body.get("client_id") != CLIENT_ID:
            raise Refusal("invalid_client_id")
        if body.get("client_secret") != CLIENT_SECRET:
            raise Refusal("bad_client_secret")
        if body.get("grant_type") == "refresh_token":
            place = self._refreshers.pop(str(body.get("refresh_token")), None)
            self.refreshed += 1
            if place is None:
                raise Refusal("invalid_refresh_token")
        else:
            place = self._codes.pop(str(body.get("code")), None)
            if place is None:
                raise Refusal("invalid_code")
        return self._granted(place)

    def _granted(self, place: Tenant) -> Json:
        number = next(self._count)
        token = f"xoxe.xoxb-{number}" if self.rotates else f"xoxb-{number}"
        self.tokens[token] = place
        named = {"id": place.id, "name": f"Team {place.id}"}
        answer: dict[str, Any] = {
            "access_token": token, "token_type": "bot", "scope": ",".join(sorted(self.scopes)),
            "bot_user_id": place.bot, "app_id": self.id, "authed_user": {"id": "UADA"},
            "team": None if place.organisation else named,
            "enterprise": named if place.organisation else None,
            "is_enterprise_install": place.organisation,
        }  # fmt: skip
        if self.rotates:
            refresher = f"xoxe-1-{number}"
            self._refreshers[refresher] = place
            self._expires[token] = self.now() + LASTS
            answer |= {"refresh_token": refresher, "expires_in": LASTS}
        return answer
