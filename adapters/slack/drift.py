"""Where the app that Slack knows differs from the one that this code wants; both as manifests."""

from collections.abc import Iterable, Iterator
from typing import Any

from adapters.slack.settings import EVENTS, REDIRECT, Settings
from bot.ports import Finding

Json = dict[str, Any]


def differences(has: Json, wants: Json, settings: Settings) -> list[Finding]:
    """What to change at api.slack.com/apps, and where. One good word where it is nothing."""
    found = [*_heard(has, wants), *_seen(has), *_named(has, wants), *_reached(has, settings)]
    good = Finding("The app has the events, commands and shortcuts that Parley wants.")
    return found or [good]


def _heard(has: Json, wants: Json) -> Iterator[Finding]:
    if missing := _lacking(has, wants, "settings", "event_subscriptions", "bot_events"):
        yield Finding(
            f"The app does not hear {missing}: add it under Event Subscriptions, Subscribe to bot "
            "events.", "!!",
        )  # fmt: skip
    if not _at(has, "settings", "interactivity", "is_enabled"):
        yield Finding(
            "Buttons, forms and shortcuts do nothing: switch Interactivity & Shortcuts on.", "!!"
        )
    by_socket = bool(_at(wants, "settings", "socket_mode_enabled"))
    if bool(_at(has, "settings", "socket_mode_enabled")) != by_socket:
        turn = "on, or set SLACK_SIGNING_SECRET for HTTP" if by_socket else "off"
        yield Finding(f"Parley would hear nothing: switch Socket Mode {turn}.", "!!")


def _seen(has: Json) -> Iterator[Finding]:
    home = _at(has, "features", "app_home") or {}
    if not home.get("messages_tab_enabled") or home.get("messages_tab_read_only_enabled"):
        yield Finding(
            "People cannot write to Parley directly: under App Home switch the Messages Tab on, "
            "and let people send messages from it.", "!!",
        )  # fmt: skip
    if not home.get("home_tab_enabled"):
        yield Finding("Parley's page is hidden: switch App Home, Home Tab on.", "--")
    if not _at(has, "features", "agent_view"):
        yield Finding(
            "The app is no agent, so Slack offers no suggested prompts and no Stop button of its "
            "own: switch Agents & AI Apps on.", "--",
        )  # fmt: skip


def _named(has: Json, wants: Json) -> Iterator[Finding]:
    commands, wanted = (
        _names(has, "slash_commands", "command"),
        _names(wants, "slash_commands", "command"),
    )
    if missing := [name for name in wanted if name not in commands]:
        sentence = f"The app has no {', '.join(missing)}: add it under Slash Commands."
        yield Finding(sentence, "!!" if wanted[0] in missing else "--")
    if foreign := [name for name in commands if name not in wanted]:
        yield Finding(f"Parley does not know the app's {', '.join(foreign)}.", "--")
    shortcuts = _names(has, "shortcuts", "callback_id")
    for shortcut in _at(wants, "features", "shortcuts") or ():
        if shortcut["callback_id"] not in shortcuts:
            yield Finding(
                f"The message shortcut “{shortcut['name']}” is missing: add it under Interactivity "
                f"& Shortcuts, On messages, with the callback ID {shortcut['callback_id']}.", "--",
            )  # fmt: skip


def _reached(has: Json, settings: Settings) -> Iterator[Finding]:
    """By HTTP every address that Slack knows has to be ours."""
    urls = () if settings.by_socket else _urls(has)
    if wrong := [url for url in urls if not _is_ours(url, EVENTS, settings)]:
        yield Finding(
            f"Slack sends to {', '.join(sorted(set(wrong)))}; it has to be "
            f"{settings.reached_at(EVENTS)}.", "!!",
        )  # fmt: skip
    redirects = _at(has, "oauth_config", "redirect_urls") or []
    if settings.slack_client_id and not any(_is_ours(u, REDIRECT, settings) for u in redirects):
        yield Finding(
            f"Nobody can install Parley: add {settings.reached_at(REDIRECT)} under OAuth & "
            "Permissions, Redirect URLs.", "!!",
        )  # fmt: skip


def _urls(has: Json) -> Iterator[str]:
    interactivity = _at(has, "settings", "interactivity") or {}
    yield str(_at(has, "settings", "event_subscriptions", "request_url") or "nowhere")
    yield str(interactivity.get("request_url") or "nowhere")
    for command in _at(has, "features", "slash_commands") or ():
        yield str(command.get("url") or "nowhere")


def _is_ours(url: str, path: str, settings: Settings) -> bool:
    if settings.slack_public_url:
        return url == settings.reached_at(path)
    return url.endswith(path)


def _lacking(has: Json, wants: Json, *path: str) -> str:
    there: Iterable[str] = _at(has, *path) or ()
    return ", ".join(sorted(set(_at(wants, *path)) - set(there)))


def _names(app: Json, feature: str, field: str) -> list[str]:
    return [str(one.get(field)) for one in _at(app, "features", feature) or ()]


def _at(app: Json, *path: str) -> Any:
    for name in path:
        app = (app or {}).get(name) or {}
    return app
