"""Tariffs, services and devices of subscriptions over rows worked out by hand."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tests.models.model_runner import built, one, person, together

JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)
Row = Mapping[str, Any]
TARIFFS = [
    {"tariff_id": "T1", "name": "Start", "monthly_fee": "10.00", "valid_from": date(2020, 1, 1)},
    {
        "tariff_id": "T2",
        "name": "Start",
        "monthly_fee": "12.00",
        "included_mb": "500.00",
        "valid_from": date(2023, 1, 1),
        "valid_to": date(2026, 3, 1),
    },
    {"tariff_id": "T3", "name": "Max", "monthly_fee": "50.00"},
]
SERVICES = [
    {
        "service_id": "NET",
        "name": "Net 5",
        "service_kind": "data",
        "monthly_fee": "5.00",
        "included_mb": "5000.00",
    },
    {"service_id": "SAFE", "name": "Safe", "service_kind": "security", "monthly_fee": "1.00"},
]


def subscription(
    name: str, tariff: str | None, begin: date | None, end: date | None = None, **more: Any
) -> Row:
    return {
        "subscription_id": name,
        "account_id": "A1-1",
        "tariff": tariff,
        "activated_on": begin,
        "deactivated_on": end,
        **more,
    }


def service(
    subscription_id: str, name: str, begin: date, end: date | None = None, fee: str | None = None
) -> Row:
    return {
        "subscription_id": subscription_id,
        "service_id": name,
        "activated_on": begin,
        "deactivated_on": end,
        "monthly_fee": fee,
    }


def test_tariffs_services_and_packages_are_one_catalogue() -> None:
    with built("dim_product", tariff=TARIFFS, service=[*SERVICES, {"service_id": "T1"}]) as mart:
        found = mart.sql(
            "select product_id, product_kind, code, sold_until, customer_no from dim_product order by 1"
        )
        assert found.fetchall() == [
            ("service:NET", "package", "NET", None, None),
            ("service:SAFE", "service", "SAFE", None, None),
            ("service:T1", "service", "T1", None, None),
            ("tariff:T1", "tariff", "T1", None, None),
            ("tariff:T2", "tariff", "T2", date(2026, 3, 1), None),
            ("tariff:T3", "tariff", "T3", None, None),
        ]


def test_products_of_a_subscription_now_and_before() -> None:
    rows = together(
        person(1, subscriptions=0),
        {
            "tariff": TARIFFS,
            "service": SERVICES,
            "subscription": [
                subscription("S1", "Start", JUNE),
                subscription("S2", "Unlisted", date(2024, 1, 1), date(2025, 1, 1)),
                subscription("S3", None, None),
            ],
            "subscription_service": [
                service("S1", "NET", JUNE, fee="4.00"),
                service("S1", "SAFE", JUNE, JULY),
                service("S1", "SAFE", JULY),
                service("S2", "GONE", date(2024, 2, 1)),  # ends with its subscription; not in the price list
                service("S9", "NET", JUNE),
            ],
        },
    )
    with built("customer_360", **rows) as mart:
        found = mart.sql("""
            select subscription_id, product_id, product_kind, name, monthly_fee, activated_on, deactivated_on,
                customer_no
            from dim_subscription_product order by subscription_product_id
        """)
        assert found.fetchall() == [
            ("S1", "service:NET", "package", "Net 5", Decimal(4), JUNE, None, 1),
            ("S1", "service:SAFE", "service", "Safe", Decimal(1), JUNE, JULY, 1),
            ("S1", "service:SAFE", "service", "Safe", Decimal(1), JULY, None, 1),
            ("S1", "tariff:T2", "tariff", "Start", Decimal(12), JUNE, None, 1),
            ("S2", None, "service", "GONE", None, date(2024, 2, 1), date(2025, 1, 1), 1),
            ("S2", None, "tariff", "Unlisted", None, date(2024, 1, 1), date(2025, 1, 1), 1),
            ("S9", "service:NET", "package", "Net 5", Decimal(5), JUNE, None, None),
        ]
        profile = one(mart, "from customer_360")
        assert (profile["service_count"], profile["open_service_count"]) == (4, 2)
        assert (profile["service_fee_total"], profile["recurring_fee_total"]) == (Decimal(5), Decimal(17))
        assert (profile["last_service_on"], profile["last_service_ended_on"]) == (JULY, JULY)
        assert (profile["tariff_product_id"], profile["tariff_monthly_fee"]) == ("tariff:T2", Decimal(12))
        assert (profile["tariff_included_mb"], profile["tariff_included_minutes"]) == (Decimal(500), None)
        assert (profile["tariff_sold_until"], profile["tariff_since"]) == (date(2026, 3, 1), JUNE)


def test_a_change_of_tariff_makes_two_periods() -> None:
    first = date(2024, 1, 1)
    said = [
        (date(2026, 1, 1), "Start"),
        (date(2026, 2, 1), "Start"),
        (date(2026, 3, 1), "Max"),
        (date(2026, 3, 1), "Start"),  # twice on a day: the later row counts, nothing has changed
        (date(2026, 4, 1), "Max"),
        (date(2026, 5, 1), "Start"),
    ]
    changing = [subscription("S1", tariff, first, _known_from=day) for day, tariff in said]
    steady = subscription("S2", "Max", first)
    rows = {"tariff": TARIFFS, "subscription": [*changing, steady]}
    with built("customer_360", **together(person(1, subscriptions=0), rows)) as mart:
        found = mart.sql("""
            select subscription_id, name, activated_on, deactivated_on
            from dim_subscription_product order by subscription_id, activated_on
        """)
        assert found.fetchall() == [
            ("S1", "Start", first, date(2026, 4, 1)),
            ("S1", "Max", date(2026, 4, 1), date(2026, 5, 1)),
            ("S1", "Start", date(2026, 5, 1), None),
            ("S2", "Max", first, None),
        ]
        assert one(mart, "from customer_360")["tariff_change_count"] == 2


def test_a_tariff_that_was_taken_away_has_an_end() -> None:
    said = [(date(2026, 1, 1), "Start"), (date(2026, 2, 1), "Max"), (date(2026, 3, 1), None)]
    rows = {"subscription": [subscription("S1", tariff, None, _known_from=day) for day, tariff in said]}
    with built("customer_360", **together(person(1, subscriptions=0), rows)) as mart:
        found = mart.sql(
            "select name, activated_on, deactivated_on from dim_subscription_product order by 2 nulls first"
        )
        assert found.fetchall() == [
            ("Start", None, date(2026, 2, 1)),
            ("Max", date(2026, 2, 1), date(2026, 3, 1)),
        ]


def device(imei: str, day: date | None, subscription_id: str | None, **more: Any) -> Row:
    return {"imei": imei, "first_seen_on": day, "subscription_id": subscription_id, "model": imei, **more}


def test_devices_of_the_newest_subscription() -> None:
    seen = [
        device("old", date(2025, 1, 1), "S1-2"),
        device("new", JUNE, "S1-2", vendor="Apple", last_seen_on=JULY),
        device("newer", JUNE, "S1-2", vendor="Nokia"),  # seen on the same day and still in use
        device("undated", None, "S1-2"),
        device("other", JULY, "S1-1"),
        device("new", JULY, "S1-1"),
        device("strange", JULY, "S9"),
    ]
    rows = together(person(1, subscriptions=2), person(2), {"device": seen})
    with built("customer_360", **rows) as mart:
        found = one(mart, "from customer_360 where customer_no = 1")
        assert (found["device_vendor"], found["device_model"]) == ("Nokia", "newer")
        assert (found["device_first_seen_on"], found["device_last_seen_on"]) == (JUNE, None)
        assert (found["device_count"], found["open_device_count"]) == (5, 5)
        none = one(mart, "from customer_360 where customer_no = 2")
        assert (none["device_model"], none["device_count"]) == (None, 0)
        assert mart.sql("select imei from dim_device where customer_no is null").fetchall() == [("strange",)]


def test_a_device_with_a_number_alone_is_his_who_had_the_number_then() -> None:
    number = "998901112233"
    subscriptions = [
        subscription("S1", None, date(2020, 1, 1), date(2024, 1, 1), msisdn=number),
        subscription("S2", None, date(2024, 6, 1), msisdn="+998 90 111 22 33"),
    ]
    days = {"a": date(2021, 1, 1), "b": date(2024, 3, 1), "c": date(2025, 1, 1), "d": None}
    seen = [device(imei, day, None, msisdn=number) for imei, day in days.items()]
    rows = together(person(1, subscriptions=0), {"subscription": subscriptions, "device": seen})
    with built("dim_device", **rows) as mart:
        found = dict(mart.sql("select imei, subscription_id from dim_device").fetchall())
    assert found == {"a": "S1", "b": None, "c": "S2", "d": None}
