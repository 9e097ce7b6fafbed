"""Whose an event of the app is, and what the profile keeps of the events."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.models.communication_models import built, found, owners

NUMBER, OTHER = "998900000001", "998900000002"
DAY = date(2026, 6, 1)
PEOPLE = [{"customer_id": name, "kind": "person"} for name in "ABC"]


def day(number: int | None) -> date | None:
    return None if number is None else DAY + timedelta(days=number)


def subscription(
    name: str, owner: int | None, begin: int | None, end: int | None, number: str = NUMBER
) -> Any:
    return {
        "subscription_id": name,
        "customer_no": owner,
        "msisdn": number,
        "activated_on": day(begin),
        "deactivated_on": day(end),
    }


def event(name: str, on: int | None, **values: Any) -> dict[str, Any]:
    base: dict[str, Any] = {"event_id": name}
    if on is not None:
        at = datetime(2026, 6, 1, 7) + timedelta(days=on)  # noqa: DTZ001 - UTC as raw holds it
        base |= {"event_at": at, "event_at__date": at.date()}
    return {**base, **values}


def holder(*subscriptions: dict[str, Any]) -> list[tuple[Any, ...]]:
    with built(PEOPLE, dim_subscription=subscriptions) as mart:
        rows = mart.sql(
            "select held_from, held_before, customer_no, subscription_id from int_identifier_holder order by 1"
        ).fetchall()
    return [((begin - DAY).days, (before - DAY).days, *rest) for begin, before, *rest in rows]


def test_a_number_is_nobodys_on_the_day_it_is_handed_over() -> None:
    handed = holder(subscription("S1", 1, 0, 10), subscription("S2", 2, 10, 20))
    assert handed == [(0, 10, 1, "S1"), (11, 21, 2, "S2")]


def test_a_number_is_nobodys_on_days_that_several_claim() -> None:
    claims = [subscription("S1", 1, 0, 20), subscription("S2", 2, 5, 8), subscription("S3", None, 15, 17)]
    assert holder(*claims) == [(0, 5, 1, "S1"), (9, 15, 1, "S1"), (18, 21, 1, "S1")]


def test_two_subscriptions_of_one_customer_leave_the_customer_known() -> None:
    claims = [subscription("S1", 1, 0, 10), subscription("S2", 1, 5, 20)]
    assert holder(*claims) == [(0, 5, 1, "S1"), (5, 11, 1, None), (11, 21, 1, "S2")]


def test_what_ends_before_it_begins_or_is_no_number_is_held_by_nobody() -> None:
    assert holder(subscription("S1", 1, 10, 8), subscription("S2", 1, 0, 1, "none")) == []


def test_whose_an_event_is() -> None:
    subscriptions = [
        subscription("S1", 1, 0, 10),
        subscription("S2", 2, 20, None),
        subscription("S3", None, None, None, OTHER),
    ]
    register = [
        {"kind": "APP_ID", "value": "i3", "customer_id": "C", "valid_from": day(0), "valid_to": day(30)},
        {"kind": "app_id", "value": "i2", "subscription_id": "S2"},
        {"kind": "app_id", "value": "shared", "customer_id": "A"},
        {"kind": "app_id", "value": "shared", "customer_id": "B"},
        {"kind": "telegram", "value": "tg", "customer_id": "A"},
    ]
    events = [
        event("stated", 5, customer_id="C", msisdn=NUMBER),
        event("stranger", 5, customer_id="nobody", msisdn=NUMBER, app_id="i3"),
        event("first", 10, msisdn="+998 90 000-00-01"),
        event("between", 15, msisdn=NUMBER),
        event("between, installed", 15, msisdn=NUMBER, app_id="i3"),
        event("second", 20, msisdn=NUMBER, app_id="i3"),
        event("of nobody", 5, msisdn=OTHER),
        event("installation", 30, app_id="i3"),
        event("installation of a number", 99, app_id="i2"),
        event("too late", 31, app_id="i3"),
        event("shared", 5, app_id="shared"),
        event("no app", 5, app_id="tg"),
        event("no day", None, msisdn=NUMBER),
    ]
    with built(PEOPLE, dim_subscription=subscriptions, stg_identifier=register, stg_app_event=events) as mart:
        assert owners(mart, "fct_app_event", "event_id") == {
            "stated": 3,
            "stranger": None,
            "first": 1,
            "between": None,
            "between, installed": 3,
            "second": 2,
            "of nobody": None,
            "installation": 3,
            "installation of a number": 2,
            "too late": None,
            "shared": None,
            "no app": None,
            "no day": None,
        }
        asked = (
            "select event_id, subscription_id from fct_app_event where subscription_id is not null order by 1"
        )
        assert mart.sql(asked).fetchall() == [("first", "S1"), ("of nobody", "S3"), ("second", "S2")]


def test_app_use_of_a_profile() -> None:
    events = [
        event("e1", 0, customer_id="A", app_id="i1", event_kind="open", app_version="1.0"),
        event(
            "e2", 4, customer_id="A", app_id="i2", event_kind="buy", amount=Decimal("7.25"), app_version="2.0"
        ),
        event(
            "e3", 4, customer_id="A", app_id="i2", event_kind="chat"
        ),  # the same instant: the greater id is later
        event("e4", None, customer_id="A", event_kind="buy", amount=Decimal("1.00"), app_version="3.0"),
        event("e5", 9, customer_id="nobody", amount=Decimal(99)),
        event("e6", None, customer_id="B"),
    ]
    with built(PEOPLE, stg_app_event=events) as mart:
        first, second = (found(mart, "int_customer_app", number) for number in (1, 2))
    assert first == {
        "customer_no": 1,
        "app_event_count": 4,
        "app_installation_count": 2,
        "first_app_use_on": day(0),
        "last_app_use_on": day(4),
        "app_purchase_count": 2,
        "app_purchase_total": Decimal("8.25"),
        "last_app_purchase_on": day(4),
        "last_app_event_kind": "chat",
        "app_version": "2.0",
    }
    assert (second["app_event_count"], second["app_installation_count"], second["app_purchase_total"]) == (
        1,
        0,
        None,
    )
