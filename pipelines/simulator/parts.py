"""A block's share of one file, as bytes with everything that is to be stated about it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.dirty import Counts, broken_lines
from pipelines.simulator.layouts import Layout
from pipelines.simulator.packing import pack, plain_name
from pipelines.simulator.plan import as_date
from pipelines.simulator.render import header, render
from pipelines.simulator.world import World


@dataclass(slots=True)
class Part:
    """A block's share of one file; the bytes of all blocks stand one after another in the order of the blocks.

    `header` stands once before them, `footer` once behind and `separator` between two that are not empty.
    `sums` are of the good rows: Decimal for money and volumes, int for whole numbers.
    """

    path: str
    header: bytes
    body: bytes
    counts: Counts
    sums: dict[str, Decimal | int] = field(default_factory=dict)
    footer: bytes = b""
    separator: bytes = b""


def csv_part(world: World, layout: Layout, day: int, table: Any, about: int | None = None) -> Part:
    """A table as lines of the file of a day, broken lines added. Columns are written in the table's order.

    `about`: the first day of the month that stands in the file's name, where a newer file of it replaces this one.
    """
    path = layout.path(as_date(day), None if about is None else as_date(about))
    broken, counts = broken_lines(
        world.rng(f"dirty {plain_name(path)}"), table, layout, world.plan.dirty_rate
    )
    sums = {name: total(table[name]) for name in layout.totals}
    head, body = header(table.column_names, layout), render(table, layout) + broken
    if layout.packed:
        head, body = pack(head), pack(body)
    return Part(path, head, body, counts, sums)


def total(column: Any) -> Decimal | int:
    """The exact sum of a column of decimals or integers; NULL counts as nothing."""
    if pa.types.is_decimal(column.type):
        return pc.sum(column).as_py() or Decimal(0).scaleb(-column.type.scale)
    return int(pc.sum(column).as_py() or 0)
