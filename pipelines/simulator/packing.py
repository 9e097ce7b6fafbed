"""Packed extracts: which names they have, and their bytes."""

import gzip
from pathlib import PurePath

PACKED = ".gz"
"""How the name of a packed file ends."""


def pack(piece: bytes) -> bytes:
    """A piece of a file, packed; nothing stays nothing. Equal pieces give equal bytes.

    Members of a packed file may follow each other, so each block packs its own.
    """
    # The fastest level: the next ones take up to twice the time for a tenth of the bytes.
    return gzip.compress(piece, 1, mtime=0) if piece else b""


def plain_name(path: str) -> str:
    """The name of a file before it was packed."""
    return path.removesuffix(PACKED)


def control_name(path: str) -> str:
    """Where the totals of a file stand: beside it, under its name without what its form and packing add."""
    return str(PurePath(plain_name(path)).with_suffix(".ctl"))
