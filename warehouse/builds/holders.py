"""Who had a number, an installation of the app or a tax id: by these alone some rows of raw name their customer.

The models of the mart decide in the same way: int_identifier_holder, int_tax_id_owner.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from warehouse.builds.owners import APP_ID, one_forms
from warehouse.builds.raw_rows import RawRows, has_form, is_among
from warehouse.builds.sql import literal

Said = TypeVar("Said")


@dataclass(frozen=True, slots=True)
class Holding:
    """An identifier in the days from `begins` to `ends`, both included. `customer_id` None: nobody knows whose."""

    customer_id: str | None
    begins: date
    ends: date
    subscription_id: str = ""

    def covers(self, day: date) -> bool:
        """Whether the day is one of them."""
        return self.begins <= day <= self.ends


Held = Mapping[str, Sequence[Holding]]
"""The one form of an identifier -> who is said to have had it, and when."""


@dataclass(frozen=True, slots=True)
class Taxpayer:
    """A customer with a tax id. `listed`: only an outside directory names it."""

    customer_id: str
    listed: bool


class Holders:
    """What raw says of identifiers, given and told in their one form; customers that no source knows are nobody."""

    def __init__(self, raw: RawRows) -> None:
        self._raw = raw

    def taxpayers(self, wanted: Iterable[str]) -> Mapping[str, Sequence[Taxpayer]]:
        """The customers with each tax id."""
        found = self._named("customer", "tax_id", "tax_id", wanted)
        return _by_form(
            "tax_id",
            [(row["tax_id"], Taxpayer(row["customer_id"], row["origin"] is not None)) for row in found],
        )

    def numbers(self, wanted: Iterable[str]) -> Held:
        """The subscriptions with each number."""
        found = self._named("subscription", "msisdn", "msisdn", wanted)
        owners = self._of_accounts({row["account_id"] for row in found})
        return _by_form("msisdn", [(row["msisdn"], _subscribed(row, owners)) for row in found])

    def installations(self, wanted: Iterable[str]) -> Held:
        """What the register says; a row of it names the customer, else a subscription, else an account."""
        kind = f"lower(kind) = {literal(APP_ID)}"
        found = self._current("identifier", "value", wanted, kind)
        known = self._known({row["customer_id"] for row in found} - {None})
        subscriptions = self._current(
            "subscription", "subscription_id", {row["subscription_id"] for row in found} - {None}
        )
        accounts = {row["subscription_id"]: row["account_id"] for row in subscriptions}
        owners = self._of_accounts({*accounts.values(), *(row["account_id"] for row in found)} - {None})
        held = [(row["value"], _registered(row, known, accounts, owners)) for row in found]
        return _by_form(APP_ID, held)

    def _of_accounts(self, accounts: Iterable[str]) -> dict[str, str]:
        """Account -> customer, where a source knows it."""
        of_account = {
            row["account_id"]: row["contract_id"] for row in self._current("account", "account_id", accounts)
        }
        of_contract = {
            row["contract_id"]: row["customer_id"]
            for row in self._current("contract", "contract_id", of_account.values())
        }
        known = self._known(of_contract.values())
        return {
            account: of_contract[contract]
            for account, contract in of_account.items()
            if of_contract.get(contract) in known
        }

    def _known(self, customers: Iterable[str]) -> frozenset[str | None]:
        """Those of the ids that a source still knows."""
        return frozenset(row["customer_id"] for row in self._current("customer", "customer_id", customers))

    def _named(self, dataset: str, kind: str, column: str, wanted: Iterable[str]) -> list[Mapping[str, Any]]:
        forms = set(wanted)
        return [
            row.values for row in self._raw.current(dataset, [has_form(column, kind, forms)] if forms else [])
        ]

    def _current(
        self, dataset: str, column: str, wanted: Iterable[str], *more: str
    ) -> list[Mapping[str, Any]]:
        values = set(wanted)
        conditions = [" and ".join([is_among(column, values), *more])] if values else []
        return [row.values for row in self._raw.current(dataset, conditions)]


def _subscribed(row: Mapping[str, Any], owners: Mapping[str, str]) -> Holding:
    begins, ends = row["activated_on"] or date.min, row["deactivated_on"] or date.max
    return Holding(owners.get(row["account_id"]), begins, ends, row["subscription_id"])


def _registered(
    row: Mapping[str, Any],
    known: frozenset[str | None],
    accounts: Mapping[str, str],
    owners: Mapping[str, str],
) -> Holding:
    if row["customer_id"] is not None:
        customer = row["customer_id"] if row["customer_id"] in known else None
    else:
        account = (
            row["account_id"] if row["subscription_id"] is None else accounts.get(row["subscription_id"])
        )
        customer = owners.get(account or "")
    return Holding(customer, row["valid_from"] or date.min, row["valid_to"] or date.max)


def _by_form(kind: str, said: Sequence[tuple[str, Said]]) -> Mapping[str, Sequence[Said]]:
    forms = one_forms(kind, {value for value, _ in said})
    found: dict[str, list[Said]] = defaultdict(list)
    for value, each in said:
        found[forms[value]].append(each)
    return found
