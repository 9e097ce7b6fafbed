"""Whose a row of raw is: the columns that say it, and the ids by which a customer is named in them."""

from collections.abc import Mapping

import pyarrow as pa

from warehouse.builds.raw_rows import COUNTS, RawRows, SourceRow, has_form, is_among
from warehouse.builds.sql import quoted
from warehouse.identifiers import normalise

Names = Mapping[str, tuple[str, ...]]
"""Columns that say whose a row is, each with those that decide before it: it is asked where they are empty."""

OF_CUSTOMER: Names = {"customer_id": ()}
OF_ACCOUNT: Names = {"account_id": ()}
OF_SUBSCRIPTION: Names = {"subscription_id": ()}
OWNED_BY: Mapping[str, Names] = {
    "customer": OF_CUSTOMER,
    "contract": OF_CUSTOMER,
    "responsible": OF_CUSTOMER,
    "contact_person": OF_CUSTOMER,
    "flag": OF_CUSTOMER,
    "survey": OF_CUSTOMER,
    "identity_document": OF_CUSTOMER,
    "code_word": OF_CUSTOMER,
    "account": {"contract_id": ()},
    "subscription": OF_ACCOUNT,
    "charge": OF_ACCOUNT,
    "invoice": OF_ACCOUNT,
    "balance": OF_ACCOUNT,
    "usage_monthly": OF_SUBSCRIPTION,
    "usage_daily": OF_SUBSCRIPTION,
    "subscription_service": OF_SUBSCRIPTION,
    "payment": {"account_id": (), "tax_id": ("account_id",)},
    "device": {"subscription_id": (), "msisdn": ("subscription_id",)},
    "legal_status": {"tax_id": ()},
    "organisation": {"tax_id": ()},
    "e_invoice": {"buyer_tax_id": ()},
    "app_event": {"customer_id": (), "msisdn": ("customer_id",), "app_id": ("customer_id",)},
    "contact": {"customer_id": (), "subscription_id": ("customer_id",)},
    "response": {"customer_id": (), "contact_id": ("customer_id",)},
    "service_request": {
        "customer_id": (),
        "subscription_id": ("customer_id",),
        "account_id": ("customer_id", "subscription_id"),
    },
    "consent": {"customer_id": (), "contact_person_id": ("customer_id",)},
    "customer_link": {"customer_id": (), "related_customer_id": ()},
    "identifier": {"customer_id": (), "account_id": (), "subscription_id": ()},
}
"""As the models of the mart decide it. The other data sets are nobody's; an extension's rows are the customer's."""
REACHED: Mapping[str, tuple[str, str]] = {
    "contract_id": ("contract", "contract_id"),
    "account_id": ("account", "account_id"),
    "subscription_id": ("subscription", "subscription_id"),
    "contact_person_id": ("contact_person", "contact_person_id"),
    "contact_id": ("contact", "contact_id"),
    "msisdn": ("subscription", "msisdn"),
    "tax_id": ("customer", "tax_id"),
    "buyer_tax_id": ("customer", "tax_id"),
    "app_id": ("identifier", "value"),
}
"""Column that names a customer -> the data set whose rows of the customer hold such names, and in which column."""
KINDS: Mapping[str, str] = {
    "msisdn": "msisdn",
    "tax_id": "tax_id",
    "buyer_tax_id": "tax_id",
    "app_id": "app_id",
}
"""Columns that hold identifiers, compared in their one form -> their kind."""
APP_ID = "app_id"


class Owned:
    """The rows of one customer, and the ids by which they are found; each is looked for when it is first asked for."""

    def __init__(self, rows: RawRows, customer_id: str) -> None:
        self._rows = rows
        self.customer_id = customer_id
        self._found: dict[str, tuple[SourceRow, ...]] = {}

    def rows(self, dataset: str) -> tuple[SourceRow, ...]:
        """Rows that name the customer where the first that a row names decides, in the order of `RawRows.stated`."""
        if dataset not in self._found:
            conditions = [
                " and ".join([named, *(f"{quoted(earlier)} is null" for earlier in before)])
                for column, before in names_of(dataset).items()
                if (named := self._names(column)) is not None
            ]
            self._found[dataset] = self._rows.stated(dataset, conditions)
        return self._found[dataset]

    def _names(self, column: str) -> str | None:
        """SQL: the column holds an id of the customer; None where the customer has none of this kind."""
        ids = self._ids(column)
        if not ids:
            return None
        return has_form(column, KINDS[column], ids) if column in KINDS else is_among(column, ids)

    def _ids(self, column: str) -> set[str]:
        if column not in REACHED:
            return {self.customer_id}
        dataset, said_in = REACHED[column]
        rows = [row for row in self.rows(dataset) if row.state == COUNTS]
        if column == APP_ID:
            rows = [row for row in rows if row.values["kind"].lower() == APP_ID]
        found = {row.values[said_in] for row in rows} - {None}
        return set(one_forms(KINDS[column], found).values()) if column in KINDS else found


def names_of(dataset: str) -> Names:
    """Columns that say whose a row of the data set is; none: its rows are nobody's."""
    return OF_CUSTOMER if dataset.startswith("extension_") else OWNED_BY.get(dataset, {})


def one_forms(kind: str, values: set[str]) -> dict[str, str]:
    """Value -> its one form, of those that can be such an identifier."""
    listed = sorted(values)
    forms = normalise(kind, pa.array(listed, pa.string())).to_pylist() if listed else []
    return {value: form for value, form in zip(listed, forms, strict=True) if form is not None}
