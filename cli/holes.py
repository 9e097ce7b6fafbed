"""How commands speak of files that were due and did not come."""

from collections.abc import Sequence
from datetime import date

from rich.console import Console

from pipelines.lib.freshness import Freshness, days_in_words
from warehouse.releases.model import Untold


def holes_json(holes: Sequence[tuple[date, date]]) -> list[dict[str, str]]:
    """`[{"from": first day, "before": day after the last}]`."""
    return [{"from": first.isoformat(), "before": after.isoformat()} for first, after in holes]


def untold_in_words(missing: Sequence[Untold]) -> str:
    """What sources have not told, such as `billing, charge: 2026-06; shop, payment: from 2026-07-01 on`."""
    told: dict[tuple[str, str], list[str]] = {}
    for each in missing:
        told.setdefault((each.source, each.dataset), []).append(_days(each))
    return "; ".join(f"{source}, {dataset}: {', '.join(days)}" for (source, dataset), days in told.items())


def _days(untold: Untold) -> str:
    if untold.first is None:
        return f"all before {untold.before}"
    if untold.before is None:
        return f"from {untold.first} on"
    return days_in_words(untold.first, untold.before)


def print_holes(found: Sequence[Freshness], console: Console) -> None:
    """One line per data set that misses a file."""
    for each in found:
        if each.holes:
            console.print(each.message, style="yellow", markup=False, soft_wrap=True)
