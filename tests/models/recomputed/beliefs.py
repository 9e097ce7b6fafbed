"""What is believed of a customer whom several sources describe, by the order that the deployment states per group."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import yaml

from tests.models.recomputed.extracts import Extracts, Feed, Record

GROUPS = {
    "identity": ("full_name", "short_name", "phone", "email"),
    "demography": ("birth_date", "sex", "language", "region", "city", "address", "vip"),
    "firmography": ("industry", "head_count"),
}
COMPANY = {"full_name": "name", "region": "region", "industry": "industry", "head_count": "head_count"}


class Beliefs:
    """Newest word of each source about each customer and company, and whether it ever said anything."""

    def __init__(self, extracts: Extracts) -> None:
        path = extracts.home / "catalog" / "precedence.yml"
        stated = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {"precedence": {}}
        self.orders = {
            attribute: order for group, order in stated["precedence"].items() for attribute in GROUPS[group]
        }
        self.registers = {each.source: _told(each) for each in extracts.feeds if each.dataset == "customer"}
        self.offices = {each.source: _told(each) for each in extracts.feeds if each.dataset == "organisation"}

    def __call__(self, row: Record, companies: list[Record]) -> Record:
        """The register's row with what is believed instead; `companies`: what offices say of its tax id."""
        believed = {
            name: self._value(name, row, companies) for name in self.orders if name in row.values or companies
        }
        return replace(row, values={**row.values, **believed})

    def _value(self, attribute: str, row: Record, companies: list[Record]) -> Any:
        for source in self.orders[attribute]:
            for told, column, key in self._words(source, attribute, row, companies):
                newest, ever = told.get(key, (None, {}))
                if newest is not None and ever.get(column):
                    return newest[column]
        return row[attribute]

    def _words(
        self, source: str, attribute: str, row: Record, companies: list[Record]
    ) -> Iterator[tuple[dict[Any, Any], str, str]]:
        yield self.registers.get(source, {}), attribute, row["customer_id"]
        if attribute in COMPANY:
            young = sorted(companies, key=lambda each: each["registered_on"] or date.min, reverse=True)
            for each in young:
                yield self.offices.get(source, {}), COMPANY[attribute], each["tax_id"]


def _told(feed: Feed) -> dict[str, tuple[Record | None, dict[str, bool]]]:
    """Key -> its newest row in force, and the columns that ever had a value."""
    key = "customer_id" if feed.dataset == "customer" else "tax_id"
    ever: dict[str, dict[str, bool]] = {}
    for file in feed.files:
        for record in file.records:
            said = ever.setdefault(record[key], {})
            said |= {column: True for column, value in record.values.items() if value is not None}
    newest = {record[key]: record for record in sorted(feed.in_force(), key=lambda each: each.known_from)}
    return {name: (newest.get(name), columns) for name, columns in ever.items()}
