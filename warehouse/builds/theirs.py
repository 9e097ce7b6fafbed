"""Which rows that name a customer by an identifier alone are this customer's, as the models of the mart decide it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from warehouse.builds.holders import Held, Holders, Holding
from warehouse.builds.owners import APP_ID, KINDS, one_forms

TAX_IDS: Mapping[str, str] = {
    "payment": "tax_id",
    "legal_status": "tax_id",
    "organisation": "tax_id",
    "e_invoice": "buyer_tax_id",
}
"""Data sets whose rows name a tax id -> in which column."""
Row = Mapping[str, Any]


def are_theirs(holders: Holders, customer_id: str, dataset: str, rows: Sequence[Row]) -> tuple[bool, ...]:
    """For each row that names the customer: whether it is the customer's. Of nobody's for sure it is not."""
    if dataset in TAX_IDS:
        return _by_tax_id(holders, customer_id, dataset, rows)
    if dataset == "device":
        return _by_number(holders, customer_id, rows)
    if dataset == "app_event":
        return _by_installation(holders, customer_id, rows)
    return (True,) * len(rows)


def _by_tax_id(holders: Holders, customer_id: str, dataset: str, rows: Sequence[Row]) -> tuple[bool, ...]:
    """Where several customers have a tax id nobody is guessed. Who is only listed outside counts where no other has
    it, but pays nothing.
    """
    forms = _forms(TAX_IDS[dataset], rows)
    taxpayers = holders.taxpayers(_known(forms))

    def owns(form: str | None) -> bool:
        everybody = taxpayers.get(form or "", ())
        known = [each for each in everybody if not each.listed]
        having = known if known or dataset == "payment" else everybody
        return [each.customer_id for each in having] == [customer_id]

    owned = {form: owns(form) for form in forms.values()}
    return tuple(row.get("account_id") is not None or owned[forms[row[TAX_IDS[dataset]]]] for row in rows)


def _by_number(holders: Holders, customer_id: str, rows: Sequence[Row]) -> tuple[bool, ...]:
    """Of the subscriptions that had the number on the first day the one activated last."""
    forms = _forms("msisdn", [row for row in rows if row["subscription_id"] is None])
    held = holders.numbers(_known(forms))

    def owner(row: Row) -> str | None:
        having = _on(held, forms[row["msisdn"]], row["first_seen_on"])
        newest = max(having, key=lambda each: (each.begins, each.subscription_id), default=None)
        return None if newest is None else newest.customer_id

    return tuple(row["subscription_id"] is not None or owner(row) == customer_id for row in rows)


def _by_installation(holders: Holders, customer_id: str, rows: Sequence[Row]) -> tuple[bool, ...]:
    """Who had the number on the day, else the installation; of several nobody."""
    unnamed = [row for row in rows if row["customer_id"] is None]
    numbers, installations = _forms("msisdn", unnamed), _forms(APP_ID, unnamed)
    numbered = holders.numbers(_known(numbers))
    installed = holders.installations(_known(installations))

    def owner(row: Row) -> str | None:
        day = row["event_at__date"]
        found = _only(_on(numbered, numbers[row["msisdn"]], day))
        return found or _only(_on(installed, installations[row["app_id"]], day))

    return tuple(row["customer_id"] is not None or owner(row) == customer_id for row in rows)


def _forms(column: str, rows: Sequence[Row]) -> dict[str | None, str | None]:
    """Value of the column -> its one form; None where it is none, and of None."""
    found = one_forms(KINDS[column], {row[column] for row in rows} - {None})
    return {row[column]: found.get(row[column]) for row in rows}


def _known(forms: Mapping[str | None, str | None]) -> set[str]:
    return {form for form in forms.values() if form is not None}


def _on(held: Held, form: str | None, day: date | None) -> list[Holding]:
    return [each for each in held.get(form or "", ()) if day is not None and each.covers(day)]


def _only(having: Sequence[Holding]) -> str | None:
    """The customer of all of them, if it is one."""
    customers = {each.customer_id for each in having}
    return customers.pop() if len(customers) == 1 else None
