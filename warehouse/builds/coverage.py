"""For which days a fact is complete: what its sources have told, without holes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import duckdb

from warehouse.builds.model import Load
from warehouse.builds.sql import in_force, quoted
from warehouse.catalog.model import CUSTOMER, Catalog, Fact
from warehouse.connection import Resources, connect
from warehouse.releases.model import Coverage, Untold

Span: TypeAlias = tuple[date, date]
Cadences: TypeAlias = Mapping[tuple[str, str], str]
"""(source, data set) -> how often a file is due: day or month."""


@dataclass(frozen=True, slots=True)
class Told:
    """What files tell: all before `before`, save the days of `holes` ([first, day after the last), in order)."""

    before: date
    holes: tuple[Span, ...] = ()

    @property
    def since(self) -> date | None:
        """The end of the last hole; None where there is none."""
        return max((end for _, end in self.holes), default=None)


def coverage(
    database: Path,
    catalog: Catalog,
    feeds: Mapping[str, Sequence[Load]],
    cadences: Cadences,
    parts: Mapping[str, Sequence[str]] | None = None,
    resources: Resources | None = None,
) -> dict[str, Coverage]:
    """Per fact the days for which it is complete. `feeds` names the loads behind each fact, `parts` the SQL conditions
    that tell the rows of its data sets apart, where it is made of several.

    Complete before: the day up to which the slowest source has told. Complete from: the first business date in the
    data (of each part that has any), or the end of the last hole that a source has left.
    """
    with closing(connect(database, read_only=True, resources=resources)) as connection:
        return {
            fact.name: replace(
                _coverage(
                    feeds.get(fact.name, ()),
                    cadences,
                    _first_day(connection, fact, (parts or {}).get(fact.name, ("true",))),
                ),
                unowned=_unowned(connection, fact),
            )
            for fact in catalog.facts.values()
        }


def _first_day(connection: duckdb.DuckDBPyConnection, fact: Fact, parts: Sequence[str]) -> date | None:
    """The first day from which all parts tell; a part without dates tells nothing."""
    day = quoted(fact.business_date)
    firsts = ", ".join(f"min({day}) filter (where {part})" for part in parts)
    found = connection.sql(f"select {firsts} from {quoted(fact.table)}").fetchall()[0]  # noqa: S608
    return max((first for first in found if first is not None), default=None)


def _unowned(connection: duckdb.DuckDBPyConnection, fact: Fact) -> int:
    """Rows that are no customer's: their payer, number or account is unknown."""
    if CUSTOMER not in fact.keys:
        return 0
    customer = quoted(fact.keys[CUSTOMER])
    sql = f"select count(*) from {quoted(fact.table)} where {customer} is null"  # noqa: S608
    return int(connection.sql(sql).fetchall()[0][0])


def _coverage(loads: Sequence[Load], cadences: Cadences, first_day: date | None) -> Coverage:
    feeds: dict[tuple[str, str], list[Load]] = defaultdict(list)
    for load in loads:
        feeds[load.source, load.dataset].append(load)
    told = {name: told_by_source(feed, cadences.get(name)) for name, feed in sorted(feeds.items())}
    sure = {name: each for name, each in told.items() if each is not None}
    if not sure or first_day is None:
        return Coverage(None, None)
    holes = [each.since for each in sure.values() if each.since is not None]
    begin, end = max([first_day, *holes]), min(each.before for each in sure.values())
    untold = tuple(
        Untold(*name, first, before)
        for name, each in sure.items()
        for first, before in ((None, first_day), *each.holes, (each.before, None))
    )
    return Coverage(begin, end, untold) if begin < end else Coverage(None, None, untold)


def told_by_source(loads: Sequence[Load], every: str | None) -> Told | None:
    """What one data set of one source has told: the holes that any of its parts has left, and the day before which
    each of them has told all. None without loads.
    """
    parts: dict[str, list[Load]] = defaultdict(list)
    for load in in_force(loads):
        # Only periods are stated part by part; a `*` elsewhere may stand for anything.
        parts[load.part if load.period else ""].append(load)
    if not parts:
        return None
    told = [told_by(part, every) for part in parts.values()]
    holes = {hole for each in told for hole in each.holes}
    return Told(min(each.before for each in told), tuple(sorted(holes)))


def told_by(loads: Sequence[Load], every: str | None) -> Told:
    """What the files of one feed have told."""
    if all(load.period for load in loads):
        return _by_period(loads)
    days = sorted({load.known_from for load in loads})
    if every is None:
        return Told(days[-1])
    # The file after a hole tells of its own day or month alone.
    holes = [
        (before, _previous(after, every)) for before, after in pairwise(days) if _next(before, every) < after
    ]
    return Told(days[-1], tuple(holes))


def _by_period(loads: Sequence[Load]) -> Told:
    """Each load tells its period, as far as it had passed when the load was known."""
    spans = sorted((load.period[0], min(load.period[1], load.known_from)) for load in loads if load.period)
    holes: list[Span] = []
    end = spans[0][1]
    for first, before in spans[1:]:
        if first > end:
            holes.append((end, first))
        end = max(end, before)
    return Told(end, tuple(holes))


def _next(day: date, every: str) -> date:
    """The last day on which the next file is not late."""
    if every == "day":
        return day + timedelta(days=1)
    return _month_after(_month_after(day)) - timedelta(days=1)


def _previous(day: date, every: str) -> date:
    if every == "day":
        return day - timedelta(days=1)
    return (day.replace(day=1) - timedelta(days=1)).replace(day=min(day.day, 28))


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
