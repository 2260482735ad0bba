"""docs/postman.json has every request of the guide. What they get is for newman: `make postman`."""

import json
import re

import pytest

from tests.postman.__main__ import COLLECTION, FILES
from tests.project.openai_api import items

CONTENT = json.loads(COLLECTION.read_text())
REQUESTS = [one for folder in CONTENT["item"] for one in folder["item"]]
VARIABLES = {one["key"]: one["value"] for one in CONTENT["variable"]}
NAMES = {
    "{{TRAINING_FILE_ID}}": "{file_id}",
    "{{FILE_ID}}": "{file_id}",
    "{{JOB_ID}}": "{job_id}",
    "{{BATCH_ID}}": "{batch_id}",
    "{{MODEL}}": "{model_id}",
}  # ours and the guide's


def script(entry):
    return "\n".join(line for event in entry["event"] for line in event["script"]["exec"])


def called():
    """Method and address, an id as the guide writes it."""
    for one in REQUESTS:
        path = one["request"]["url"].removeprefix("{{BASE_URL}}").partition("?")[0]
        for name, guides in NAMES.items():
            path = path.replace(name, guides)
        yield f"{one['request']['method']} {path}"


ENDPOINTS = [item["what"].split("`")[1] for item in items() if item["kind"] == "endpoint"]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_every_endpoint_has_its_request(endpoint):
    assert endpoint in set(called())


def test_its_variables_are_the_guides():
    guides = {"OPENAI_API_KEY": "", "BASE_URL": "https://api.openai.com/v1", "MODEL": "gpt-4o-mini"}
    assert guides.items() <= VARIABLES.items()
    assert CONTENT["auth"]["bearer"][0]["value"] == "{{OPENAI_API_KEY}}"


def test_every_variable_is_known_and_used():
    used = set(re.findall(r"{{(\w+)}}", json.dumps(CONTENT)))
    assert used == set(VARIABLES)
    saved = set(re.findall(r'collectionVariables\.set\("(\w+)"', "\n".join(map(script, REQUESTS))))
    assert saved == {name for name in VARIABLES if name.endswith("_ID")}


@pytest.mark.parametrize("one", REQUESTS, ids=lambda one: one["name"])
def test_every_request_has_its_checks_and_its_files(one):
    assert script(one).count("pm.test(") >= 2
    for field in one["request"].get("body", {}).get("formdata", []):
        assert field["type"] == "text" or (FILES / field["src"]).is_file()
