import hashlib
from pathlib import Path

STATIC = Path("adapters/page/static")


def test_the_vendored_libraries_are_what_their_list_says():
    listed = (STATIC / "vendor/README.md").read_text()
    for path in (STATIC / "vendor").glob("*.js"):
        assert f"| {path.name} |" in listed
        assert hashlib.sha256(path.read_bytes()).hexdigest() in listed
        assert (STATIC / f"vendor/{path.stem}.LICENSE").exists()


def test_the_pages_own_modules_are_small():
    for path in STATIC.glob("*.js"):
        assert len(path.read_text().splitlines()) < 150, path.name
