"""Small vectorised helpers between NumPy and Arrow.

Days are int64 since 1970-01-01; `NEVER` = has not happened.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Days: TypeAlias = npt.NDArray[np.int64]
Ints: TypeAlias = npt.NDArray[np.int64]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]

NEVER = 2**40
"""A day later than any other: comparisons need no special case for "not yet"."""


def expand(counts: Ints) -> tuple[Ints, Ints]:
    """`counts` children of each parent: the parent's position and the child's ordinal within it."""
    parents = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts
    return parents, np.arange(len(parents)) - first[parents]


def between(rng: np.random.Generator, low: Days, high: Days) -> Days:
    """A random day in [low, high); `low` where that is empty."""
    drawn: Days = low + (rng.random(len(low)) * np.maximum(high - low, 0)).astype(np.int64)
    return drawn


def pick(rng: np.random.Generator, shares: Floats | list[float], size: int) -> Ints:
    """Positions 0..k-1 drawn with these shares (they are normalised)."""
    edges = np.cumsum(np.asarray(shares, dtype=np.float64))
    drawn: Ints = np.searchsorted(edges / edges[-1], rng.random(size), side="right").astype(np.int64)
    return drawn


def texts(values: list[str] | tuple[str, ...], positions: Ints, known: Flags | None = None) -> Any:
    """Arrow text array `values[positions]`, NULL where not `known`."""
    return pa.array(values, pa.string()).take(pa.array(positions, mask=None if known is None else ~known))


def dates(days: Days) -> Any:
    """Arrow date32, NULL for `NEVER`."""
    return pa.array(np.where(days == NEVER, 0, days).astype(np.int32), mask=days == NEVER).cast(pa.date32())


def integers(values: Ints, known: Flags | None = None) -> Any:
    """Arrow int64, NULL where not `known`."""
    return pa.array(values, mask=None if known is None else ~known)


def decimals(hundredths: Ints, known: Flags | None = None) -> Any:
    """Arrow decimal128(18, 2) from whole hundredths, NULL where not `known`: no float is ever printed."""
    words = np.empty((len(hundredths), 2), dtype=np.int64)
    words[:, 0] = hundredths
    words[:, 1] = hundredths >> 63
    valid = None if known is None else pa.array(known).buffers()[1]
    return pa.Array.from_buffers(pa.decimal128(18, 2), len(hundredths), [valid, pa.py_buffer(words)])
