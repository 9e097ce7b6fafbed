"""A directory of companies from outside: mostly companies that are no customers yet, some that are."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import Days, Ints, dates, integers, pick, texts
from pipelines.simulator.names import companies
from pipelines.simulator.parts import Part
from pipelines.simulator.places import REGIONS, STREETS
from pipelines.simulator.plan import BLOCK, as_date
from pipelines.simulator.register import INDUSTRIES
from pipelines.simulator.schedule import Period
from pipelines.simulator.world import World
from pipelines.simulator.writers.crm_forms import DIRECTORY_FOLDER, DIRECTORY_NAME, DIRECTORY_SHEET
from pipelines.simulator.writers.workbook import SHEET, sheet_part

NEW, KNOWN = 0.1, 0.015
"""Companies listed that are no customers, and that are customers already, per legal entity of ours."""
SERIAL = 20_000_000
"""What their tax ids are made of begins here, above the numbers of all customers."""
A_BLOCK = BLOCK // 2


def directory(world: World, period: Period) -> Iterator[Part]:
    """The whole directory as a workbook, on the anchor and every first of a month."""
    listed, table = _listed(world)
    for day in period.whole_days():
        path = f"inbox/{DIRECTORY_FOLDER}/{DIRECTORY_NAME}_{as_date(day):%Y%m%d}{SHEET}"
        rows = table.filter(pa.array(listed < day))
        yield sheet_part(path, DIRECTORY_SHEET, rows, ("employees",))


def directory_truth(world: World) -> Any:
    """Which entries are companies that the billing has as customers."""
    known, _ = _entries(world)
    listed = _listed(world)[0][: len(known)]
    at = np.flatnonzero(listed < world.calendar.as_of)
    return pa.table(
        {
            "entry": _entry_numbers(world, at),
            "customer_id": integers(world.lives.number[known[at]]).cast(pa.string()),
        }
    )


def _entries(world: World) -> tuple[Ints, int]:
    """Positions of customers that the directory lists too, and the number of companies that are none."""
    rng, calendar = world.rng("directory"), world.calendar
    legal = np.flatnonzero(world.lives.legal & (world.lives.registered < calendar.anchor))
    known = np.flatnonzero(rng.random(len(legal)) < KNOWN)
    return legal[known], int(len(legal) * NEW)


def _entry_numbers(world: World, place: Ints) -> Any:
    return pc.binary_join_element_wise(
        "YP", integers(world.block * A_BLOCK + place + 1).cast(pa.string()), "-"
    )


def _listed(world: World) -> tuple[Days, Any]:
    """Day on which each company got into the directory, and its row. Customers of ours come first."""
    known, new = _entries(world)
    rng, calendar, size = world.rng("directory rows"), world.calendar, len(known) + new
    day = (
        calendar.origin
        - 400
        + (rng.random(size) * (calendar.horizon - calendar.origin + 400)).astype(np.int64)
    )
    # Most stood there when it was first bought.
    day = np.where(rng.random(size) < 0.7, np.minimum(day, calendar.anchor - 1), day)
    full, _ = companies(rng, rng.random(size) < 0.4)
    place = pa.array(known)
    names = pa.concat_arrays(
        [
            world.register.table["CUST_NAME"].combine_chunks().take(place),
            full.combine_chunks()[len(known) :] if isinstance(full, pa.ChunkedArray) else full[len(known) :],
        ]
    )
    serial = SERIAL + world.block * A_BLOCK + np.arange(size)
    tax_id = 300_000_000 + serial * 7_368_787 % 99_999_989
    tax_id[: len(known)] = world.register.tax_id[known]
    region = pick(rng, [each.companies for each in REGIONS], size)
    street = texts(STREETS, pick(rng, [1.0] * len(STREETS), size), rng.random(size) < 0.9)
    house = integers(rng.integers(1, 150, size)).cast(pa.string())
    host = texts(("mail.ru", "umail.uz", "gmail.com"), pick(rng, [3, 2, 4], size), rng.random(size) < 0.6)
    heads = np.maximum(rng.lognormal(2.4, 1.5, size), 1).astype(np.int64)
    return day, pa.table(
        {
            "entry": _entry_numbers(world, np.arange(size)),
            "company": names,
            "tin": integers(tax_id, rng.random(size) < 0.9).cast(pa.string()),
            "region": texts([each.name for each in REGIONS], region, rng.random(size) < 0.98),
            "city": texts([each.towns[0] for each in REGIONS], region, rng.random(size) < 0.9),
            "address": pc.binary_join_element_wise(street, house, ", "),
            "phone": integers(
                998_78_0000000 + rng.integers(0, 9_999_999, size), rng.random(size) < 0.95
            ).cast(pa.string()),
            "email": pc.binary_join_element_wise(integers(serial).cast(pa.string()), host, "@"),
            "industry": texts(INDUSTRIES, pick(rng, [0.8**i for i in range(len(INDUSTRIES))], size)),
            "employees": integers(heads, rng.random(size) < 0.5),
            "listed": dates(day),
        }
    )
