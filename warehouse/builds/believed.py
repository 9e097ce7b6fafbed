"""Which row of raw holds the claim that is believed, where sources have an order of precedence.

The models of the mart decide in the same way: int_customer_claim, int_customer_preferred.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from warehouse.builds.model import Ordered
from warehouse.builds.origin import NOT_THEIRS
from warehouse.builds.raw_rows import COUNTS, NEWER_FILE, NEWER_ROW, SourceRow

YIELDS = "yields to another source"
"""State of a row that says what its source claims now, but another source is believed."""
KEYS = {"customer": "customer_id", "organisation": "tax_id"}
"""Data sets that claim attributes of customers -> what tells apart of whom they speak."""
Teller = tuple[str, str, str]
UNDECLARED = 999
"""Place of a register that is declared no more."""


def believed(rows: Sequence[SourceRow], ordered: Ordered) -> tuple[SourceRow, ...]:
    """The same rows of one customer; of those that claim the attribute only the one that is believed counts.

    `rows`: in the order in which they became known, with their states as `Origins.rows` gives them.
    """
    claims = _claims(rows, ordered)
    if not claims:
        return tuple(rows)
    chosen = _first(claims, ordered)
    return tuple(_judged(row, claims, chosen) for row in rows)


def _claims(rows: Sequence[SourceRow], ordered: Ordered) -> dict[Teller, SourceRow]:
    """What each source claims now: its newest row that is in force and has, or once had, a value."""
    columns = {claim.dataset: claim.column for claim in ordered.claims}
    listed = {(claim.source, claim.dataset) for claim in ordered.claims}
    others = {_teller(row)[1:] for row in rows if row.state == NOT_THEIRS and row.dataset in columns}
    newest: dict[Teller, SourceRow] = {}
    ever: set[Teller] = set()
    for row in rows:
        registers = row.dataset == "customer" or (row.load.source, row.dataset) in listed
        if row.dataset not in columns or not registers or _teller(row)[1:] in others:
            continue
        if row.values[columns[row.dataset]] is not None:
            ever.add(_teller(row))
        if row.state != NEWER_FILE:
            newest[_teller(row)] = row
    return {teller: row for teller, row in newest.items() if teller in ever}


def _teller(row: SourceRow) -> Teller:
    return row.load.source, row.dataset, row.values[KEYS[row.dataset]] if row.dataset in KEYS else ""


def _first(claims: dict[Teller, SourceRow], ordered: Ordered) -> Teller:
    """By place; of one source its register first, of two writings of a tax id the younger registration."""

    def turn(teller: Teller) -> tuple[int, date, str]:
        source, dataset, key = teller
        place = ordered.sources.index(source) if source in ordered.sources else UNDECLARED
        registered = claims[teller].values.get("registered_on") if dataset == "organisation" else None
        return -(2 * place + (dataset == "organisation")), registered or date.min, key

    return max(claims, key=turn)


def _judged(row: SourceRow, claims: dict[Teller, SourceRow], chosen: Teller) -> SourceRow:
    teller = _teller(row) if row.dataset in KEYS else None
    if teller in claims and row is claims[teller]:
        return replace(row, state=COUNTS if teller == chosen else YIELDS)
    # A newer row of another source that never said anything is no claim.
    return replace(row, state=NEWER_ROW) if row.state == COUNTS and row.dataset in KEYS else row
