"""What is counted when all is quiet again: on the platforms, at the provider, in the database."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.world import Post, Question, World

NOTE = "_Parley was restarted while it wrote this."
GIVEN_UP = "Parley was restarted "
FEEDBACK = ("👍", "👎")  # ordinary buttons, where a platform has none of its own for it


@dataclass
class Seen:
    """By the questions' first words. A question is answered where a public post begins with its
    first word, told where its place has a sentence that says that it was given up.
    """

    whole: list[str] = field(default_factory=list)
    interrupted: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    misplaced: list[str] = field(default_factory=list)
    frozen: list[str] = field(default_factory=list)  # half a text without a word, or a Stop button
    strange: list[str] = field(default_factory=list)  # other posts, by their text

    @property
    def wrong(self) -> dict[str, list[str]]:
        wrong = ("lost", "twice", "misplaced", "frozen", "strange")
        return {name: found for name in wrong if (found := getattr(self, name))}


def look(questions: Iterable[Question], posts: Iterable[Post]) -> Seen:
    seen, answers, sentences = Seen(), {}, Counter()
    known = {question.first_word for question in questions}
    for post in posts:
        first_word = next(iter(post.text.split()), "")
        if post.text.startswith(GIVEN_UP):
            sentences[post.place] += 1
        elif first_word in known and not post.private:
            answers.setdefault(first_word, []).append(post)
        else:
            seen.strange.append(f"{post.place}: {post.text[:200]}")
    for question in questions:
        _look_at(question, answers.get(question.first_word, []), sentences, seen)
    seen.strange += [f"{n} sentences too many in {place}" for place, n in (+sentences).items()]
    return seen


def _look_at(question: Question, posts: list[Post], sentences: Counter[str], seen: Seen) -> None:
    name = f"{question.first_word} in {question.place}"
    if not posts:
        (seen.told if sentences[question.place] else seen.lost).append(name)
        sentences[question.place] -= 1
        return
    if len(posts) > 1:
        seen.twice.append(name)
    if any(post.place != question.place for post in posts):
        seen.misplaced.append(name)
    buttons = tuple(label for label in posts[0].buttons if label not in FEEDBACK)
    if posts[0].text.endswith(question.last_word) and buttons == ("Regenerate", "Receipt"):
        seen.whole.append(name)
    elif NOTE in posts[0].text and buttons == ("Regenerate", "Continue", "Receipt"):
        seen.interrupted.append(name)
    else:
        seen.frozen.append(f"{name} {posts[0].buttons} …{posts[0].text[-80:]}")


@dataclass(frozen=True)
class Books:
    """What the database says. Look at it when Parley does not run."""

    integrity: str
    waiting: int  # in the inbox
    rows: int  # HTTP attempts written down
    held: int
    exact: int  # answers settled as the provider reported
    estimated: int
    released: int
    twice: int  # attempts that stand there twice
    astray: int  # totals that are not the sum of their rows


def books(database: Path) -> Books:
    return Books(*(_read(database, query) for query in _QUERIES))


def waiting(database: Path) -> int:
    """Events that are not done."""
    return _read(database, _WAITING)


def _read(database: Path, query: str):
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchone()[0]


_WAITING = "SELECT count(*) FROM inbox"
_ROWS = "SELECT count(*) FROM calls"
_TWICE = """SELECT count(*) FROM (
    SELECT 1 FROM calls GROUP BY call, attempt HAVING count(*) > 1 UNION ALL
    SELECT 1 FROM calls WHERE request_id LIKE 'req_%' AND estimated = 0 AND state = 'settled'
    GROUP BY request_id HAVING count(*) > 1)"""
_ASTRAY = """WITH sums AS (
    SELECT CASE column1 WHEN 'hour' THEN hour WHEN 'day' THEN day ELSE month END AS start,
        column1 AS window, column2 AS kind,
        CASE column2 WHEN 'person' THEN author WHEN 'channel' THEN channel ELSE workspace END
        AS subject, capability,
        sum(coalesce(cost, 0)) AS spent, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out,
        count(*) AS calls, sum(cost IS NULL) AS unpriced, sum(estimated) AS estimated,
        sum(pictures) AS pictures, sum(seconds) AS seconds, sum(characters) AS characters
    FROM calls, (VALUES ('hour', 'person'), ('hour', 'channel'), ('hour', 'workspace'),
        ('day', 'person'), ('day', 'channel'), ('day', 'workspace'),
        ('month', 'person'), ('month', 'channel'), ('month', 'workspace'))
    WHERE state = 'settled' GROUP BY 1, 2, 3, 4, 5)
    SELECT (SELECT count(*) FROM (SELECT * FROM sums EXCEPT SELECT * FROM totals))
         + (SELECT count(*) FROM (SELECT * FROM totals EXCEPT SELECT * FROM sums))"""
_QUERIES = (
    "PRAGMA integrity_check",
    _WAITING,
    _ROWS,
    f"{_ROWS} WHERE state = 'held'",
    f"{_ROWS} WHERE state = 'settled' AND NOT estimated AND capability = 'chat'",
    f"{_ROWS} WHERE state = 'settled' AND estimated",
    f"{_ROWS} WHERE state = 'released'",
    _TWICE,
    _ASTRAY,
)


def settled(world: World) -> bool:
    """Whether nobody waits for anything."""
    unanswered = look(world.questions, world.posts()).lost
    return not (unanswered or world.slack.socket.unacknowledged or waiting(world.parley.database))


def check(world: World) -> tuple[Seen, Books]:
    """All that must hold at a quiet end, when Parley has left."""
    seen, kept = look(world.questions, world.posts()), books(world.parley.database)
    assert not seen.wrong, seen.wrong
    assert (kept.integrity, kept.waiting, kept.held, kept.twice, kept.astray) == ("ok", 0, 0, 0, 0)
    calls = len(world.openai.calls) + len(world.openai.judged)
    finished = sum(bill.completion_tokens > 0 for bill in world.openai.bills)
    assert calls <= kept.rows, "a call went out that was not written down"
    assert kept.exact <= finished, "something is booked as reported that was not"
    return seen, kept
