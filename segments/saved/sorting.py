"""Rows of an uploaded file sorted into accepted, duplicate, unknown and rejected: each is one of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from segments.saved.resolve import Match
from store import ListCounts, ListRow
from warehouse.files.keys import KeyRow

Plain = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Sorted:
    """The members in the order of the file, the rows that gave none, and the counts."""

    members: tuple[str, ...]
    rows: tuple[ListRow, ...]
    counts: ListCounts


def plain_keys(rows: Sequence[KeyRow], plain: Plain) -> list[str]:
    """The different keys of the usable rows, each in its one form."""
    forms = (plain(row.value) for row in rows if not row.fault)
    return list(dict.fromkeys(form for form in forms if form is not None))


def sort_rows(rows: Sequence[KeyRow], plain: Plain, matches: Mapping[str, Match], key: str) -> Sorted:
    """A row is a duplicate when its key, or another key of its customer, stood on an earlier line."""
    members: dict[str, None] = {}
    seen: set[str] = set()
    left_out: list[ListRow] = []
    duplicates = 0
    for row in rows:
        form = None if row.fault else plain(row.value)
        match = None if form is None else matches.get(form)
        if form is None:
            reason = row.fault or f"can't be a {key}"
            left_out.append(ListRow(row.line, "rejected", row.value, reason))
        elif form in seen or (match is not None and match.customer_id in members):
            duplicates += 1
        elif match is None:
            left_out.append(ListRow(row.line, "unknown", row.value, f"no customer has this {key}"))
        elif match.customer_id is None:
            left_out.append(ListRow(row.line, "rejected", row.value, match.reason))
        else:
            members[match.customer_id] = None
        if form is not None:
            seen.add(form)
    return Sorted(tuple(members), tuple(left_out), _counts(rows, members, left_out, duplicates))


def _counts(
    rows: Sequence[KeyRow], members: Mapping[str, None], left_out: Sequence[ListRow], duplicates: int
) -> ListCounts:
    rejected = sum(row.outcome == "rejected" for row in left_out)
    return ListCounts(len(rows), len(members), rejected, duplicates, len(left_out) - rejected)
