"""Companies that belong together: holdings, formal links of ownership, informal ones; and mergers."""

from dataclasses import dataclass

import numpy as np

from pipelines.simulator.arrays import NEVER, Days, Ints, between
from pipelines.simulator.lifecycle import Lives
from pipelines.simulator.plan import Calendar

KINDS = ("holding", "formal", "informal")
ROLES = ("head company", "founder", "branch", "same director", "same address", "same accountant")
HOLDING_SHARE, INFORMAL_SHARE, MERGED_SHARE = 0.22, 0.08, 0.03
SIZES = (2, 3, 4, 6, 10)
"""Companies of a holding, the head included."""


@dataclass(frozen=True, slots=True)
class Links:
    """One row per link between two customers of a block, by position.

    kind 0 (holding): `other` is the head company; 1 (formal): `other` owns `share` hundredths of a percent
    of `one`; 2 (informal): nobody owns anybody. A link is known from `begin` (inclusive) to `end`.
    """

    one: Ints
    other: Ints
    kind: Ints  # position in KINDS
    role: Ints  # position in ROLES
    share: Ints
    begin: Days
    end: Days


@dataclass(frozen=True, slots=True)
class Mergers:
    """Customers whose number was given up for another's: from `day` on their contracts are the survivor's."""

    retired: Ints
    survivor: Ints
    day: Days


def draw_links(rng: np.random.Generator, calendar: Calendar, lives: Lives) -> Links:
    """Links between the legal entities of a block."""
    companies = rng.permutation(np.flatnonzero(lives.legal))
    member, head = _grouped(companies, int(len(companies) * HOLDING_SHARE))
    owned = rng.random(len(member)) < 0.7
    rest = companies[len(companies) // 2 :]
    pairs = min(int(len(companies) * INFORMAL_SHARE), len(rest) // 2)
    one = np.concatenate([member, member[owned], rest[:pairs]])
    other = np.concatenate([head, head[owned], rest[pairs : 2 * pairs]])
    kind = np.repeat([0, 1, 2], [len(member), int(owned.sum()), pairs])
    role = np.where(
        kind == 0, 0, np.where(kind == 1, rng.integers(1, 3, len(one)), rng.integers(3, 6, len(one)))
    )
    begin, end = _known(rng, calendar, lives, one, other)
    return Links(one, other, kind, role, rng.integers(2_001, 10_001, len(one)), begin, end)


def _grouped(companies: Ints, wanted: int) -> tuple[Ints, Ints]:
    # The first companies of the (shuffled) list form groups of the usual sizes, one after another.
    sizes = np.resize(SIZES, wanted)
    sizes = sizes[np.cumsum(sizes) <= wanted]
    head = np.repeat(np.cumsum(sizes) - sizes, sizes)
    place = np.arange(len(head))
    member = place != head
    return companies[place[member]], companies[head[member]]


def _known(
    rng: np.random.Generator, calendar: Calendar, lives: Lives, one: Ints, other: Ints
) -> tuple[Days, Days]:
    both = np.maximum(lives.registered[one], lives.registered[other])
    begin = both + rng.integers(0, 200, len(one))
    ended = rng.random(len(one)) < 0.1
    end = between(rng, begin + 30, np.full(len(one), calendar.horizon))
    return begin, np.where(ended & (end > begin + 30), end, NEVER)


def draw_mergers(
    rng: np.random.Generator,
    calendar: Calendar,
    lives: Lives,
    links: Links,
    twins: tuple[Ints, Ints],
) -> Mergers:
    """Members of holdings taken over by the head, and duplicates (`twins`) somebody found and merged.

    A survivor never retires itself, and nobody retires twice.
    """
    member = links.kind == 0
    taken = member & (rng.random(len(member)) < MERGED_SHARE)
    found = rng.random(len(twins[0])) < 0.15
    retired = np.concatenate([links.one[taken], twins[0][found]])
    survivor = np.concatenate([links.other[taken], twins[1][found]])
    begin = np.maximum(lives.registered[retired], lives.registered[survivor])
    begin = np.maximum(begin, calendar.origin) + 30
    day = between(rng, begin, np.full(len(begin), calendar.horizon))
    both = np.minimum(lives.gone[retired], lives.gone[survivor])
    real = (day < both) & (day < calendar.horizon) & ~np.isin(survivor, retired)
    return Mergers(retired[real], survivor[real], day[real])
