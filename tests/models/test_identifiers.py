"""Who had which identifier when: handed-over numbers, repeated claims, shared addresses."""

from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.identifier_models import built, identifiers, subscription

NUMBER = "+998900000001"
DAY = date(2026, 1, 1)


def day(number: int | None) -> date | None:
    return None if number is None else DAY + timedelta(days=number)


def people(*numbers: int, **values: Any) -> list[dict[str, Any]]:
    return [{"customer_no": number, "customer_id": f"C{number}", **values} for number in numbers]


def test_a_number_given_to_another_after_a_while_has_two_periods_and_no_conflict() -> None:
    claims = [
        subscription("S1", 1, "998900000001", day(0), day(10)),
        subscription("S2", 2, "90 000-00-01", day(10), None),
    ]
    with built(stg_customer=people(1, 2), dim_subscription=claims) as mart:
        assert identifiers(mart) == [
            (1, "msisdn", NUMBER, day(0), day(10), 1),
            (2, "msisdn", NUMBER, day(10), None, 1),
        ]
        assert mart.sql("from identifier_conflict").fetchall() == []


def test_two_at_once_are_both_listed_with_the_days_they_share() -> None:
    claims = [
        subscription("S1", 1, NUMBER, None, day(10)),
        subscription("S2", 2, NUMBER, day(5), None),
        subscription("S3", 3, NUMBER, day(8), day(30)),
    ]
    with built(stg_customer=people(1, 2, 3), dim_subscription=claims) as mart:
        assert [row[5] for row in identifiers(mart)] == [3, 3, 3]
        found = mart.sql("select customer_no, candidates, shared_from, shared_to from identifier_conflict")
        assert sorted(found.fetchall()) == [(n, 3, day(5), day(30)) for n in (1, 2, 3)]


def test_what_is_said_twice_is_one_period_and_a_gap_makes_two() -> None:
    claims = [
        subscription("S1", 1, NUMBER, day(0), day(10)),
        subscription("S2", 1, NUMBER, day(11), day(20)),
        subscription("S3", 1, NUMBER, day(30), None),
    ]
    with built(stg_customer=people(1), dim_subscription=claims) as mart:
        assert identifiers(mart) == [
            (1, "msisdn", NUMBER, day(0), day(20), 1),
            (1, "msisdn", NUMBER, day(30), None, 1),
        ]


def test_a_shared_address_gives_candidates() -> None:
    customers = people(1, email="Info@Firm.UZ") + people(2, email="info@firm.uz") + people(3, email="no")
    with built(stg_customer=customers) as mart:
        assert identifiers(mart) == [(n, "email", "info@firm.uz", None, None, 2) for n in (1, 2)]
        ids = mart.sql("select conflict_id from identifier_conflict order by 1").fetchall()
        assert ids == [("customer:1:email",), ("customer:2:email",)], "an id tells no address"


def test_a_phone_and_a_number_are_two_kinds() -> None:
    claims = [subscription("S1", 1, NUMBER, None, None)]
    with built(stg_customer=people(1) + people(2, phone="900000001"), dim_subscription=claims) as mart:
        assert [row[:3] + row[5:] for row in identifiers(mart)] == [
            (1, "msisdn", NUMBER, 1),
            (2, "phone", NUMBER, 1),
        ]


def test_rows_of_nobody_identify_nobody() -> None:
    claims = [subscription("S1", None, NUMBER, None, None), subscription("S2", 9, NUMBER, None, None)]
    claims.append(subscription("S3", 1, "unknown", None, None))
    with built(stg_customer=people(1), dim_subscription=claims) as mart:
        assert identifiers(mart) == []


def test_a_register_names_owners_at_any_level() -> None:
    said = [
        {"kind": "Telegram", "value": "https://t.me/Anna", "customer_id": "C1", "valid_from": day(3)},
        {"kind": "telegram", "value": "@anna", "account_id": "A1", "subscription_id": "S1"},
        {"kind": "app_id", "value": "Ab1", "customer_id": "C1", "account_id": "A2"},
        {"kind": "vk", "value": "x", "customer_id": "C2"},
        {"kind": "email", "value": "a@b.uz", "customer_id": "nobody"},
    ]
    accounts = [{"account_id": f"A{one}", "customer_no": one} for one in (1, 2)]
    tables = {"dim_account": accounts, "dim_subscription": [subscription("S1", 1, None, None, None)]}
    with built(stg_customer=people(1, 2), stg_identifier=said, **tables) as mart:
        found = [row for row in identifiers(mart) if row[1] != "account"]
        assert found == [
            (1, "app_id", "Ab1", None, None, 2),  # the row contradicts itself: both are candidates
            (2, "app_id", "Ab1", None, None, 2),
            (1, "telegram", "anna", None, None, 1),
            (2, "vk", "x", None, None, 1),
        ]


DAYS = st.none() | st.integers(0, 12).map(day)


@st.composite
def claims_of(draw: st.DrawFn) -> tuple[str, int, date | None, date | None]:
    """(number, owner, first day, last day): short periods of a few people, so that they meet."""
    number = f"+99890000000{draw(st.integers(0, 9))}"
    owner, begin, end = draw(st.integers(1, 3)), draw(DAYS), draw(DAYS)
    if begin is not None and end is not None and end < begin:
        begin, end = end, begin
    return number, owner, begin, end


@settings(max_examples=10, deadline=None)
@given(st.lists(claims_of(), min_size=1, max_size=60))
def test_holders_on_any_day_are_those_who_were_said_to_hold_it(claims: list[Any]) -> None:
    rows = [
        subscription(f"S{place}", owner, number, begin, end)
        for place, (number, owner, begin, end) in enumerate(claims)
    ]
    with built(stg_customer=people(1, 2, 3), dim_subscription=rows) as mart:
        found = identifiers(mart)
        conflicts = mart.sql("select customer_no, value, shared_from, shared_to from identifier_conflict")
        shared = {row[:2]: row[2:] for row in conflicts.fetchall()}
    for on in (DAY + timedelta(days=number) for number in range(-1, 14)):
        said = {(number, owner) for number, owner, begin, end in claims if _within(on, begin, end)}
        kept = [(row[2], row[0]) for row in found if _within(on, row[3], row[4])]
        assert sorted(kept) == sorted(said), "each holder has one period on a day, and nobody else has one"
    crossing = {(one[0], one[2]) for one in found for other in found if _cross(one, other)}
    assert {(row[0], row[2]) for row in found if row[5] > 1} == crossing == set(shared)
    assert all(begin is None or end is None or begin <= end for begin, end in shared.values())


def _within(on: date, begin: date | None, end: date | None) -> bool:
    return (begin is None or begin <= on) and (end is None or on <= end)


def _cross(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether two customers have a value at once for more than a day of handing over."""
    begins = [row[3] or date.min for row in (one, other)]
    ends = [row[4] or date.max for row in (one, other)]
    return one[2] == other[2] and one[0] != other[0] and begins[0] < ends[1] and begins[1] < ends[0]
