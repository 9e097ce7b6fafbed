"""Which rows of raw speak of one customer, and which of them count: the way back from the mart to the sources."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace

from warehouse.builds.holders import Holders
from warehouse.builds.model import Dataset, Load
from warehouse.builds.owners import Owned, names_of
from warehouse.builds.raw_rows import COUNTS, RawRows, SourceRow
from warehouse.builds.theirs import are_theirs
from warehouse.connection import Resources, connect

NOT_THEIRS = "of another holder, or of nobody for sure"
"""State of a row that names a number, an installation or a tax id which was not this customer's alone."""


class Origins:
    """Raw as it lies there, for questions about single customers; scans columns of ids, so seconds for millions."""

    def __init__(
        self, datasets: Sequence[Dataset], loads: Sequence[Load], resources: Resources | None = None
    ) -> None:
        self._datasets, self._loads, self._resources = datasets, loads, resources

    def rows(self, customer_id: str, wanted: Sequence[str]) -> tuple[SourceRow, ...]:
        """Rows of the data sets `wanted` that speak of the customer, in the order in which they became known."""
        with closing(connect(resources=self._resources)) as connection:
            raw = RawRows(connection, self._datasets, self._loads)
            owned, holders = Owned(raw, customer_id), Holders(raw)
            return tuple(row for name in wanted for row in _judged(holders, customer_id, owned.rows(name)))

    def can_say(self, dataset: str) -> bool:
        """Whether rows of the data set say whose they are."""
        return bool(names_of(dataset))


def _judged(holders: Holders, customer_id: str, rows: Sequence[SourceRow]) -> tuple[SourceRow, ...]:
    """The rows with what is told of those that would count, were they the customer's."""
    counting = [row for row in rows if row.state == COUNTS]
    if not counting:
        return tuple(rows)
    theirs = are_theirs(holders, customer_id, rows[0].dataset, [row.values for row in counting])
    others = {(row.load.load_id, row.row) for row, own in zip(counting, theirs, strict=True) if not own}
    return tuple(
        replace(row, state=NOT_THEIRS) if (row.load.load_id, row.row) in others else row for row in rows
    )
