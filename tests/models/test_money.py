"""Invoices, balances, overdue debt, habits of payment and roaming over rows worked out by hand."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from random import Random
from typing import Any

from tests.models.model_runner import built, one, person, together

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
APPENDED = {"_load_mode": "append"}
Row = Mapping[str, Any]


def balance(account: str, day: date, amount: str | None, overdue: str | None = None) -> Row:
    return {
        "account_id": account,
        "balance_on": day,
        "balance": amount,
        "overdue": overdue,
        **APPENDED,
    }


def invoice(number: str, account: str, due: date | None, amount: str | None) -> Row:
    return {"invoice_id": number, "account_id": account, "due_on": due, "amount": amount, "issued_on": MAY}


def payment(
    number: int, day: date | None, method: str | None, amount: str | None, account: str = "A1-1"
) -> Row:
    at = None if day is None else datetime(day.year, day.month, day.day, 9)  # noqa: DTZ001 - UTC as raw holds it
    return {
        "payment_id": f"p{number}",
        "account_id": account,
        "paid_at": at,
        "paid_at__date": day,
        "method": method,
        "amount": amount,
        **APPENDED,
    }


def test_the_last_balance_of_a_month_is_its_state_and_nothing_owed_is_nothing_overdue() -> None:
    taken = [
        balance("A1-1", date(2026, 5, 31), "-5.00", "2.00"),
        balance("A1-1", date(2026, 5, 30), "9.00"),
        balance("A1-1", date(2026, 6, 30), "7.00"),
        balance("A1-2", date(2026, 6, 30), "-1.00"),
        balance("A1-2", date(2026, 6, 30), "-4.00", "3.00"),  # twice on a day: the lower counts
        balance("A9", date(2026, 6, 30), "-100.00", "100.00"),
    ]
    with built("customer_360", [MAY, JUNE], **together(person(1, accounts=2), {"balance": taken})) as mart:
        states = mart.sql(
            "select account_id, month, balance, debt, overdue from fct_balance_monthly order by 1, 2"
        )
        assert states.fetchall() == [
            ("A1-1", MAY, Decimal(-5), Decimal(5), Decimal(2)),
            ("A1-1", JUNE, Decimal(7), Decimal(0), Decimal(0)),
            ("A1-2", JUNE, Decimal(-4), Decimal(4), Decimal(3)),
            ("A9", JUNE, Decimal(-100), Decimal(100), Decimal(100)),
        ]
        found = one(mart, "from customer_360")
        assert [found[f"balance_2026_0{n}"] for n in (5, 6)] == [Decimal(-5), Decimal(3)]
        assert [found[f"debt_2026_0{n}"] for n in (5, 6)] == [Decimal(5), Decimal(4)]
        assert [found[f"overdue_2026_0{n}"] for n in (5, 6)] == [Decimal(2), Decimal(3)]
        assert (found["overdue_total"], found["overdue_account_count"]) == (Decimal(3), 1)
        assert found["last_balance_on"] == date(2026, 6, 30)
        assert mart.sql("select count(*) from fct_balance where customer_no is null").fetchall() == [(1,)]


def test_without_balances_nothing_is_claimed() -> None:
    rows = together(person(1), person(2), {"balance": [balance("A2-1", JUNE, None)]})
    with built("customer_360", [JUNE], **rows) as mart:
        found = mart.sql(
            "select overdue_total, overdue_account_count, debt_2026_06 from customer_360 order by customer_no"
        )
        assert found.fetchall() == [(None, 0, None), (None, 0, None)]


def test_overdue_is_made_of_the_newest_invoices_that_were_due() -> None:
    sent = [
        invoice("i1", "A1-1", date(2026, 3, 20), "100.00"),
        invoice("i2", "A1-1", date(2026, 4, 20), "100.00"),
        invoice("i3", "A1-1", date(2026, 5, 20), "100.00"),
        invoice("i4", "A1-1", date(2026, 6, 30), "100.00"),  # due on the day of the balance: not overdue yet
        invoice("i5", "A1-1", None, "100.00"),
        invoice("i6", "A1-2", date(2026, 5, 20), "40.00"),  # nothing is said of this account's debt
        invoice("i7", "A1-3", date(2026, 5, 20), "40.00"),
        invoice("i8", "A9", date(2026, 5, 20), "40.00"),
    ]
    taken = [
        balance("A1-1", date(2026, 6, 30), "-250.00", "130.00"),
        balance("A1-2", date(2026, 6, 30), "-40.00"),
        balance("A1-3", date(2026, 6, 30), "0.00"),
    ]
    rows = together(person(1, accounts=3), {"balance": taken, "invoice": sent})
    with built("customer_360", [JUNE], **rows) as mart:
        parts = dict(mart.sql("select invoice_id, overdue from fct_invoice").fetchall())
        assert parts == {
            "i1": 0,
            "i2": Decimal(30),
            "i3": Decimal(100),
            "i4": 0,
            "i5": 0,
            "i6": None,
            "i7": 0,
            "i8": None,
        }
        found = one(mart, "from customer_360")
        assert (found["oldest_overdue_on"], found["overdue_invoice_count"]) == (date(2026, 4, 20), 2)
        assert (found["invoice_count"], found["invoiced_total"]) == (7, Decimal(580))


def test_overdue_parts_add_up_to_what_is_overdue() -> None:
    """150 accounts with invoices of drawn days and amounts, against the rule written as a loop."""
    draw = Random(5)
    sent, taken, expected = [], [], {}
    for number in range(150):
        account, left = f"A1-{number}", Decimal(draw.randrange(200))
        taken.append(balance(account, JULY, f"{-left}.00", f"{left}.00"))
        bills = [(draw.randrange(20), f"i{number}-{n}", draw.randrange(50)) for n in range(draw.randrange(8))]
        sent += [
            invoice(name, account, date(2026, 5, 1 + day), f"{amount}.00") for day, name, amount in bills
        ]
        for _, name, amount in sorted(bills, reverse=True):
            expected[name] = min(Decimal(amount), left)
            left -= expected[name]
    with built(
        "fct_invoice", **together(person(1, accounts=150), {"invoice": sent, "balance": taken})
    ) as mart:
        assert dict(mart.sql("select invoice_id, overdue from fct_invoice").fetchall()) == expected
    assert {amount == 0 for amount in expected.values()} == {True, False}


def test_the_last_invoice_has_a_total_order() -> None:
    sent = [
        {**invoice("i1", "A1-1", JUNE, "1.00"), "issued_on": JUNE},
        {**invoice("i2", "A1-1", JULY, "2.00"), "issued_on": JUNE, "vat": "0.30"},
        {**invoice("i3", "A1-1", JULY, "3.00"), "issued_on": None},
    ]
    with built("customer_360", **together(person(1), person(2), {"invoice": sent})) as mart:
        found = one(mart, "from customer_360 where customer_no = 1")
        assert (found["last_invoice_on"], found["last_invoice_amount"]) == (JUNE, Decimal(2))
        assert (found["last_invoice_due_on"], found["last_invoice_vat"]) == (JULY, Decimal("0.30"))
        none = one(mart, "from customer_360 where customer_no = 2")
        assert (none["invoice_count"], none["last_invoice_on"], none["invoiced_total"]) == (0, None, None)


def test_habits_of_payment() -> None:
    paid = [
        payment(1, date(2026, 5, 3), "cash", "10.00"),
        payment(2, date(2026, 5, 3), "app", "20.00"),
        payment(3, date(2026, 6, 7), "app", "40.00"),
        payment(4, date(2026, 6, 7), "cash", None),
        payment(5, None, None, "30.01"),
        payment(6, date(2026, 3, 9), "bank", "5.00"),  # its month is not laid out
        payment(7, JUNE, "card", "1000.00", account="A9"),
    ]
    with built(
        "customer_360", [MAY, JUNE, JULY], **together(person(1), person(2), {"payment": paid})
    ) as mart:
        found = one(mart, "from customer_360 where customer_no = 1")
        assert found["mean_payment_amount"] == Decimal("21.00")  # 105.01 / 5
        assert found["largest_payment_amount"] == Decimal(40)
        assert found["preferred_payment_method"] == "app"  # twice, as cash; app stands first
        assert found["usual_payment_day"] == 3  # twice, as the 7th
        assert found["paid_month_count"] == 2
        shares = [
            found[f"{method}_payment_percent"] for method in ("app", "cash", "bank", "card", "terminal")
        ]
        assert shares == [Decimal("33.33"), Decimal("33.33"), Decimal("16.67"), 0, 0]
        never = one(mart, "from customer_360 where customer_no = 2")
        assert (
            never["mean_payment_amount"],
            never["preferred_payment_method"],
            never["usual_payment_day"],
        ) == (
            None,
            None,
            None,
        )
        assert (never["paid_month_count"], never["app_payment_percent"]) == (0, None)


def test_means_and_shares_are_rounded_half_away_from_zero() -> None:
    paid = [payment(1, JUNE, "app", "108580.64"), payment(2, JUNE, "app", "108580.65")]
    back = [payment(number, JUNE, "app", amount) for number, amount in ((3, "-0.01"), (4, "-0.02"))]
    with built("customer_360", [JUNE], **together(person(1), {"payment": paid})) as mart:
        assert one(mart, "from customer_360")["mean_payment_amount"] == Decimal("108580.65")
    with built("customer_360", [JUNE], **together(person(1), {"payment": back})) as mart:
        assert one(mart, "from customer_360")["mean_payment_amount"] == Decimal("-0.02")
    many = [payment(number, JUNE, "card" if number else "app", "1.00") for number in range(160)]
    with built("customer_360", [JUNE], **together(person(1), {"payment": many})) as mart:
        found = one(mart, "from customer_360")
        assert (found["app_payment_percent"], found["card_payment_percent"]) == (
            Decimal("0.63"),
            Decimal("99.38"),
        )


def test_payments_of_which_neither_day_method_nor_amount_is_known() -> None:
    with built(
        "customer_360", [JUNE], **together(person(1), {"payment": [payment(1, None, None, None)]})
    ) as mart:
        found = one(mart, "from customer_360")
        assert (found["payment_count"], found["paid_month_count"], found["cash_payment_percent"]) == (1, 0, 0)
        assert (
            found["preferred_payment_method"]
            is found["usual_payment_day"]
            is found["mean_payment_amount"]
            is None
        )


def test_months_with_roaming_are_counted_once() -> None:
    used = [
        {"subscription_id": s, "month": month, "roaming_minutes": minutes}
        for s, month, minutes in (
            ("S1-1", MAY, "2.00"),
            ("S1-2", MAY, "3.50"),
            ("S1-1", JUNE, "1.00"),
            ("S1-1", JULY, "0.00"),
            ("S2-1", JULY, None),
            ("S9", JULY, "4.00"),
        )
    ]
    rows = together(person(1, subscriptions=2), person(2), {"usage_monthly": used})
    with built("customer_360", **rows) as mart:
        found = mart.sql("""
            select last_roaming_month, roaming_month_count, roaming_minutes_total
            from customer_360 order by customer_no
        """)
        assert found.fetchall() == [(JUNE, 2, Decimal("6.50")), (None, 0, None)]


def test_daily_usage_belongs_to_the_subscriptions_customer() -> None:
    used = [{"subscription_id": s, "used_on": JULY, "data_mb": "1.50", **APPENDED} for s in ("S1-1", "S9")]
    with built("fct_usage_daily", **together(person(1), {"usage_daily": used})) as mart:
        found = mart.sql("select customer_no, account_id, data_mb from fct_usage_daily order by 1 nulls last")
        assert found.fetchall() == [(1, "A1-1", Decimal("1.50")), (None, None, Decimal("1.50"))]
