"""Who works on what, among the processes that share a database."""

import fcntl
import secrets
import sqlite3
import time
from pathlib import Path

LEASE = 30.0  # seconds; counts only where an owner's lock file is missing
HEARTBEAT = 10.0  # seconds


class Owner:
    """This process, from its start to its end: it lives as long as it holds the lock on its own
    file beside the database. The kernel releases the lock however the process ends.

    Raises OSError where that file cannot be made.
    """

    def __init__(self, database: Path) -> None:
        self.id = secrets.token_urlsafe(9)
        self._database = database
        self._leases: dict[str, float] = {}
        self._lock = self._file(self.id).open("x")
        fcntl.flock(self._lock, fcntl.LOCK_EX)

    def dead(self, owner: str) -> bool:
        """Whether that process is gone for certain: what it left undone may be taken."""
        if owner == self.id:
            return False
        try:
            with self._file(owner).open() as lock:
                # Shared: two who look at once must not take each other for the living owner.
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return self._leases.get(owner, 0) < time.time()
        except BlockingIOError:
            return False
        return True

    def renew(self, connection: sqlite3.Connection) -> None:
        """The heartbeat: renew the lease, bury the dead. An owner without a row and a file is
        dead too, so whoever comes later to take its work still may.
        """
        connection.execute(
            "INSERT OR REPLACE INTO owners (owner, lease_until) VALUES (?, ?)",
            (self.id, time.time() + LEASE),
        )
        self._leases = dict(connection.execute("SELECT owner, lease_until FROM owners"))
        for owner in filter(self.dead, list(self._leases)):
            self._bury(connection, owner)

    def leave(self, connection: sqlite3.Connection) -> None:
        """At the end of a clean shutdown."""
        self._bury(connection, self.id)

    def close(self) -> None:
        self._lock.close()

    def _bury(self, connection: sqlite3.Connection, owner: str) -> None:
        connection.execute("DELETE FROM owners WHERE owner = ?", (owner,))
        self._leases.pop(owner, None)
        self._file(owner).unlink(missing_ok=True)

    def _file(self, owner: str) -> Path:
        return self._database.with_name(f"{self._database.name}.owner-{owner}")
