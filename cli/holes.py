"""How commands speak of files that were due and did not come."""

from collections.abc import Sequence
from datetime import date

from rich.console import Console

from pipelines.lib.freshness import Freshness


def holes_json(holes: Sequence[tuple[date, date]]) -> list[dict[str, str]]:
    """`[{"from": first day, "before": day after the last}]`."""
    return [{"from": first.isoformat(), "before": after.isoformat()} for first, after in holes]


def print_holes(found: Sequence[Freshness], console: Console) -> None:
    """One line per data set that misses a file."""
    for each in found:
        if each.holes:
            console.print(each.message, style="yellow", markup=False, soft_wrap=True)
