"""Who owns what: extracts joined as `docs/sources.md`, `docs/identity.md` and `docs/people.md` say."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any, TypeVar

from tests.models.recomputed.extracts import Extracts, Record

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
NEVER = date.max
APOSTROPHES = dict.fromkeys(map(ord, "'`´ʻʼʽ‘’‛′＇"), "'")


def grouped(rows: Iterable[T], key: Callable[[T], K | None]) -> dict[K, list[T]]:
    """Rows by key; those without one are left out."""
    groups: dict[K, list[T]] = defaultdict(list)
    for row in rows:
        found = key(row)
        if found is not None:
            groups[found].append(row)
    return groups


def known(rows: Iterable[Record], column: str) -> list[Any]:
    """The values that are known."""
    return [row[column] for row in rows if row[column] is not None]


def total(values: Iterable[Any]) -> Any:
    """Sum, None where there is nothing to add."""
    found = list(values)
    return sum(found[1:], found[0]) if found else None


def rounded(number: Decimal) -> Decimal:
    """To hundredths, half away from zero."""
    return number.quantize(Decimal("0.01"), ROUND_HALF_UP)


def earliest(values: Iterable[T]) -> T | None:
    return min(values, default=None)  # type: ignore[type-var]


def latest(values: Iterable[T]) -> T | None:
    return max(values, default=None)  # type: ignore[type-var]


def last(rows: Iterable[Record], *columns: str) -> Record | None:
    """The row with the greatest values in these columns, one after another; unknown is the smallest."""
    return max(rows, key=lambda row: [(row[c] is not None, row[c] or 0) for c in columns], default=None)


def day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()


def digits(text: str | None) -> str | None:
    """A tax id in its one form."""
    return "".join(filter(str.isdigit, text or "")) or None


def folded(text: str | None) -> str | None:
    """What people search by part: NFKC, lower case, ё = е, all apostrophes alike."""
    if text is None:
        return None
    return unicodedata.normalize("NFKC", text).lower().replace("ё", "е").translate(APOSTROPHES)


@dataclass(frozen=True)
class Held:
    """An identifier that is a customer's from one day to another, both included."""

    customer_id: str
    subscription_id: str | None
    begin: date | None
    end: date | None

    def on(self, when: date) -> bool:
        return (self.begin or date.min) <= when <= (self.end or NEVER)


class World:
    """Rows of the extracts by the customer they belong to.

    `customers` are all that a source names but for those merged into another whom a source names: what is said of
    these is the other's.
    """

    def __init__(self, extracts: Extracts) -> None:
        self.extracts = extracts
        rows = extracts.rows
        self.register = {row["customer_id"]: row for row in rows("customer")}
        self.customers = {each: row for each, row in self.register.items() if self.customer(each) == each}
        self._contracts = {row["contract_id"]: row for row in rows("contract")}
        self._accounts = {row["account_id"]: row for row in rows("account")}
        self.subscriptions_by_id = {row["subscription_id"]: row for row in rows("subscription")}
        self.contracts = grouped(self._contracts.values(), lambda row: self.customer(row["customer_id"]))
        self.accounts = grouped(self._accounts.values(), lambda row: self.of_account(row["account_id"]))
        self.subscriptions = grouped(
            self.subscriptions_by_id.values(), lambda row: self.of_subscription(row["subscription_id"])
        )

    def customer(self, customer_id: str | None) -> str | None:
        """Who stands for an id: the end of the chain of mergers, but nobody is merged in a circle."""
        if customer_id not in self.register:
            return None
        way = [customer_id]
        while (over := self.register[way[-1]]["merged_into"]) in self.register and over != way[-1]:
            if over in way:
                return customer_id
            way.append(over)
        return way[-1]

    def of_account(self, account_id: str | None) -> str | None:
        account = self._accounts.get(account_id or "")
        contract = self._contracts.get(account["contract_id"]) if account else None
        return self.customer(contract["customer_id"]) if contract else None

    def of_subscription(self, subscription_id: str | None) -> str | None:
        subscription = self.subscriptions_by_id.get(subscription_id or "")
        return self.of_account(subscription["account_id"]) if subscription else None

    def by_customer(self, dataset: str) -> dict[str, list[Record]]:
        """Rows that name their customer."""
        return grouped(self.extracts.rows(dataset), lambda row: self.customer(row["customer_id"]))

    def by_account(self, dataset: str) -> dict[str, list[Record]]:
        return grouped(self.extracts.rows(dataset), lambda row: self.of_account(row["account_id"]))

    def by_subscription(self, dataset: str) -> dict[str, list[Record]]:
        return grouped(self.extracts.rows(dataset), lambda row: self.of_subscription(row["subscription_id"]))

    @cached_property
    def with_tax_id(self) -> dict[str, list[str]]:
        """All ids that have a tax id."""
        return grouped(self.register, lambda customer_id: digits(self.register[customer_id]["tax_id"]))

    def of_tax_id(self, tax_id: str | None) -> str | None:
        """The one customer with this tax id, with several it is nobody's; prospects count where no customer has it."""
        found = self.with_tax_id.get(digits(tax_id) or "", [])
        counted = [each for each in found if self.register[each]["origin"] is None] or found
        customers = {self.customer(each) for each in counted}
        return customers.pop() if len(customers) == 1 else None

    def payer(self, tax_id: str | None) -> str | None:
        """As registries, but a prospect pays nothing."""
        found = self.of_tax_id(tax_id)
        return found if found and self.customers[found]["origin"] is None else None

    @cached_property
    def numbers(self) -> dict[str, list[Held]]:
        """Who had a telephone number when."""
        return grouped_held(
            (row["msisdn"], customer, row["subscription_id"], row["activated_on"], row["deactivated_on"])
            for customer, rows in self.subscriptions.items()
            for row in rows
        )

    @cached_property
    def installations(self) -> dict[str, list[Held]]:
        """Who used an installation of the app when."""
        return grouped_held(
            (row["value"], customer, None, row["valid_from"], row["valid_to"])
            for row in self.extracts.rows("identifier")
            if row["kind"] == "app_id" and (customer := self.customer(row["customer_id"]))
        )


def grouped_held(
    rows: Iterable[tuple[str | None, str, str | None, date | None, date | None]],
) -> dict[str, list[Held]]:
    """Periods by identifier."""
    found: dict[str, list[Held]] = defaultdict(list)
    for value, *held in rows:
        if value is not None:
            found[value].append(Held(*held))  # type: ignore[arg-type]
    return found


def holder(held: list[Held], when: date | None) -> str | None:
    """The one customer who had the identifier that day."""
    found = {each.customer_id for each in held if when is not None and each.on(when)}
    return found.pop() if len(found) == 1 else None
