"""The State port in memory, with the faults of a disk."""


class MemoryState:
    def __init__(self) -> None:
        self.rows: dict[str, str] = {}
        self.lose = ""  # the next put of such a key is stored, but its caller gets an error
        self.puts = 0

    async def get(self, key):
        return self.rows.get(key)

    async def put(self, key, value):
        self.rows[key] = value
        self.puts += 1
        if self.lose and key.startswith(self.lose):
            self.lose = ""
            raise OSError("the answer was lost")

    async def delete(self, key):
        self.rows.pop(key, None)

    async def scan(self, prefix):
        return sorted(row for row in self.rows.items() if row[0].startswith(prefix))
