"""Every request of docs/postman.json, sent to the sandbox by newman: `make postman`."""

import subprocess
import sys
from pathlib import Path

from tests.sandbox.conftest import KEY, sandbox

NEWMAN = "newman@6.2.2"
FILES = Path(__file__).parent  # that the requests send
COLLECTION = FILES.parents[1] / "docs" / "postman.json"
PACE = "30"  # seconds that a job stays in each state: one that has ended cannot be cancelled
PATIENCE = "60000"  # milliseconds, with a machine that does other things


def main() -> int:
    """Newman's own exit code: not 0 where a request or a check failed."""
    with sandbox("--pace", PACE) as (_, url):
        return subprocess.run(_command(url), check=False).returncode


def _command(url: str) -> list[str]:
    npm = ["npm", "exec", "--yes", "--loglevel=error", f"--package={NEWMAN}", "--"]
    variables = [f"--env-var=BASE_URL={url}", f"--env-var=OPENAI_API_KEY={KEY}"]
    told = ["--reporters=cli", "--reporter-cli-no-success-assertions", "--reporter-cli-no-banner"]
    more = [f"--working-dir={FILES}", f"--timeout-request={PATIENCE}", *told]
    return [*npm, "newman", "run", str(COLLECTION), *variables, *more]


if __name__ == "__main__":
    sys.exit(main())
