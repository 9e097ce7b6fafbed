"""Customer register, contracts, accounts, subscriptions, usage, charges, payments, invoices, balances."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from tests.models.recomputed.extracts import Record
from tests.models.recomputed.world import World, day, earliest, folded, known, last, latest, rounded, total

REGISTER = (
    *(
        "customer_id",
        "kind",
        "full_name",
        "short_name",
        "tax_id",
        "phone",
        "email",
        "birth_date",
        "sex",
        "language",
    ),
    *(
        "region",
        "city",
        "address",
        "industry",
        "head_count",
        "vip",
        "registered_on",
        "declared_status",
        "gone_on",
    ),
)
FOLDED = ("full_name", "short_name", "email", "city", "address")
USAGE = ("voice_minutes", "data_mb", "sms_count", "roaming_minutes")
METHODS = ("card", "app", "terminal", "bank", "cash")
Profile = dict[str, Any]


def month_name(day: date) -> str:
    return f"{day:%Y_%m}"


class Portfolio:
    """Attributes of what a customer is and holds, uses and pays."""

    def __init__(self, world: World, months: list[str]) -> None:
        self.world, self.months = world, months
        self.usage = world.by_subscription("usage_monthly")
        self.charges = world.by_account("charge")
        self.invoices = world.by_account("invoice")
        self.balances = world.by_account("balance")
        self.payments: dict[str, list[Record]] = {}
        for payment in world.extracts.rows("payment"):
            by_account = world.of_account(payment["account_id"])
            owner = by_account if payment["account_id"] else world.payer(payment["tax_id"])
            if owner:
                self.payments.setdefault(owner, []).append(payment)

    def __call__(self, customer_id: str) -> Profile:
        row = self.world.customers[customer_id]
        profile = {name: row[name] for name in REGISTER}
        profile |= {f"{name}__folded": folded(row[name]) for name in FOLDED}
        for part in (
            self._contracts,
            self._accounts,
            self._subscriptions,
            self._usage,
            self._charges,
            self._payments,
            self._habits,
            self._invoices,
            self._balances,
        ):
            profile |= part(customer_id)
        beginnings = (profile["registered_on"], profile["first_contract_on"], profile["first_activated_on"])
        profile["exists_from"] = earliest(each for each in beginnings if each is not None)
        return profile

    def _contracts(self, customer_id: str) -> Profile:
        rows = self.world.contracts.get(customer_id, [])
        newest = last([row for row in rows if row["payment_kind"]], "signed_on", "contract_id")
        return {
            "contract_count": len(rows),
            "open_contract_count": sum(row["ended_on"] is None for row in rows),
            "first_contract_on": earliest(known(rows, "signed_on")),
            "last_contract_on": latest(known(rows, "signed_on")),
            "last_contract_ended_on": latest(known(rows, "ended_on")),
            "payment_kind": newest and newest["payment_kind"],
        }

    def _accounts(self, customer_id: str) -> Profile:
        rows = self.world.accounts.get(customer_id, [])
        balances = known(rows, "balance")
        return {
            "account_count": len(rows),
            "open_account_count": sum(row["closed_on"] is None for row in rows),
            "balance_total": total(balances),
            "debt_total": total(max(-balance, Decimal(0)) for balance in balances),
            "debt_account_count": sum(balance < 0 for balance in balances),
        }

    def _subscriptions(self, customer_id: str) -> Profile:
        rows = self.world.subscriptions.get(customer_id, [])
        newest = newest_subscription(rows)
        tariff = newest and newest["tariff"]
        return {
            "subscription_count": len(rows),
            "open_subscription_count": sum(row["deactivated_on"] is None for row in rows),
            "first_activated_on": earliest(known(rows, "activated_on")),
            "last_activated_on": latest(known(rows, "activated_on")),
            "last_deactivated_on": latest(known(rows, "deactivated_on")),
            "tariff": tariff,
            "tariff__folded": folded(tariff),
            "msisdn": newest and newest["msisdn"],
        }

    def _usage(self, customer_id: str) -> Profile:
        rows = self.usage.get(customer_id, [])
        abroad = [row for row in rows if (row["roaming_minutes"] or 0) > 0]
        profile = {
            "first_usage_month": earliest(known(rows, "month")),
            "last_usage_month": latest(known(rows, "month")),
            "last_roaming_month": latest(known(abroad, "month")),
            "roaming_month_count": len({row["month"] for row in abroad}),
            "roaming_minutes_total": total(known(abroad, "roaming_minutes")),
        }
        for measure in USAGE:
            profile |= self._months(f"{measure}_", ((row["month"], row[measure]) for row in rows))
        return profile

    def _months(self, prefix: str, dated: Iterable[tuple[date | None, Any]]) -> Profile:
        """A flow per month; None where nothing with a known value happened."""
        sums: Profile = {f"{prefix}{month}": None for month in self.months}
        for when, value in dated:
            name = prefix + (month_name(when) if when else "")
            if name in sums and value is not None:
                sums[name] = value + (sums[name] or 0)
        return sums

    def _charges(self, customer_id: str) -> Profile:
        rows = self.charges.get(customer_id, [])
        return {
            "charge_count": len(rows),
            "charged_total": total(known(rows, "amount")),
            "last_charge_on": latest(known(rows, "charged_on")),
            **self._months("charged_", ((row["charged_on"], row["amount"]) for row in rows)),
        }

    def _payments(self, customer_id: str) -> Profile:
        rows = self.payments.get(customer_id, [])
        newest = last(rows, "paid_at", "payment_id", "amount")
        amounts = known(rows, "amount")
        return {
            "payment_count": len(rows),
            "paid_total": total(amounts),
            "first_payment_on": day(earliest(known(rows, "paid_at"))),
            "last_payment_on": day(latest(known(rows, "paid_at"))),
            "last_payment_amount": newest and newest["amount"],
            "last_payment_method": newest and newest["method"],
            "mean_payment_amount": rounded(sum(amounts) / Decimal(len(amounts))) if amounts else None,
            "largest_payment_amount": latest(amounts),
            **self._months("paid_", ((row["paid_at"], row["amount"]) for row in rows)),
        }

    def _habits(self, customer_id: str) -> Profile:
        rows = self.payments.get(customer_id, [])
        methods = Counter(known(rows, "method"))
        days = Counter(moment.day for moment in known(rows, "paid_at"))
        paid = {month_name(moment) for moment in known(rows, "paid_at")} & set(self.months)
        shares = {
            f"{method}_payment_percent": rounded(Decimal(100 * methods[method]) / len(rows)) if rows else None
            for method in METHODS
        }
        return {
            "paid_month_count": len(paid),
            "preferred_payment_method": min(
                methods, key=lambda method: (-methods[method], METHODS.index(method)), default=None
            ),
            "usual_payment_day": min(days, key=lambda each: (-days[each], each), default=None),
            **shares,
        }

    def _invoices(self, customer_id: str) -> Profile:
        rows = self.invoices.get(customer_id, [])
        newest = last(rows, "issued_on", "invoice_id")
        overdue = [
            invoice
            for account in {row["account_id"] for row in rows}
            for invoice in self._unpaid(customer_id, account)
        ]
        return {
            "invoice_count": len(rows),
            "invoiced_total": total(known(rows, "amount")),
            "last_invoice_on": latest(known(rows, "issued_on")),
            "last_invoice_due_on": newest and newest["due_on"],
            "last_invoice_amount": newest and newest["amount"],
            "last_invoice_vat": newest and newest["vat"],
            "overdue_invoice_count": len(overdue),
            "oldest_overdue_on": earliest(known(overdue, "due_on")),
        }

    def _unpaid(self, customer_id: str, account_id: str) -> list[Record]:
        """Payments settle the oldest first: the newest invoices that were due and come to the overdue amount."""
        taken = last(self._of_account(self.balances, customer_id, account_id), "balance_on")
        left = overdue_part(taken) if taken else None
        due = [
            row
            for row in self._of_account(self.invoices, customer_id, account_id)
            if taken and row["due_on"] and row["due_on"] < taken["balance_on"] and row["amount"]
        ]
        unpaid = []
        for row in sorted(due, key=lambda row: (row["due_on"], row["invoice_id"]), reverse=True):
            if not left or left <= 0:
                break
            unpaid.append(row)
            left -= row["amount"]
        return unpaid

    @staticmethod
    def _of_account(rows: dict[str, list[Record]], customer_id: str, account_id: str) -> list[Record]:
        return [row for row in rows.get(customer_id, []) if row["account_id"] == account_id]

    def _balances(self, customer_id: str) -> Profile:
        rows = self.balances.get(customer_id, [])
        accounts = {row["account_id"] for row in rows}
        taken = [last(self._of_account(self.balances, customer_id, each), "balance_on") for each in accounts]
        newest = [row for row in taken if row]
        overdue = [part for row in newest if (part := overdue_part(row)) is not None]
        profile = {
            "last_balance_on": latest(known(rows, "balance_on")),
            "overdue_total": total(overdue),
            "overdue_account_count": sum(part > 0 for part in overdue),
        }
        for month in self.months:
            within = [row for row in rows if month_name(row["balance_on"]) == month]
            ends = [
                last([row for row in within if row["account_id"] == each], "balance_on") for each in accounts
            ]
            states = [row for row in ends if row]
            balances = known(states, "balance")
            parts = [part for row in states if (part := overdue_part(row)) is not None]
            profile[f"balance_{month}"] = total(balances)
            profile[f"debt_{month}"] = total(max(-balance, Decimal(0)) for balance in balances)
            profile[f"overdue_{month}"] = total(parts)
        return profile


def newest_subscription(rows: list[Record]) -> Record | None:
    """Activated last; of those of one day the greater id."""
    return last(rows, "activated_on", "subscription_id")


def overdue_part(row: Record) -> Decimal | None:
    """What of a balance is past its due date; nothing where nothing is owed."""
    if row["overdue"] is None and row["balance"] is not None and row["balance"] >= 0:
        return Decimal(0)
    return row["overdue"]  # type: ignore[no-any-return]
