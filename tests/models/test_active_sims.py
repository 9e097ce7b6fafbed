"""How many numbers of a customer are on: the changes say it for the start of every day."""

from datetime import date, timedelta
from random import Random
from typing import Any

from tests.models.model_runner import built, one, person, together

FIRST = date(2026, 1, 1)


def sim(number: int, on: date | None, off: date | None = None, account: str = "A1-1") -> dict[str, Any]:
    return {"subscription_id": f"X{number}", "account_id": account, "activated_on": on, "deactivated_on": off}


def test_the_changes_of_a_customer() -> None:
    mine = person(1, subscriptions=0)
    sims = [
        sim(1, date(2026, 1, 5), date(2026, 3, 1)),
        sim(2, date(2026, 1, 5)),
        sim(3, date(2026, 3, 1)),
        sim(4, None, date(2026, 3, 1)),  # never switched on
        sim(5, date(2026, 5, 1), date(2026, 4, 1)),
        sim(6, date(2026, 2, 1), account="of nobody"),
    ]
    with built("fct_active_sims", **together(mine, {"subscription": sims})) as mart:
        found = mart.sql("from fct_active_sims order by changed_on").fetchall()
    assert found == [(1, date(2026, 1, 5), 2, 0, 2), (1, date(2026, 3, 1), 1, 1, 2)]


def test_the_latest_change_before_a_day_says_how_many_are_on_at_its_start() -> None:
    rng = Random(7)
    sims = [
        sim(n, on, rng.choice([None, on + timedelta(rng.randint(0, 40))]))
        for n, on in enumerate(FIRST + timedelta(rng.randint(0, 60)) for _ in range(40))
    ]
    with built("fct_active_sims", **together(person(1, subscriptions=0), {"subscription": sims})) as mart:
        for days in range(0, 110, 3):
            day = FIRST + timedelta(days)
            told = one(
                mart,
                f"""select coalesce(max_by(active_count, changed_on), 0) as count
                from fct_active_sims where changed_on < date '{day}'""",
            )
            on = [
                each
                for each in sims
                if each["activated_on"] < day and (each["deactivated_on"] or date.max) >= day
            ]
            assert told["count"] == len(on), day
        total = one(mart, "select sum(activated_count) as n from fct_active_sims")
    assert total["n"] == len(sims)
