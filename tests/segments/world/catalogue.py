"""The adversarial catalogue: every value type, derived attributes, a self relation, facts of each grain.

`STORAGE` gives the storage type of each column of each table; monthly series add columns to `customer_360`.
"""

from dataclasses import replace
from datetime import date

from warehouse.catalog.model import (
    OPERATORS,
    AllowedValue,
    Attribute,
    Case,
    Catalog,
    Elapsed,
    Entity,
    Fact,
    MonthlySeries,
    Number,
    Relation,
    ValueType,
    WindowSum,
)

LABELS = {"ru": "…", "en": "…"}
TEXT, INTEGER, DECIMAL = ValueType.TEXT, ValueType.INTEGER, ValueType.DECIMAL
BOOLEAN, DATE, TIMESTAMP = ValueType.BOOLEAN, ValueType.DATE, ValueType.TIMESTAMP
SEARCH = frozenset({"contains", "not_contains", "starts_with", "ends_with"})

STORAGE: dict[str, dict[str, str]] = {
    "customer_360": {
        "customer_no": "UINTEGER",
        "customer_id": "VARCHAR",
        "head_no": "UINTEGER",
        "kind": "VARCHAR",
        "full_name": "VARCHAR",
        "full_name__folded": "VARCHAR",
        "city": "VARCHAR",
        "region": "VARCHAR",
        "head_count": "BIGINT",
        "balance": "DECIMAL(18,2)",
        "credit_limit": "DECIMAL(18,2)",
        "ratio": "DECIMAL(18,4)",
        "vip": "BOOLEAN",
        "birth_date": "DATE",
        "registered_on": "DATE",
        "gone_on": "DATE",
        "last_login": "TIMESTAMP",
        "last_login__date": "DATE",
    },
    "dim_account": {
        "account_id": "VARCHAR",
        "customer_no": "UINTEGER",
        "opened_on": "DATE",
        "closed_on": "DATE",
        "balance": "DECIMAL(18,2)",
        "payment_kind": "VARCHAR",
    },
    "dim_subscription": {
        "subscription_id": "VARCHAR",
        "customer_no": "UINTEGER",
        "account_id": "VARCHAR",
        "tariff": "VARCHAR",
        "tariff__folded": "VARCHAR",
        "activated_on": "DATE",
        "deactivated_on": "DATE",
        "quota": "BIGINT",
        "roaming": "BOOLEAN",
        "seen_at": "TIMESTAMP",
        "seen_at__date": "DATE",
    },
    "fct_payment": {
        "payment_no": "BIGINT",
        "customer_no": "UINTEGER",
        "account_id": "VARCHAR",
        "paid_on": "DATE",
        "paid_at": "TIMESTAMP",
        "amount": "DECIMAL(18,2)",
        "points": "BIGINT",
        "method": "VARCHAR",
        "note": "VARCHAR",
        "note__folded": "VARCHAR",
        "confirmed": "BOOLEAN",
        "posted_on": "DATE",
        "entered_at": "TIMESTAMP",
        "entered_at__date": "DATE",
    },
    "fct_usage_monthly": {
        "customer_no": "UINTEGER",
        "subscription_id": "VARCHAR",
        "month": "DATE",
        "voice_minutes": "DECIMAL(18,2)",
        "sms_count": "BIGINT",
        "roamed": "BOOLEAN",
    },
    "fct_balance_daily": {
        "row_no": "BIGINT",
        "customer_no": "UINTEGER",
        "account_id": "VARCHAR",
        "day": "DATE",
        "debt": "DECIMAL(18,2)",
        "active_sims": "BIGINT",
        "state": "VARCHAR",
    },
    "fct_visit": {
        "visit_no": "BIGINT",
        "customer_no": "UINTEGER",
        "visited_on": "DATE",
        "minutes": "BIGINT",
        "channel": "VARCHAR",
    },
}
"""Every key, date and measure is NULL somewhere in every random world, except the entities' own keys."""


def attribute(name: str, kind: ValueType, **other: object) -> Attribute:
    """An attribute in the column of its name that allows every operator its type and folded copy allow."""
    allowed = OPERATORS[kind] if other.get("folded") else OPERATORS[kind] - SEARCH
    made = Attribute(name=name, type=kind, labels=LABELS, column=name, operators=allowed)
    if "derived" in other:
        other["column"] = None
    return replace(made, **other)  # type: ignore[arg-type]


def _by_name(*attributes: Attribute) -> dict[str, Attribute]:
    return {each.name: each for each in attributes}


def _one_of(*values: str) -> tuple[AllowedValue, ...]:
    return tuple(AllowedValue(value, LABELS) for value in values)


STATUS = Case(
    branches=(
        ({"attr": "gone_on", "op": "within_last", "value": {"n": 100, "unit": "year"}}, "gone"),
        (
            {
                "all": [
                    {"attr": "balance", "op": "lt", "value": 0},
                    {"not": {"attr": "vip", "op": "is_true"}},
                ]
            },
            "debtor",
        ),
        ({"attr": "registered_on", "op": "is_not_set"}, "undated"),
    ),
    otherwise=None,
)
BAND = Case(
    branches=(
        ({"attr": "birth_date", "op": "within_last", "value": {"n": 18, "unit": "year"}}, "young"),
        ({"attr": "birth_date", "op": "more_than_ago", "value": {"n": 64, "unit": "year"}}, "old"),
        ({"attr": "birth_date", "op": "is_set"}, "adult"),
    ),
    otherwise="unknown",
)

VOICE, PAID, TEXTS = ("usage", "voice_minutes"), ("payment", "amount"), ("usage", "sms_count")


def number(name: str, scale: int, form: str, *of: WindowSum | str) -> Attribute:
    """A number that the catalogue works out."""
    return attribute(name, DECIMAL, scale=scale, derived=Number(form, of))


NUMBERS = (
    number("paid_2m", 2, "value", WindowSum(*PAID, 2)),
    number("texts_3m", 0, "value", WindowSum(*TEXTS, 3, 1)),
    number("points_1m", 1, "value", WindowSum("payment", "points", 1)),
    number("voice_mean", 1, "value", WindowSum(*VOICE, 3, mean=True)),
    number("voice_trend", 2, "change", WindowSum(*VOICE, 1), WindowSum(*VOICE, 1, 1)),
    number("paid_deviation", 0, "change", WindowSum(*PAID, 1, mean=True), WindowSum(*PAID, 2, 1, mean=True)),
    number("filled", 1, "share", WindowSum(*VOICE, 1), "credit_limit"),
    number("per_text", 4, "ratio", WindowSum(*PAID, 2), WindowSum(*TEXTS, 2)),
    number("room", 2, "difference", "credit_limit", "balance"),
    number("all_in_all", 2, "total", WindowSum("visit", "minutes", 2, mean=True), "head_count", "ratio"),
)

CUSTOMER = Entity(
    name="customer",
    table="customer_360",
    key="customer_no",
    id="customer_id",
    customer="customer_no",
    labels=LABELS,
    exists_from="registered_on",
    attributes=_by_name(
        attribute("kind", TEXT, values=_one_of("person", "legal_entity")),
        attribute("full_name", TEXT, folded="full_name__folded"),
        attribute("city", TEXT),
        attribute("region", TEXT),
        attribute("head_count", INTEGER),
        attribute("balance", DECIMAL, scale=2),
        attribute("credit_limit", DECIMAL, scale=2),
        attribute("ratio", DECIMAL, scale=4),
        attribute("vip", BOOLEAN),
        attribute("birth_date", DATE),
        attribute("registered_on", DATE),
        attribute("gone_on", DATE),
        attribute("last_login", TIMESTAMP),
        attribute("age", INTEGER, derived=Elapsed("year", "birth_date")),
        attribute("tenure_months", INTEGER, derived=Elapsed("month", "registered_on")),
        attribute("days_gone", INTEGER, derived=Elapsed("day", "gone_on")),
        attribute("status", TEXT, derived=STATUS, values=_one_of("gone", "debtor", "undated")),
        attribute("band", TEXT, derived=BAND, values=_one_of("young", "adult", "old", "unknown")),
        *NUMBERS,
    ),
)
ACCOUNT = Entity(
    name="account",
    table="dim_account",
    key="account_id",
    id="account_id",
    customer="customer_no",
    labels=LABELS,
    exists_from="opened_on",
    attributes=_by_name(
        attribute("opened_on", DATE),
        attribute("closed_on", DATE),
        attribute("balance", DECIMAL, scale=2),
        attribute("payment_kind", TEXT, values=_one_of("prepaid", "postpaid")),
        attribute("account_age", INTEGER, derived=Elapsed("day", "opened_on")),
        number("account_paid", 2, "value", WindowSum(*PAID, 2)),
        number("account_trend", 1, "change", WindowSum(*PAID, 1), WindowSum(*PAID, 1, 1)),
    ),
)
SUBSCRIPTION = Entity(
    name="subscription",
    table="dim_subscription",
    key="subscription_id",
    id="subscription_id",
    customer="customer_no",
    labels=LABELS,
    exists_from="activated_on",
    attributes=_by_name(
        attribute("tariff", TEXT, folded="tariff__folded"),
        attribute("activated_on", DATE),
        attribute("deactivated_on", DATE),
        attribute("quota", INTEGER),
        attribute("roaming", BOOLEAN),
        attribute("seen_at", TIMESTAMP),
        attribute("sub_months", INTEGER, derived=Elapsed("month", "activated_on")),
        number("per_quota", 3, "ratio", WindowSum(*TEXTS, 1), "quota"),
    ),
)
PAYMENT = Fact(
    name="payment",
    table="fct_payment",
    keys={"customer": "customer_no", "account": "account_id"},
    business_date="paid_on",
    event_time="paid_at",
    order=("paid_at", "payment_no"),
    labels=LABELS,
    measures=_by_name(
        attribute("amount", DECIMAL, scale=2),
        attribute("points", INTEGER),
        attribute("entered_at", TIMESTAMP),
        attribute("due_on", DATE, column="posted_on"),
        attribute("urgent", BOOLEAN, column="confirmed"),
    ),
    attributes=_by_name(
        attribute("method", TEXT, values=_one_of("cash", "card", "app")),
        attribute("note", TEXT, folded="note__folded"),
        attribute("paid", DECIMAL, scale=2, column="amount"),
        attribute("bonus", INTEGER, column="points"),
        attribute("confirmed", BOOLEAN),
        attribute("posted_on", DATE),
    ),
    monthly=(MonthlySeries("customer", "amount", "paid_"),),
)
USAGE = Fact(
    name="usage",
    table="fct_usage_monthly",
    keys={"customer": "customer_no", "subscription": "subscription_id"},
    business_date="month",
    labels=LABELS,
    grain="month",
    order=("voice_minutes", "sms_count", "subscription_id"),
    measures=_by_name(attribute("voice_minutes", DECIMAL, scale=2), attribute("sms_count", INTEGER)),
    attributes=_by_name(attribute("roamed", BOOLEAN), attribute("texts", INTEGER, column="sms_count")),
    monthly=(
        MonthlySeries("customer", "voice_minutes", "voice_"),
        MonthlySeries("customer", "sms_count", "sms_"),
    ),
)
BALANCE = Fact(
    name="balance",
    table="fct_balance_daily",
    keys={"customer": "customer_no", "account": "account_id"},
    business_date="day",
    labels=LABELS,
    grain="day",
    order=("row_no",),
    measures=_by_name(
        attribute("debt", DECIMAL, scale=2), attribute("active_sims", INTEGER), attribute("state", TEXT)
    ),
    attributes=_by_name(attribute("mood", TEXT, column="state")),
)
VISIT = Fact(
    name="visit",
    table="fct_visit",
    keys={"customer": "customer_no"},
    business_date="visited_on",
    labels=LABELS,
    order=("visit_no",),
    measures=_by_name(attribute("minutes", INTEGER)),
    attributes=_by_name(attribute("channel", TEXT)),
)


def _by(*things: Entity | Fact | Relation) -> dict[str, object]:
    return {thing.name: thing for thing in things}


def build_catalogue() -> Catalog:
    """The catalogue of all random worlds."""
    return Catalog(
        version="adversarial-1",
        entities=_by(CUSTOMER, ACCOUNT, SUBSCRIPTION),  # type: ignore[arg-type]
        facts=_by(PAYMENT, USAGE, BALANCE, VISIT),  # type: ignore[arg-type]
        relations=_by(  # type: ignore[arg-type]
            Relation("accounts", "customer", "account", "customer_no", LABELS),
            Relation("subscriptions", "customer", "subscription", "customer_no", LABELS),
            Relation("account_subscriptions", "account", "subscription", "account_id", LABELS),
            Relation("members", "customer", "customer", "head_no", LABELS),
        ),
    )


def monthly_column(prefix: str, month: date) -> str:
    """Name of the mart's column for a month."""
    return f"{prefix}{month:%Y_%m}"
