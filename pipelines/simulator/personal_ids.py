"""Numbers the state gives: tax ids (9 digits) and personal numbers (PINFL, 14 digits) of Uzbekistan."""

import numpy as np

from pipelines.simulator.arrays import NEVER, Days, Flags, Ints
from pipelines.simulator.lifecycle import Lives

CODES_PER_BLOCK = 833
"""Codes of one birth day set aside for a block: 1,200 blocks of 833 fill the six digits."""
WEIGHTS = (7, 3, 1) * 4 + (7,)


def tax_ids(lives: Lives) -> Ints:
    """Nine digits, unique: 3........ are legal entities, 4-6 people."""
    # The odd factor scatters neighbours; the modulus is a prime, so nobody shares a number.
    serial = (lives.number * 7_368_787) % 99_999_989
    return np.where(lives.legal, 300_000_000, 400_000_000 + 100_000_000 * (lives.number % 3)) + serial


def pinfls(lives: Lives, women: Flags, birth: Days, block: int) -> Ints:
    """Fourteen digits, unique: century and sex, DDMMYY of birth, district and serial, check digit; 0 = none."""
    days = np.where(birth == NEVER, 0, birth).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    year = months.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day = (days - months).astype(np.int64) + 1
    # 1 and 2 were born before 1900, 3 and 4 before 2000, 5 and 6 after; women have the even digit.
    leading = 3 + 2 * (year >= 2000) + women
    born = leading * 1_000_000 + day * 10_000 + month * 100 + year % 100
    # Injective for one day of birth: who shares it has another code.
    code = (block * CODES_PER_BLOCK + _rank(born) + born * 7_919) * 611_953 % 999_983
    number = born * 1_000_000 + code
    return np.where(lives.legal, 0, number * 10 + _check_digit(number))


def _rank(groups: Ints) -> Ints:
    """Place of each within those of its value."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    rank = np.empty_like(groups)
    rank[order] = np.arange(len(groups)) - np.repeat(starts, np.diff([*starts, len(groups)]))
    return rank


def _check_digit(number: Ints) -> Ints:
    total, rest = np.zeros_like(number), number.copy()
    for weight in reversed(WEIGHTS):
        total += rest % 10 * weight
        rest //= 10
    return total % 10
