"""What a reader is told about a file and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from warehouse.catalog.model import ValueType
from warehouse.errors import InputError

# Columns of a part that no rule asked for, kept as text, begin with this.
KEPT = "unmapped."
# A file with more refused rows is not what the declaration says; texts of rejects are kept this long.
MAX_REJECTS = 500_000
RECORD_LIMIT = 2000


ISO = "iso"
"""As the form of dates or timestamps: ISO 8601, with or without time, fraction and offset from UTC."""


class FileError(InputError):
    """A file can't be read at all; the message names the file and, where known, the line."""


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How values are written, whatever the file is. Formats of dates are strftime patterns; `time_zone` is
    that of local timestamps.
    """

    encoding: str = "utf-8"
    decimal: str = "."
    thousands: str = ""
    date_format: str = "%Y-%m-%d"
    timestamp_format: str = "%Y-%m-%d %H:%M:%S"
    null_values: tuple[str, ...] = ("",)
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class CsvFormat(FileFormat):
    """How a CSV file is written. `final_newline`: a file that does not end with a line break was cut.

    `footers`: what the last lines of every file begin with, lines of totals and no rows, in their order.
    """

    delimiter: str = ","
    quote: str = '"'
    final_newline: bool = False
    footers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JsonLinesFormat(FileFormat):
    """One JSON object a line."""


@dataclass(frozen=True, slots=True)
class JsonFormat(FileFormat):
    """One JSON document. `records` is the path to its records, empty where they are the document itself."""

    records: str = ""


@dataclass(frozen=True, slots=True)
class XmlFormat(FileFormat):
    """An XML document, which says its encoding itself. `records` is the path of elements to the repeated one,
    with or without the root.
    """

    records: str = ""


@dataclass(frozen=True, slots=True)
class ExcelFormat(FileFormat):
    """A sheet of a workbook: its name or number (1 = first), and the row with the names of the columns.

    `footers`: what the last rows that hold anything begin with, rows of totals and no data, in their order.
    """

    sheet: str | int = 1
    header_row: int = 1
    footers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Footer:
    """The fields of a line of totals at the end of a file, as texts, and its number (1 = the file's first)."""

    fields: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class ParquetFormat(FileFormat):
    """A Parquet file. What is a number, a date or a timestamp in it needs no format."""


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """How one column of raw is made: from the column `source` of the file, from `constant`, or NULL.

    `values` maps what the source writes to what raw holds; `allowed` is the closed list raw may hold.
    `optional`: a file without the source column is none the worse.
    """

    name: str
    type: ValueType
    scale: int = 0
    source: str | None = None
    constant: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    required: bool = False
    optional: bool = False
    folded: bool = False
    format: str | None = None


def sources_of(rules: Sequence[ColumnRule]) -> tuple[str, ...]:
    """What `rules` read of the file, each once."""
    return tuple(dict.fromkeys(rule.source for rule in rules if rule.source is not None))


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that did not enter raw. `line` is the line of the file on which the row begins (1 = first)."""

    line: int
    column: str | None
    value: str | None
    reason: str
    record: str


@dataclass(frozen=True, slots=True)
class FileFacts:
    """What one pass over the bytes tells, before anything is interpreted.

    `stamp` tells whether the file was written to since. `size` is that of the file on disk, `sha256` that of
    its content (of a compressed file: of what is inside).
    """

    path: Path
    stamp: tuple[int, ...]
    size: int
    sha256: str

    @property
    def may_be_cut(self) -> bool:
        """True where the end of the file does not show whether something is missing after it."""
        return False


@dataclass(frozen=True, slots=True)
class CsvFacts(FileFacts):
    """Facts of a CSV file. `mixed_breaks`: lines end in more than one way, or values hold other line breaks
    than the lines end with. `footers`: the lines of totals at the end, where some are declared; everything else then
    tells of the lines before them. `copy`: the content in utf-8 without them, where the pass has written it.
    """

    newlines: int
    quotes: bool
    blank_lines: bool
    mixed_breaks: bool
    ends_with_newline: bool
    ascii: bool
    header: tuple[str, ...]
    footers: tuple[Footer, ...] = ()
    copy: Path | None = None

    @property
    def may_be_cut(self) -> bool:
        """The last value may go on after the end: `12` may have been `1250`."""
        return not self.ends_with_newline


@dataclass(frozen=True, slots=True)
class Converted:
    """What a conversion gave: rows in = accepted + rejected + duplicates. `sums` are those of the
    accepted rows, `footers` the lines of totals.
    """

    accepted: int
    duplicates: int
    rejects: tuple[Reject, ...]
    unmapped: tuple[str, ...]
    sums: Mapping[str, Decimal]
    footers: tuple[Footer, ...] = ()

    @property
    def rows_in(self) -> int:
        return self.accepted + self.duplicates + len(self.rejects)
