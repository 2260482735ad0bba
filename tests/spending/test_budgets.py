from bot.settings import Settings
from bot.spending.budgets import Budgets, whom
from bot.storage.ledger import Balance
from tests.spending.desk import ADA, NOON


def limits(**settings):
    settings = Settings(_env_file=None, timezone="Europe/Berlin", **settings)
    return Budgets(settings).limits(ADA, whom(ADA), [], NOON)


def test_only_budgets_that_are_set_stand():
    assert limits() == []
    [limit] = limits(budget_workspace_month="20")
    assert limit.account.subject == "slack:T1"
    assert limit.amount == 20_000_000


def test_a_budget_of_nothing_stands():
    [limit] = limits(budget_person_day="0")
    assert limit.room(Balance(0, 0)) == 0


def test_a_spent_day_says_when_it_starts_again():
    [limit] = limits(budget_person_day="0.05")
    assert limit.spent(Balance(50_000, 0)).sentence == (
        "You have used your $0.05 for today; it starts again at 00:00 (Europe/Berlin). "
        "Ask an admin if you need more."
    )


def test_a_spent_month_of_the_workspace_names_the_day():
    [limit] = limits(budget_workspace_month="3")
    assert limit.spent(Balance(3_000_001, 0)).sentence == (
        "All of this workspace's $3.00 for this month is used; "
        "it starts again on 1 December (Europe/Berlin). Ask an admin if you need more."
    )


def test_too_little_left_is_not_called_spent():
    [limit] = limits(budget_person_day="0.05")
    said = limit.spent(Balance(49_990, 0)).sentence
    assert said.startswith("$0.00001 is left of your $0.05 for today, too little for this;")


def test_what_answers_under_way_hold_is_not_called_spent():
    [limit] = limits(budget_person_day="0.05")
    said = limit.spent(Balance(0, 50_000)).sentence
    assert said.startswith("Answers under way hold what is left of your $0.05 for today.")
