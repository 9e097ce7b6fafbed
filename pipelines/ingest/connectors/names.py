"""Names of landing files: business date, a number that grows, the range of the cursor.

`20260701_000003_t2026-06-30T00%3A00%3A00_t2026-07-01T12%3A00%3A00.jsonl.gz`, or `20260701_000004_all.jsonl.gz` where
everything was fetched.
"""

import re
from dataclasses import dataclass
from datetime import date

from pipelines.ingest.connectors.cursors import CursorValue, decode, encode

FOLDER = "landing"
START = "start"
ALL = "all"
_NAME = re.compile(r"(?P<day>\d{8})_(?P<number>\d{6,})_(?:(?P<first>[^_]+)_(?P<last>[^_]+)|all)\.jsonl\.gz")


def pattern(source: str, dataset: str) -> str:
    """Where a data set's landing files are, as a pattern of file names below the deployment folder."""
    return f"{FOLDER}/{source}/{dataset}/{{date:%Y%m%d}}_*.jsonl.gz"


@dataclass(frozen=True, slots=True)
class Extract:
    """One landing file by its name. `last` is None where everything was fetched, without a cursor."""

    name: str
    number: int
    last: CursorValue | None


@dataclass(frozen=True, slots=True)
class Range:
    """What a landing file covers: after `first` (None = from the start) up to `last`."""

    first: CursorValue | None
    last: CursorValue


def is_landing_file(name: str) -> bool:
    """Whether a file of this name was written by a connector."""
    return _NAME.fullmatch(name) is not None


def extract_of(name: str) -> Extract | None:
    """What the name says; None where it is no landing file's."""
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    last = None if match["last"] is None else decode(match["last"])
    return Extract(name, int(match["number"]), last)


def fetch_order(name: str) -> int:
    """Its place among the fetches of its data set; 0 for files that were not fetched."""
    match = _NAME.fullmatch(name)
    return 0 if match is None else int(match["number"])


def file_name(day: date, number: int, covered: Range | None) -> str:
    """The name of a landing file. Raises CursorError."""
    if covered is None:
        return f"{day:%Y%m%d}_{number:06d}_{ALL}.jsonl.gz"
    first = START if covered.first is None else encode(covered.first)
    return f"{day:%Y%m%d}_{number:06d}_{first}_{encode(covered.last)}.jsonl.gz"
