"""What sources state of what is in force now, and how far raw may be from it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from pipelines.ingest.raw import RawLoad
from pipelines.lib.loads import table_of, to_load
from warehouse.builds.model import SENT_WHOLE, Allowance
from warehouse.builds.sql import in_force

ROWS = "rows"


def announced(raw: Sequence[RawLoad]) -> dict[str, Decimal]:
    """Totals that sources state for what is in force of a data set now.

    Appended events add up over loads; of a data set sent whole the newest file of its source counts. Rows that are
    sent again (upsert, or the same key from several sources) add up to nothing that could be found in raw, unless
    there is one load alone.
    """
    return {
        f"{table_of(dataset)}.{name}": sum((stated[name] for stated in _stated(loads)), Decimal())
        for dataset, loads in _comparable(raw).items()
        for name in _common(loads)
    }


def allowances(raw: Sequence[RawLoad]) -> dict[str, Allowance]:
    """By the same names: rows that were rejected or came twice, and the greatest declared tolerance."""
    return {
        f"{table_of(dataset)}.{name}": Allowance(
            Decimal(sum(load.rejected + load.duplicates for load in loads) if name == ROWS else 0),
            max(Decimal(check["tolerance_percent"]) for load in loads for check in load.controls),
        )
        for dataset, loads in _comparable(raw).items()
        for name in _common(loads)
    }


def _comparable(raw: Sequence[RawLoad]) -> dict[str, list[RawLoad]]:
    """Data set -> its loads in force, where their rows add up."""
    grouped: dict[str, list[RawLoad]] = defaultdict(list)
    used = {load.load_id for load in in_force([to_load(load) for load in raw])}
    for load in raw:
        if load.load_id in used:
            grouped[load.dataset].append(load)
    return {dataset: loads for dataset, loads in grouped.items() if _add_up(loads)}


def _add_up(loads: Sequence[RawLoad]) -> bool:
    return len(loads) == 1 or all(load.load not in {"upsert", *SENT_WHOLE} for load in loads)


def _common(loads: Sequence[RawLoad]) -> list[str]:
    """Totals that every load has."""
    return sorted(set.intersection(*(set(each) for each in _stated(loads))))


def _stated(loads: Sequence[RawLoad]) -> list[Mapping[str, Decimal]]:
    return [{_total_name(check): Decimal(check["expected"]) for check in load.controls} for load in loads]


def _total_name(check: Mapping[str, str]) -> str:
    return check["name"].removeprefix("sum of ")
