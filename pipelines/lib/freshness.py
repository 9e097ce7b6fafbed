"""How far each data set of each source has told, by ingestion and by business date."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipelines.ingest.declaration import DatasetDeclaration, load_sources
from pipelines.ingest.raw import RawLoad, list_loads
from pipelines.lib.loads import to_load
from warehouse.builds.coverage import Span, told_by_source
from warehouse.settings import Settings


@dataclass(frozen=True, slots=True)
class Freshness:
    """Both watermarks of one data set of one source; None while nothing was loaded.

    By ingestion: `loaded_at`, when its last load came (UTC). By business date: `known_from` of its newest load, and
    `rows_until`, the newest business date in its rows. Where files are due (they name a period, or `every` is
    declared), all is told before `told_before` save the days of `holes` ([first, day after the last), in order),
    whose files are missing.
    """

    source: str
    dataset: str
    loads: tuple[RawLoad, ...]
    loaded_at: datetime | None
    known_from: date | None
    rows_until: date | None
    told_before: date | None
    holes: tuple[Span, ...] = ()

    @property
    def complete_from(self) -> date | None:
        """The end of the last hole."""
        return max((end for _, end in self.holes), default=None)

    @property
    def missing(self) -> str:
        """The days or months of the holes in words, such as `2026-04, 2026-06 to 2026-08`; empty without any."""
        return ", ".join(days_in_words(*hole) for hole in self.holes)

    @property
    def message(self) -> str:
        """What is missing, in one line for people."""
        return f"{self.source}, {self.dataset}: {self.missing} missing; complete from {self.complete_from} on"

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
        told_before=told.before if told else None,
        holes=told.holes if told else (),
    )


def with_holes(settings: Settings, only: Sequence[str] | None = None) -> tuple[Freshness, ...]:
    """The declared data sets (of `only` the named sources) that miss a file which was due."""
    declared = [dataset for source in load_sources(settings, only) for dataset in source.datasets]
    return tuple(each for each in freshness(declared, list_loads(settings.home), {}) if each.holes)


def days_in_words(first: date, after: date) -> str:
    """The days from `first` to before `after`; months where it is whole ones."""
    last = after - timedelta(days=1)
    form = "%Y-%m" if first.day == after.day == 1 else "%Y-%m-%d"
    ends = list(dict.fromkeys(f"{day:{form}}" for day in (first, last)))
    return " to ".join(ends)
