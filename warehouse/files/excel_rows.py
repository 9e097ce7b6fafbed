"""Rows of a sheet of a workbook (.xlsx, .xlsm, .xls): values as a person sees them, not as floats spell them."""

import io
import zipfile
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from warehouse.files.content import open_content
from warehouse.files.footer import row_footers
from warehouse.files.model import ColumnRule, ExcelFormat, FileError, Footer, Reject
from warehouse.files.native_table import NativeTable
from warehouse.files.record_rows import Batch
from warehouse.files.workbook import SheetLook, look_at_sheet

BATCH = 5_000
SIZE_LIMIT = 512 << 20
ZIPPED, OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class ExcelRows:
    """Reads the sheet `form.sheet` of `path` for `rules`; a row's line is its number in the sheet."""

    def __init__(self, path: Path, form: ExcelFormat, rules: Sequence[ColumnRule]) -> None:
        self._path, self._form = path, form
        self._table = NativeTable.of(rules, form)
        self._look = SheetLook(frozenset())
        self.footers: tuple[Footer, ...] = ()

    @property
    def rejects(self) -> Sequence[Reject]:
        """Rows with values that can't be trusted."""
        return self._table.rejects

    @property
    def names(self) -> Sequence[str]:
        """Columns of the header."""
        return [name for name in self._table.names if name]

    def missing(self) -> Sequence[str]:
        """Sources that are no column."""
        return self._table.missing()

    def unmapped(self) -> tuple[str, ...]:
        """Columns that no rule reads."""
        return self._table.unmapped()

    def batches(self) -> Iterator[Batch]:
        """Rows below the header, some thousands at a time; empty rows are none."""
        sheet = self._sheet()
        first = 1 + (sheet.start[1] if sheet.start else 0)
        rows: list[tuple[int, dict[str, Any]]] = []
        for number, cells in self._filled(sheet):
            self._row(number, cells, first, rows)
            if len(rows) >= BATCH:
                yield self._table.batch(rows)
                rows = []
        if not self._table.names:
            raise FileError(f"{self._path}: row {self._form.header_row}: expected the names of the columns")
        if rows:
            yield self._table.batch(rows)

    def _filled(self, sheet: CalamineSheet) -> Iterator[tuple[int, Sequence[Any]]]:
        """Rows of data with their numbers. The last ones are held back: they may be those of totals."""
        held: deque[tuple[int, Sequence[Any]]] = deque()
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if number == self._form.header_row:
                self._header(cells)
            elif number > self._form.header_row and any(cell not in {"", None} for cell in cells):
                held.append((number, cells))
            if len(held) > len(self._form.footers):
                yield held.popleft()
        if self._form.footers:
            self.footers = row_footers(self._path, tuple(held), self._form)

    def _header(self, cells: Sequence[Any]) -> None:
        names = tuple(_name(cell) for cell in cells)
        for source in self._table.columns:
            if names.count(source) > 1:
                raise FileError(
                    f"{self._path}: row {self._form.header_row}: column {source!r} stands there twice"
                )
        self._table.names = names

    def _row(
        self, number: int, cells: Sequence[Any], first: int, rows: list[tuple[int, dict[str, Any]]]
    ) -> None:
        row = {name: cell for name, cell in zip(self._table.names, cells, strict=False) if name}
        for place, name in enumerate(self._table.names):
            if (number, first + place) in self._look.errors and name in self._table.columns:
                self._table.refuse(number, name, "", "the cell holds an error such as #N/A", row)
                return
        rows.append((number, row))

    def _sheet(self) -> CalamineSheet:
        with open_content(self._path) as file:
            content = file.read(SIZE_LIMIT + 1)
        if len(content) > SIZE_LIMIT:
            raise FileError(f"{self._path}: larger than {SIZE_LIMIT >> 20} MB")
        if not content.startswith((ZIPPED, OLD)):
            raise FileError(f"{self._path}: not an Excel workbook (.xlsx, .xlsm, .xls)")
        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(content))
            name = self._name(book)
            if content.startswith(ZIPPED):
                self._look = look_at_sheet(self._path, io.BytesIO(content), name)
            return book.get_sheet_by_name(name)
        except (CalamineError, zipfile.BadZipFile, ValueError) as error:
            raise FileError(f"{self._path}: not a workbook that can be read: {error}") from error

    def _name(self, book: CalamineWorkbook) -> str:
        sheet = self._form.sheet
        names = [each.name for each in book.sheets_metadata if each.typ is SheetTypeEnum.WorkSheet]
        if isinstance(sheet, int) and sheet <= len(names):
            return names[sheet - 1]
        if sheet in names:
            return str(sheet)
        raise FileError(f"{self._path}: no sheet {sheet!r}; there are {', '.join(names)}")


def _name(cell: Any) -> str:
    """The name of a column; a year in the header is 2025, not 2025.0."""
    whole = isinstance(cell, float) and cell.is_integer()
    return str(int(cell) if whole else cell).strip()
