import pytest

from bot.openai.catalogue import Prices
from bot.settings import Settings
from bot.spending.budgets import Budgets, BudgetSpent, whom
from bot.spending.quotes import NoPrice, Quote
from bot.storage.ledger import Balance
from tests.spending.desk import ADA, NOON

PRICES = Prices(input=1_000_000, output=2_000_000)


def quote(prices=PRICES, ceiling=None, **changes):
    facts = {"tokens_in": 100, "wanted": 1000, "least": 16} | changes
    return Quote("chat", "some-model", prices, ceiling=ceiling, **facts)


def limits(**settings):
    return Budgets(Settings(_env_file=None, **settings)).limits(ADA, whom(ADA), [], NOON)


def test_a_small_budget_gets_a_short_answer():
    assert quote().fit(limits(budget_person_day="0.0005"), [Balance(0, 0)]) == 200


def test_what_is_spent_and_held_is_not_there_to_spend():
    assert quote().fit(limits(budget_person_day="0.0005"), [Balance(100, 100)]) == 100


def test_the_tightest_budget_decides_and_is_named():
    stand = limits(budget_person_month="1", budget_workspace_day="0.000131")
    with pytest.raises(BudgetSpent, match="workspace"):
        quote().fit(stand, [Balance(0, 0), Balance(0, 0)])


def test_sixteen_tokens_are_an_answer_and_fifteen_are_none():
    assert quote().fit(limits(budget_person_day="0.000132"), [Balance(0, 0)]) == 16
    with pytest.raises(BudgetSpent):
        quote().fit(limits(budget_person_day="0.000131"), [Balance(0, 0)])


def test_several_answers_share_the_room():
    assert quote(answers=2).fit(limits(budget_person_day="0.0005"), [Balance(0, 0)]) == 100


def test_a_free_model_answers_when_the_budget_is_spent():
    free = quote(Prices(input=0, output=0))
    assert free.fit(limits(budget_person_day="0.01"), [Balance(20_000, 0)]) == 1000


def test_an_unknown_price_goes_ahead_where_no_budget_stands():
    unknown = quote(None)
    assert unknown.fit([], []) == 1000
    assert unknown.cost(1000, limited=False) == 0


def test_an_unknown_price_is_refused_where_a_budget_stands():
    with pytest.raises(NoPrice) as refused:
        quote(None).fit(limits(budget_person_day="5"), [Balance(0, 0)])
    assert "PARLEY_UNPRICED_CALL_CEILING" in refused.value.sentence
    assert "some-model" in refused.value.sentence


def test_an_unknown_price_holds_the_operators_ceiling():
    unknown = quote(None, ceiling=10_000)
    stand = limits(budget_person_day="0.02")
    assert unknown.fit(stand, [Balance(10_000, 0)]) == 1000
    assert unknown.cost(1000, limited=True) == 10_000
    with pytest.raises(BudgetSpent):
        unknown.fit(stand, [Balance(10_001, 0)])
