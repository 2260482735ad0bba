import pytest

from tests.chaos.world import World


@pytest.fixture
def figures(capsys):
    """Prints a line of figures, whatever pytest captures."""

    def say(title, **numbers):
        line = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in numbers.items())
        with capsys.disabled():
            print(f"\n{title}: {line}")  # noqa: T201  for the log of CI

    return say


@pytest.fixture
def world(tmp_path):
    return lambda **how: World(tmp_path, **how)
