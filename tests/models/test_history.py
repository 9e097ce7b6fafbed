"""Which versions hold no more, and for which days and on which days they held."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from tests.models.model_runner import built

MAY, JUNE, JULY, AUGUST = (date(2026, month, 1) for month in (5, 6, 7, 8))
Row = Mapping[str, Any]
Version = tuple[date | None, date | None, date | None, date | None, bool, str | None]


def told(tariff: str | None, since: date, order: int, **more: Any) -> Row:
    """S1 as a load said it; `more` may name another subscription."""
    marks = {"_known_from": since, "_load_order": order, "_row": 0}
    return {"subscription_id": "S1", "account_id": "A1", "tariff": tariff, **marks, **more}


def history(rows: Sequence[Row], replaced: Sequence[Row] = ()) -> list[Version]:
    with built("hist_subscription", subscription=rows, subscription_replaced=replaced) as connection:
        return connection.sql("""
            select held_from, held_to, known_from, known_to, present, tariff from hist_subscription
            where subscription_id = 'S1' order by known_to nulls last, known_from
        """).fetchall()


def test_what_was_told_once_on_the_first_day_has_no_history() -> None:
    assert history([told("a", MAY, 0)]) == []


def test_a_change_ends_the_version_before_and_the_first_one_holds_since_ever() -> None:
    rows = [told("a", MAY, 0), told("b", JUNE, 1), told("c", JULY, 2)]
    assert history(rows) == [
        (None, JUNE, MAY, None, True, "a"),
        (JUNE, JULY, JUNE, None, True, "b"),
    ]


def test_what_is_said_again_changes_nothing() -> None:
    rows = [told("a", MAY, 0), told("a", JUNE, 1), told("b", JULY, 2), told("b", AUGUST, 3)]
    assert history(rows) == [(None, JULY, MAY, None, True, "a")]


def test_what_comes_back_is_a_version_of_its_own() -> None:
    rows = [told("a", MAY, 0), told("b", JUNE, 1), told("a", JULY, 2)]
    assert [row[:2] + row[5:] for row in history(rows)] == [(None, JUNE, "a"), (JUNE, JULY, "b")]


def test_a_cleared_value_is_cleared_from_then_on() -> None:
    rows = [told("a", MAY, 0), told(None, JUNE, 1), told("a", JULY, 2)]
    assert history(rows)[1] == (JUNE, JULY, JUNE, None, True, None)


def test_of_one_day_the_last_word_was_known() -> None:
    rows = [told("a", MAY, 0), told("b", MAY, 1), told("c", MAY, 1, _row=1), told("d", JUNE, 2)]
    assert history(rows) == [(None, JUNE, MAY, None, True, "c")]


def test_a_newcomer_was_not_known_before() -> None:
    rows = [told("x", MAY, 0, subscription_id="S2"), told("a", JUNE, 1)]
    assert history(rows) == [(None, None, None, JUNE, False, None)]


def test_a_file_that_tells_everything_ends_whom_it_leaves_out() -> None:
    replaced = [
        told("a", MAY, 0, _until=JUNE),
        told("x", MAY, 0, subscription_id="S2", _until=JUNE),
        told("x", JUNE, 1, subscription_id="S2", _until=JULY),
    ]
    back = told("a", JULY, 2)
    assert history([back], replaced) == [
        (None, JUNE, MAY, None, True, "a"),
        (JUNE, JULY, JUNE, None, False, None),
    ]
    assert history([told("x", JULY, 2, subscription_id="S2")], replaced)[1] == (
        *(JUNE, None, JUNE, None, False, None),
    )


def test_a_file_sent_again_under_its_date_was_the_only_one_known() -> None:
    replaced = [told("a", MAY, 0, _until=MAY), told("b", MAY, 1, _until=JUNE)]
    assert history([told("c", JUNE, 2)], replaced) == [(None, JUNE, MAY, None, True, "b")]


@pytest.mark.parametrize("later", [None, "d"])
def test_what_another_source_still_says_counts_again(later: str | None) -> None:
    """The shop tells everything in June and July, and leaves S1 out in July; billing said `a` in May."""
    replaced = [told("b", JUNE, 1, _until=JULY)]
    rows = [told("a", MAY, 0)] + ([told(later, AUGUST, 3)] if later else [])
    expected = [(None, JUNE, MAY, None, True, "a"), (JUNE, JULY, JUNE, None, True, "b")]
    again = [(JULY, AUGUST, JULY, None, True, "a")] if later else []
    assert history(rows, replaced) == expected + again


def test_several_older_sources_follow_one_another_in_a_gap() -> None:
    replaced = [
        told("b", date(2026, 5, 2), 1, _until=JULY),
        told("c", date(2026, 5, 3), 2, _until=JUNE),
    ]
    found = history([told("a", MAY, 0)], replaced)
    assert [(row[0], row[1], row[5]) for row in found] == [
        (None, date(2026, 5, 2), "a"),
        (date(2026, 5, 2), date(2026, 5, 3), "b"),
        (date(2026, 5, 3), JUNE, "c"),
        (JUNE, JULY, "b"),
    ]


def test_customers_whom_nobody_knows_any_more_keep_their_history() -> None:
    customer = {"customer_id": "P1", "kind": "person", "region": "Andijon", "_known_from": MAY}
    with built(
        "hist_customer", customer=[{**customer, "_known_from": JULY, "region": "Buxoro"}]
    ) as connection:
        assert connection.sql("select * from hist_customer").fetchall() == []
    rows = [customer, {**customer, "_known_from": JULY, "_load_order": 1, "region": None}]
    with built(
        "hist_customer", customer=rows[:1], customer_replaced=[{**rows[1], "_until": AUGUST}]
    ) as found:
        versions = found.sql("select customer_no, customer_id, region, held_to from hist_customer order by 4")
        assert versions.fetchall() == [(1, "P1", "Andijon", JULY), (1, "P1", None, AUGUST)]


def responsible(employee: str | None, since: date, order: int, **more: Any) -> Row:
    """Who answers for P1 in sales since May, as a load said it."""
    marks = {"_known_from": since, "_load_order": order, "_row": 0}
    said = {"customer_id": "P1", "line": "sales", "valid_from": MAY, "employee_id": employee}
    return {**said, **marks, **more}


def test_what_was_known_of_a_responsibility() -> None:
    """Its own dates are said, and corrected; the key is who, in what and since when."""
    told_in_time = [
        responsible("E1", MAY, 0),
        responsible("E1", JUNE, 1, valid_to=date(2026, 5, 31)),
        responsible("E2", JULY, 2, valid_to=date(2026, 5, 31)),
        responsible("E3", JUNE, 1, valid_from=JUNE),
    ]
    with built("hist_responsible", responsible=told_in_time) as connection:
        rows = connection.sql("""
            select responsible_id, known_from, held_to, known_to, present, employee_id, valid_to from hist_responsible
            order by known_to nulls last, known_from
        """).fetchall()
    first, second = "P1:sales:2026-05-01", "P1:sales:2026-06-01"
    assert rows == [
        (second, None, None, JUNE, False, None, None),
        (first, MAY, JUNE, None, True, "E1", None),
        (first, JUNE, JULY, None, True, "E1", date(2026, 5, 31)),
    ]


def test_a_link_was_known_as_both_ends_said_then() -> None:
    """P1 states it in May, P2 its side of it in June; in July P1 withdraws the role, in August P2 the link itself."""

    def said(customer: int, since: date, order: int, **more: Any) -> Row:
        pair = {
            "customer_id": f"P{customer}",
            "related_customer_id": f"P{3 - customer}",
            "link_kind": "formal",
        }
        return {**pair, "_known_from": since, "_load_order": order, "_row": 0, **more}

    rows = [
        said(1, MAY, 0, role="branch"),
        said(1, JULY, 2),
        {**said(1, MAY, 0), "related_customer_id": "P9"},
    ]
    replaced = [said(2, JUNE, 1, role="founder", share_percent="60.00", _until=AUGUST)]
    with built("hist_customer_link", customer_link=rows, customer_link_replaced=replaced) as connection:
        found = connection.sql("""
            select customer_id, known_from, held_to, present, related_role, own_role, share_percent
            from hist_customer_link order by 1, 2
        """).fetchall()
        ids = connection.sql("select count(distinct link_id) from hist_customer_link").fetchall()
    assert found == [
        ("P1", MAY, JUNE, True, "branch", None, None),
        ("P1", JUNE, JULY, True, "branch", "founder", 60),
        ("P1", JULY, AUGUST, True, None, "founder", 60),
        ("P2", MAY, JUNE, True, None, "branch", None),
        ("P2", JUNE, JULY, True, "founder", "branch", 60),
        ("P2", JULY, AUGUST, True, "founder", None, 60),
    ]
    assert ids == [(2,)]


def test_a_link_has_one_id_in_its_table_and_in_its_history() -> None:
    pair = {"customer_id": "P1", "related_customer_id": "P2", "link_kind": "holding", "valid_from": MAY}
    rows = [pair, {**pair, "_known_from": AUGUST, "_load_order": 1, "valid_to": JULY}]
    with built("hist_customer_link", customer_link=rows) as connection:
        past = connection.sql("select link_id, side, valid_to from hist_customer_link").fetchall()
    customers = [{"customer_id": each, "kind": "legal_entity"} for each in ("P1", "P2")]
    with built("bridge_customer_link", customer=customers, customer_link=rows) as connection:
        now = connection.sql("select link_id, side, valid_to from bridge_customer_link").fetchall()
    assert sorted(row[:2] for row in past) == sorted(row[:2] for row in now)
    assert ({row[2] for row in past}, {row[2] for row in now}) == ({None}, {JULY})
