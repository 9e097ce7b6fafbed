"""How far each data set of each source has told, by ingestion and by business date."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pipelines.ingest.declaration import DatasetDeclaration
from pipelines.ingest.raw_load import RawLoad
from pipelines.lib.loads import to_load
from warehouse.builds.coverage import told_by_source


@dataclass(frozen=True, slots=True)
class Freshness:
    """Both watermarks of one data set of one source; None while nothing was loaded.

    By ingestion: `loaded_at`, when its last load came (UTC). By business date: `known_from` of its newest load, and
    `rows_until`, the newest business date in its rows. Where files are due (they name a period, or `every` is
    declared), all is told before `told_before`, and from `hole_until` on if a file before that day is missing.
    """

    source: str
    dataset: str
    loads: tuple[RawLoad, ...]
    loaded_at: datetime | None
    known_from: date | None
    rows_until: date | None
    told_before: date | None
    hole_until: date | None

    def age_days(self, as_of: date | None) -> int | None:
        """Days from the newest load's business date to `as_of`."""
        if self.known_from is None or as_of is None:
            return None
        return max((as_of - self.known_from).days, 0)


def freshness(
    declared: Sequence[DatasetDeclaration],
    loads: Sequence[RawLoad],
    last_loaded: Mapping[tuple[str, str], datetime],
) -> tuple[Freshness, ...]:
    """One per declaration, in their order. `loads` in order; `last_loaded` by (source, data set)."""
    grouped: dict[tuple[str, str], list[RawLoad]] = defaultdict(list)
    for load in loads:
        grouped[load.source, load.dataset].append(load)
    return tuple(
        _of(each, tuple(grouped[each.source, each.dataset]), last_loaded.get((each.source, each.dataset)))
        for each in declared
    )


def _of(declared: DatasetDeclaration, loads: tuple[RawLoad, ...], loaded_at: datetime | None) -> Freshness:
    until = [load.business_dates[1] for load in loads if load.business_dates]
    due = declared.every is not None or any(load.period for load in loads)
    told = told_by_source([to_load(load) for load in loads], declared.every) if due else None
    return Freshness(
        source=declared.source,
        dataset=declared.dataset,
        loads=loads,
        loaded_at=loaded_at,
        known_from=loads[-1].known_from if loads else None,
        rows_until=max(until, default=None),
        told_before=told[1] if told else None,
        hole_until=told[0] if told else None,
    )
