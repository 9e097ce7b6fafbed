"""One column of keys: where it is, how it is encoded, on which line each stands."""

import io
from typing import Any

import pytest
import xlsxwriter

from warehouse.files.keys import KeyFile, KeyRow, read_keys
from warehouse.files.model import FileError


def read(content: bytes, **form: object) -> list[tuple[int, str]]:
    return [(row.line, row.value) for row in read_keys(content, KeyFile("f.csv", "customer_id", **form))]  # type: ignore[arg-type]


def test_one_column_without_a_header() -> None:
    assert read(b"C1\nC2\n") == [(1, "C1"), (2, "C2")]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_byte_order_marks(ending: str, mark: str) -> None:
    content = f"{mark}Customer_ID{ending}C1{ending}{ending}C2"
    assert read(content.encode()) == [(2, "C1"), (4, "C2")]


def test_a_named_column_among_others_and_values_over_lines() -> None:
    content = b'note;id\n"two\nlines";C1\nx;"C;2"\n'
    assert read(content, column="id", delimiter=";") == [(2, "C1"), (4, "C;2")]


def test_text_is_trimmed_and_composed() -> None:
    assert read("\u00a0И\u03066 \n".encode()) == [(1, "Й6")]


def test_rows_that_do_not_fit_have_a_fault() -> None:
    rows = read_keys(b"customer_id,x\nC1\nC2,1,2\n,1\nC\x003,1\n", KeyFile("f.csv", "customer_id"))
    assert rows == [
        KeyRow(2, "C1", "1 fields where there should be 2"),
        KeyRow(3, "C2", "3 fields where there should be 2"),
        KeyRow(4, "", "no key"),
        KeyRow(5, "C\N{REPLACEMENT CHARACTER}3", "holds characters that can't be printed"),
    ]


@pytest.mark.parametrize(
    ("content", "form", "message"),
    [
        (b"", {}, "the file is empty"),
        (b"\n\n", {}, "the file is empty"),
        (b"customer_id\n", {}, "nothing below"),
        (b"a,b\n1,2\n", {}, "line 1: 2 columns (a, b); say which one holds the keys (column)"),
        (b"a,b\n1,2\n", {"column": "c"}, "line 1: no one column c; there are a, b"),
        (b"a,a\n1,2\n", {"column": "a"}, "no one column a"),
        (b"C1\nC\xff2\n", {}, "line 2: not utf-8 (byte 0xff)"),
        ("Й\n".encode(), {"encoding": "cp1251"}, "its bytes are utf-8"),
        (b"\xef\xbb\xbfC1\n", {"encoding": "cp1251"}, "its bytes are utf-8"),
        (b"C1\n", {"encoding": "utf-16"}, "is not one of utf-8, cp1251"),
        (b'C1\n"C2\n', {}, "line 2: unexpected end of data"),
        (b"C1\n", {"delimiter": ";;"}, "one character"),
    ],
)
def test_files_that_can_not_be_read_name_file_and_line(
    content: bytes, form: dict[str, str], message: str
) -> None:
    with pytest.raises(FileError) as refused:
        read(content, **form)
    assert str(refused.value).startswith("f.csv: ")
    assert message in str(refused.value)


def workbook(rows: list[list[Any]]) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return content.getvalue()


def test_a_workbook_gives_the_keys_of_its_first_sheet() -> None:
    content = workbook(
        [["note", "msisdn"], ["a", 998900000001], [], ["b", " 90 000-00-02 "], ["c", 1.5], ["d", ""]]
    )
    rows = read_keys(content, KeyFile("numbers.xlsx", "msisdn"))
    assert rows == [
        KeyRow(2, "998900000001"),
        KeyRow(4, "90 000-00-02"),
        KeyRow(5, "1.5"),
        KeyRow(6, "", "no key"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (workbook([["customer_id"], [30000000000000012]]), "has more digits than a workbook keeps"),
        (workbook([]), "the file is empty"),
        (workbook([["customer_id"], ["C1"]])[:-40], "can't be read as a workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 cut", "can't be read as a workbook"),
    ],
)
def test_workbooks_that_can_not_be_trusted_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(FileError) as refused:
        read(content)
    assert message in str(refused.value)


def test_a_workbook_that_would_not_fit_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.files.key_sheets.MAX_UNPACKED", 1000)
    with pytest.raises(FileError, match="unpacks to"):
        read(workbook([["customer_id"], ["C1"]]))
