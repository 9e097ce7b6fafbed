"""What the conversion asks of a file, whatever its format: rows of texts, and the line of each."""

from typing import Protocol

import duckdb

from warehouse.files.lines import Numbers
from warehouse.files.model import FileError, Footer, Reject


class Rows(Protocol):
    """The rows of one file as the engine can read them; every column is text or NULL.

    They come in the order of the file.
    """

    @property
    def footers(self) -> tuple[Footer, ...]:
        """The lines of totals at the end, where the format declares some; they are no rows."""
        ...

    def column(self, source: str) -> str:
        """The SQL name of the column that holds `source`."""
        ...

    def relation(self) -> str:
        """The SQL relation of the readable rows; read once, it notes the rows that can't be taken apart."""
        ...

    def unreadable(self, error: duckdb.Error) -> FileError:
        """Why the relation could not be read to its end."""
        ...

    def broken(self, con: duckdb.DuckDBPyConnection) -> list[Reject]:
        """The rows that could not be taken apart; after `relation` was read by `con`."""
        ...

    def of_rows(self, rows: Numbers) -> list[int]:
        """Lines of the readable rows `rows` (1 = the first that could be read); after `broken`."""
        ...

    def unmapped(self) -> tuple[str, ...]:
        """What the file has and no rule reads."""
        ...
