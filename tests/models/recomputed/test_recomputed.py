"""The profile of every customer, worked out a second time from the extracts in plain Python, value by value."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.models.recomputed import golden
from tests.models.recomputed.deployment import mart, operator, released
from tests.models.recomputed.extracts import Extracts
from tests.models.recomputed.portfolio import Profile
from tests.models.recomputed.profiles import profiles


@dataclass(frozen=True)
class Twice:
    """The same profiles, from the mart and from the extracts."""

    extracts: Extracts
    released: dict[str, Profile]
    recomputed: dict[str, Profile]


def twice(home: Path, made: Callable[[Path], list[Profile]], **size: Any) -> Twice:
    """Simulate, make the mart, recompute."""
    rows = made(operator(home, **size))
    extracts = Extracts(home)
    return Twice(extracts, {row["customer_id"]: row for row in rows}, profiles(extracts))


@pytest.fixture(scope="module")
def thousand(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    """A thousand customers, four months of history, two days after it."""
    home = tmp_path_factory.mktemp("operator") / "home"
    return twice(home, mart, customers=1_000, months=4, as_of=date(2026, 7, 3), dirty_rate=0.01)


def assert_same(both: Twice) -> None:
    """Every customer, every column, NULL by NULL."""
    assert both.released.keys() == both.recomputed.keys()
    differing = [
        f"{customer} {name}: released {value!r}, recomputed {both.recomputed[customer].get(name, 'nothing')!r}"
        for customer, row in both.released.items()
        for name, value in row.items()
        if name not in both.recomputed[customer] or both.recomputed[customer][name] != value
    ]
    assert not differing, "\n".join([f"{len(differing)} values differ", *differing[:40]])
    columns = {frozenset(row) for row in both.recomputed.values()}
    assert columns == {frozenset(next(iter(both.released.values())))}


def test_every_value_of_a_thousand_customers_is_what_the_extracts_say(thousand: Twice) -> None:
    assert_same(thousand)


def test_ten_customers_by_hand(thousand: Twice) -> None:
    for customer, values in golden.expected().items():
        if values is None:
            assert customer not in thousand.released
            continue
        row = thousand.released[customer]
        assert {name: golden.plain(row[name]) for name in values} == values
        others = row.keys() - values.keys() - {"customer_no"}
        rest = {name: row[name] for name in others if "__" not in name and not golden.is_nothing(row[name])}
        assert rest == {}, customer


def test_the_extracts_hold_what_makes_joins_hard(thousand: Twice) -> None:
    rows, released = thousand.extracts.rows, list(thousand.released.values())
    files = [file for feed in thousand.extracts.feeds for file in feed.files]
    assert sum(file.rejected for file in files) > 100
    assert sum(file.duplicates for file in files) > 100
    assert max(Counter(row["msisdn"] for row in rows("subscription")).values()) > 1
    assert sum(row["customer_no"] is not None and row["account_count"] > 1 for row in released) > 20
    assert sum(row["holding_role"] is not None for row in released) > 3
    assert sum((row["prospect_candidate_count"] or 0) > 0 for row in released) > 0
    assert any(row["merged_into"] for row in rows("customer"))
    assert any(row["account_id"] is None for row in rows("payment"))
    daily = [row for row in rows("payment") if row.known_from > date(2026, 7, 1)]
    assert any((row.known_from - row["paid_at"].date()).days > 2 for row in daily)
    sent = [
        file.period for feed in thousand.extracts.feeds if feed.dataset == "charge" for file in feed.files
    ]
    assert max(Counter(sent).values()) == 2


@pytest.mark.parametrize("kind", ["person", "legal_entity"])
def test_over_a_hundred_attributes_say_something_of_a_twentieth_of_their_kind(
    thousand: Twice, kind: str
) -> None:
    rows = [row for row in thousand.released.values() if row["kind"] == kind]
    said = Counter(
        attribute
        for row in rows
        for attribute in {
            re.sub(r"_\d{4}_\d{2}$", "", name) for name, value in row.items() if not golden.is_nothing(value)
        }
        if "__" not in attribute and attribute != "customer_no"
    )
    assert sum(count * 20 >= len(rows) for count in said.values()) >= 100


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_release_of_three_thousand_customers_over_two_years(tmp_path: Path) -> None:
    assert_same(
        twice(
            tmp_path / "home", released, customers=3_000, months=24, as_of=date(2026, 7, 12), dirty_rate=0.002
        )
    )
