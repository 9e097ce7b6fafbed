"""Rows of an uploaded file sorted into accepted, duplicate, unknown and rejected: each is one of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from segments.saved.resolve import Resolved
from store import ListCounts, ListRow
from warehouse.files.keys import KeyRow

REJECTED, UNKNOWN = "rejected", "unknown"


@dataclass(frozen=True, slots=True)
class Sorted:
    """The members in the order of the file, the rows that gave none, and the counts."""

    members: tuple[str, ...]
    rows: tuple[ListRow, ...]
    counts: ListCounts


def sort_rows(rows: Sequence[KeyRow], resolved: Resolved, key: str) -> Sorted:
    """A row is a duplicate when its key, or another key of its customer, stood on an earlier line."""
    members: dict[str, None] = {}
    seen: set[str] = set()
    left_out: list[ListRow] = []
    duplicates = ambiguous = 0
    for row, form in zip(rows, resolved.forms, strict=True):
        match = None if form is None else resolved.matches.get(form)
        if row.fault or form is None:
            left_out.append(ListRow(row.line, REJECTED, row.value, row.fault or f"can't be a {key}"))
            continue
        if form in seen or (match is not None and match.customer_id in members):
            duplicates += 1
        elif match is None:
            left_out.append(ListRow(row.line, UNKNOWN, row.value, f"no customer has this {key}"))
        elif match.customer_id is None:
            left_out.append(ListRow(row.line, REJECTED, row.value, match.reason))
            ambiguous += match.ambiguous
        else:
            members[match.customer_id] = None
        seen.add(form)
    rejected = sum(row.outcome == REJECTED for row in left_out)
    unknown = len(left_out) - rejected
    counts = ListCounts(len(rows), len(members), rejected, duplicates, unknown, ambiguous)
    return Sorted(tuple(members), tuple(left_out), counts)
