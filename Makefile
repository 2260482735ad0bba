# `make` alone lists what there is. Wanted: Python 3.11 or newer with venv, and make.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header

# Tests start Parley hundreds of times: it is compiled once, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test check browser chaos long engines postman bench docs lock clean

help:  ## this list
	@sed -nE 's/^([a-z]+):.*## (.*)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: .venv/run  ## start Parley; without a key it talks to a small model on this machine
	@exec $(BIN)/python -m bot run

test: .venv/dev  ## all tests that need no browser and kill nothing
	$(BIN)/python -m pytest -n 3 --dist loadfile

check: .venv/dev  ## lint, format, types, who imports whom, locks and documents
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/project

browser: .venv/dev  ## the tests that drive a browser
	@command -v chromium >/dev/null || { \
		echo "make browser drives Chromium, and there is none. On Debian: apt-get install chromium"; exit 1; }
	$(BIN)/python -m pytest -m browser -n 2 --dist loadfile tests/browser

chaos: .venv/dev  ## kill Parley again and again, and count what is lost
	$(BIN)/python -m pytest -m chaos tests/chaos

long: .venv/dev  ## hundreds and thousands of turns, calls and rows, in minutes
	$(BIN)/python -m pytest -m long -n 2

engines: .venv/dev  ## what the sandbox's engines speak and hear, in minutes
	$(BIN)/python -m pytest -m engines tests/sandbox tests/desk/tuning

postman: .venv/dev  ## send every request of docs/postman.json to the sandbox, by newman
	@command -v npm >/dev/null || { \
		echo "make postman runs newman, which npm gets. On Debian: apt-get install npm"; exit 1; }
	$(BIN)/python -m tests.postman

bench: .venv/dev  ## measure, each against its floor
	$(BIN)/python -m benchmarks

docs: .venv/dev  ## write docs/openai-api.md again, after a change in docs/openai-api.toml
	$(BIN)/python -m tests.project.openai_api

lock: .venv/dev  ## write the lock files again, after a change in pyproject.toml
	$(LOCK) pyproject.toml --all-extras --group dev -o requirements/dev.txt
	$(LOCK) pyproject.toml --extra sandbox -c requirements/dev.txt -o requirements/run.txt
	$(LOCK) pyproject.toml -c requirements/dev.txt -o requirements/docker.txt

clean:  ## remove what make has made
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# A stamp for each lock file, so that a second `make run` starts at once.
.venv/%: requirements/%.txt | $(BIN)/python
	$(INSTALL) -r $<
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Parley needs Python 3.11 or newer; name one: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python has no venv here. On Debian: apt-get install python3-venv"; exit 1; }
