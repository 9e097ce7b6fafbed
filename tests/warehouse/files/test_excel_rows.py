"""Sheets to typed Parquet: what a person sees is what is read."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from tests.warehouse.files.record_files import AMOUNT, COUNT, ID, NAME, RULES, convert, reading, refusals
from warehouse.catalog.model import ValueType
from warehouse.files.model import ColumnRule, ExcelFormat, FileError

FORM = ExcelFormat(decimal=",", date_format="%d.%m.%Y", timestamp_format="%d.%m.%Y %H:%M:%S")


def workbook(fill: Callable[[Worksheet, Callable[[str], object]], None], *before: str) -> bytes:
    """A workbook whose last sheet is filled."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    for name in before:
        book.add_worksheet(name)
    fill(book.add_worksheet("Лист"), lambda form: book.add_format({"num_format": form}))
    book.close()
    return target.getvalue()


def rows_of(*rows: list[object], first: int = 0) -> bytes:
    def fill(sheet: Worksheet, _: object) -> None:
        for number, row in enumerate(rows, start=first):
            sheet.write_row(number, 0, row)

    return workbook(fill)


HEADER = ["id", "name", "amount", "count"]


def test_numbers_dates_and_truth_are_read_as_they_are_seen(tmp_path: Path) -> None:
    def fill(sheet: Worksheet, form: Callable[[str], object]) -> None:
        sheet.write_row(2, 1, [" id ", "Имя", "amount", "count", "born", "at", "vip", "note"])
        sheet.write_row(3, 1, [998901234567, "Ёлка", 0.1 + 0.2, 7])
        sheet.write_datetime(3, 5, datetime(1990, 2, 1), form("dd.mm.yyyy"))  # noqa: DTZ001
        sheet.write_datetime(3, 6, datetime(2026, 7, 1, 9, 15, 1), form("dd.mm.yyyy hh:mm"))  # noqa: DTZ001
        sheet.write_boolean(3, 7, True)
        sheet.write_row(5, 1, ["A-2", 12, "45,5", "8", "03.02.1991", "02.07.2026 10:00:00", False])

    rules = (
        ID,
        reading(NAME, "Имя"),
        AMOUNT,
        COUNT,
        ColumnRule("born", ValueType.DATE, source="born"),
        ColumnRule("at", ValueType.TIMESTAMP, source="at"),
        ColumnRule("vip", ValueType.BOOLEAN, source="vip", true_values=("true",), false_values=("false",)),
    )
    form = ExcelFormat(
        decimal=",", date_format="%d.%m.%Y", timestamp_format="%d.%m.%Y %H:%M:%S", sheet="Лист", header_row=3
    )
    converted, rows = convert(tmp_path / "f.xlsx", workbook(fill, "Other"), form, rules)
    assert converted.rejects == ()
    assert [tuple(row.values()) for row in rows] == [
        ("998901234567", "Ёлка", Decimal("0.30"), 7, date(1990, 2, 1), datetime(2026, 7, 1, 9, 15, 1), date(2026, 7, 1), True),  # noqa: DTZ001, E501
        ("A-2", "12", Decimal("45.50"), 8, date(1991, 2, 3), datetime(2026, 7, 2, 10), date(2026, 7, 2), False),  # noqa: DTZ001
    ]  # fmt: skip
    assert converted.unmapped == ("note",)


def test_a_year_in_the_header_is_a_name(tmp_path: Path) -> None:
    content = rows_of(["id", 2025], ["1", 45])
    _, rows = convert(tmp_path / "f.xlsx", content, FORM, (ID, reading(COUNT, "2025")))
    assert rows == [{"id": "1", "count": 45}]


def test_values_whose_digits_are_lost_and_errors_cost_their_row(tmp_path: Path) -> None:
    def fill(sheet: Worksheet, form: Callable[[str], object]) -> None:
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, ["1,23457E+11", "a", 1, 1])
        sheet.write_row(2, 0, [8600123412341234567, "a", 1, 1])
        sheet.write_row(4, 0, ["3", "a", 1.005, 1])
        sheet.write_row(5, 0, ["4", "a", 1])
        sheet.write_formula(5, 3, "=1/0", None, "#DIV/0!")
        sheet.write_row(6, 0, ["5", "a", 1, 1.5])
        sheet.write_row(7, 0, [None, "Total", 7])
        sheet.write_row(8, 0, ["6", "a", 1])
        sheet.write_datetime(8, 3, datetime(2026, 7, 1), form("dd.mm.yyyy"))  # noqa: DTZ001
        sheet.write_row(9, 0, ["7", "a", 1, 1])

    converted, rows = convert(tmp_path / "f.xlsx", workbook(fill), FORM)
    assert [row["id"] for row in rows] == ["7"]
    assert [(line, column, reason.partition(",")[0]) for line, column, _, reason in refusals(converted)] == [
        (2, "id", "shortened by a spreadsheet (…E+…)"),
        (3, "id", "a number of more than 15 digits"),
        (5, "amount", "not a number with at most 2 decimal places (decimal sign '"),
        (6, "count", "the cell holds an error such as #N/A"),
        (7, "count", "not a whole number"),
        (8, "id", "no value where one is required"),
        (9, "count", "not a whole number"),
    ]
    assert converted.rows_in == 8


def test_a_date_with_hours_is_no_date_and_a_pattern_takes_no_seconds_away(tmp_path: Path) -> None:
    def fill(sheet: Worksheet, form: Callable[[str], object]) -> None:
        sheet.write_row(0, 0, ["id", "born", "at"])
        for row, (born, at) in enumerate(((9, 0), (0, 30), (0, 0)), start=1):
            sheet.write(row, 0, str(row))
            sheet.write_datetime(row, 1, datetime(1990, 2, 1, born), form("dd.mm.yyyy"))  # noqa: DTZ001
            sheet.write_datetime(row, 2, datetime(2026, 7, 1, 9, 0, at), form("dd.mm.yyyy hh:mm"))  # noqa: DTZ001

    rules = (
        ID,
        ColumnRule("born", ValueType.DATE, source="born"),
        ColumnRule("at", ValueType.TIMESTAMP, source="at", format="%d.%m.%Y %H:%M"),
    )
    converted, rows = convert(tmp_path / "f.xlsx", workbook(fill), FORM, rules)
    assert [row["id"] for row in rows] == ["3"]
    assert [(line, column, value) for line, column, value, _ in refusals(converted)] == [
        (2, "born", "1990-02-01 09:00:00"),
        (3, "at", "2026-07-01 09:00:30"),
    ]


def changed(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with one text of one part replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            text = source.read(name)
            assert name != part or old in text
            copy.writestr(name, text.replace(old, new) if name == part else text)
    return target.getvalue()


GOOD = rows_of(HEADER, ["1", "a", 1, 1])


@pytest.mark.parametrize(
    ("content", "form", "message"),
    [
        (b"", FORM, "the file is empty"),
        (b"id;name\n1;a\n", FORM, "not an Excel workbook"),
        (GOOD[:-100], FORM, "not a workbook that can be read"),
        (b"\xd0\xcf\x11\xe0" + b"0" * 600, FORM, "not a workbook that can be read"),
        (GOOD, ExcelFormat(sheet="Other"), "no sheet 'Other'; there are Лист"),
        (GOOD, ExcelFormat(sheet=2), "no sheet 2; there are Лист"),
        (GOOD, ExcelFormat(header_row=9), "row 9: expected the names of the columns"),
        (rows_of(HEADER[:2], ["1", "a"]), FORM, "no record has 'amount' .*; the records have: id, name"),
        (rows_of(["id", *HEADER], ["1"] * 5), FORM, "row 1: column 'id' stands there twice"),
        (
            changed(GOOD, "xl/worksheets/sheet1.xml", b'r="D2"', b'r="XFD1048576"'),
            FORM,
            "reaches to row 1048576 and column 16384",
        ),
    ],
)
def test_a_workbook_that_can_not_be_read_names_itself(
    tmp_path: Path, content: bytes, form: ExcelFormat, message: str
) -> None:
    with pytest.raises(FileError, match=message) as error:
        convert(tmp_path / "f.xlsx", content, form, RULES)
    assert str(tmp_path / "f.xlsx") in str(error.value)
