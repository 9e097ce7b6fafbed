"""The system of the sales offices: documents that people have shown, and hashes of their code words."""

import hmac
from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.simulator.arrays import Days, Flags, Ints, between, dates, integers, texts
from pipelines.simulator.names import UZ_FEMALE
from pipelines.simulator.parts import Part, csv_part
from pipelines.simulator.places import REGIONS
from pipelines.simulator.schedule import Period
from pipelines.simulator.world import World
from pipelines.simulator.writers.crm_forms import CODE_WORDS, DOCUMENTS

SHOWN = 0.8
"""Share of the people with a known personal number whose document is known too."""
RENEWED, ID_CARDS, WITH_WORD = 0.06, 0.3, 0.35
SERIES = ("AA", "AB", "AC", "AD", "AE", "AF", "AG", "AH", "AI", "AJ")
NUMBERS = 99_999_989
"""A prime: as many numbers of documents, series included, as are given out."""
SECOND = 40_000_000
"""Distance between what the number of a first and of a renewed document are made of."""
YEAR = 365


def documents(world: World, period: Period) -> Iterator[Part]:
    """Documents: all on the anchor, then those that were shown the day before."""
    drawn = _draw_documents(world)
    for day in period.register_days():
        at = _new(world, drawn["since"], day)
        rows = {name: values[at] for name, values in drawn.items()}
        yield csv_part(world, DOCUMENTS, day, _document_table(world, rows))


def _new(world: World, since: Days, day: int) -> Ints:
    """What the file of a day lists: all on the anchor, then what came the day before."""
    whole = day == world.calendar.anchor
    return np.flatnonzero((since < day) & (whole | (since == day - 1)))


def _draw_documents(world: World) -> dict[str, Ints]:
    rng, lives, calendar = world.rng("documents"), world.lives, world.calendar
    whose = np.arange(lives.size)
    # Who was registered twice showed the document twice only where the personal number was taken down twice.
    copied = world.twins.same_person & world.twins.pinfl
    whose[world.twins.second[copied]] = world.twins.first[copied]
    known = world.register.table["PINFL"].combine_chunks().is_valid().to_numpy(zero_copy_only=False)
    at = np.flatnonzero(known & (rng.random(lives.size)[whose] < SHOWN))
    adult = world.register.birth[at] + 16 * YEAR + 5
    first = between(rng, np.maximum(adult, lives.registered[at] - 9 * YEAR), lives.registered[at])
    again = between(
        rng, np.maximum(lives.registered[at], calendar.origin), np.full(len(at), calendar.horizon)
    )
    renewed = np.flatnonzero((rng.random(len(at)) < RENEWED) & (again < lives.gone[at]))
    card = (rng.random(lives.size)[whose] < ID_CARDS).astype(np.int64)
    rows = np.concatenate([at, at[renewed]])
    later = np.arange(len(rows)) >= len(at)
    return {
        "customer": rows,
        "since": np.where(later, np.concatenate([first, again[renewed]]) + 3, lives.registered[rows]),
        "issued": np.concatenate([np.minimum(first, lives.registered[at]), again[renewed]]),
        "card": np.where(later, 1, card[rows]),
        "number": (lives.number[whose[rows]] + SECOND * later) * 7_368_787 % NUMBERS,
        "office": (lives.number[whose[rows]] * 31) % sum(len(region.towns) for region in REGIONS),
    }


def _document_table(world: World, row: dict[str, Ints]) -> Any:
    towns = [f"{town} IIB" for region in REGIONS for town in region.towns]
    digits = pc.utf8_lpad(integers(row["number"] % 10_000_000).cast(pa.string()), 7, "0")
    return pa.table(
        {
            "CUST_ID": integers(world.lives.number[row["customer"]]),
            "DOC_TYPE": texts(("PASSPORT", "ID"), row["card"]),
            "DOC_SERIES": texts(SERIES, row["number"] // 10_000_000),
            "DOC_NO": digits,
            "ISSUE_DT": dates(row["issued"]),
            "ISSUED_BY": texts(towns, row["office"]),
            "EXPIRY_DT": dates(row["issued"] + 10 * YEAR + 1),
        }
    )


def code_words(world: World, period: Period) -> Iterator[Part]:
    """Code words as hashes: all on the anchor, then those set the day before."""
    customer, since = _draw_words(world)
    for day in period.register_days():
        at = _new(world, since, day)
        table = pa.table(
            {
                "CUST_ID": integers(world.lives.number[customer[at]]),
                "HASH": _hashes(world, customer[at]),
                "SET_DT": dates(since[at]),
            }
        )
        yield csv_part(world, CODE_WORDS, day, table)


def _draw_words(world: World) -> tuple[Ints, Days]:
    rng, lives = world.rng("code words"), world.lives
    chosen: Flags = ~lives.legal & ~lives.prospect & (rng.random(lives.size) < WITH_WORD)
    since = lives.registered + rng.exponential(100, lives.size).astype(np.int64)
    at = np.flatnonzero(chosen & (since < np.minimum(lives.gone, world.calendar.horizon)))
    return at, since[at]


def _hashes(world: World, customer: Ints) -> Any:
    """HMAC of customer number and word; the key stays with the system, as a real one's does."""
    key = blake2b(f"offices {world.plan.seed}".encode()).digest()
    words = world.rng("words").integers(0, len(UZ_FEMALE) * 100, world.lives.size)[customer]
    pairs = zip(world.lives.number[customer].tolist(), words.tolist(), strict=True)
    said = (f"{number}:{UZ_FEMALE[word // 100]}{word % 100}" for number, word in pairs)
    return pa.array([hmac.digest(key, each.encode(), "sha256").hex() for each in said], pa.string())
