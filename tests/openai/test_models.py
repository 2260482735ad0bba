from datetime import date

import pytest

from bot.openai import errors
from bot.openai.models import Models
from tests.fakes.openai import Fault


@pytest.fixture
def models(transport):
    return Models(transport)


async def test_models_are_listed(fake, models):
    assert [model.id for model in await models.list()] == fake.models


async def test_one_model_is_retrieved(models):
    assert (await models.retrieve("gpt-4o-mini")).owned_by == "fake"


@pytest.mark.parametrize(
    ("told", "retires"),
    [
        ('"2027-01-14"', date(2027, 1, 14)),
        ('"2027-01-14T00:00:00Z"', date(2027, 1, 14)),
        ("1799884800", date(2027, 1, 14)),
        ("null", None),
        ('"soon"', None),
        ("1e300", None),
    ],
)
async def test_when_a_model_retires_is_known_where_the_server_tells(fake, models, told, retires):
    body = f'{{"id": "gpt-4o", "shutdown_date": {told}}}'
    fake.faults.append(Fault(200, body=body))
    assert (await models.retrieve("gpt-4o")).retires == retires


@pytest.mark.parametrize("id_", ["none", "a/b", "..", "a b?c"])
async def test_a_model_that_is_not_there_is_not_found(models, id_):
    with pytest.raises(errors.NotFound):
        await models.retrieve(id_)


async def test_a_wrong_key_is_told_apart(fake, models):
    fake.key = "sk-another"
    with pytest.raises(errors.AuthenticationFailed):
        await models.list()


@pytest.mark.parametrize("body", ["[]", "{}", '{"data": [{}]}', "nonsense", ""])
async def test_a_list_that_is_none_is_malformed(fake, models, body):
    fake.faults.append(Fault(200, body=body))
    with pytest.raises(errors.Malformed):
        await models.list()
