"""CSV to typed Parquet: what enters, what is refused, and on which line."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from warehouse.catalog.model import ValueType
from warehouse.files.convert import Conversion
from warehouse.files.model import ColumnRule, Converted, CsvFormat, FileError
from warehouse.files.scan import scan_file

FORM = CsvFormat(
    encoding="cp1251",
    delimiter=";",
    decimal=",",
    date_format="%d.%m.%Y",
    timestamp_format="%d.%m.%Y %H:%M:%S",
    null_values=("NULL",),
    time_zone="Asia/Tashkent",
)
RULES = (
    ColumnRule("id", ValueType.TEXT, source="ID", required=True),
    ColumnRule("name", ValueType.TEXT, source="NAME", folded=True),
    ColumnRule("born", ValueType.DATE, source="BORN"),
    ColumnRule("amount", ValueType.DECIMAL, 2, source="AMOUNT"),
    ColumnRule("count", ValueType.INTEGER, source="COUNT"),
    ColumnRule("at", ValueType.TIMESTAMP, source="AT"),
    ColumnRule("kind", ValueType.TEXT, constant="person"),
    ColumnRule("nothing", ValueType.DATE),
)
HEADER = "ID;NAME;BORN;AMOUNT;COUNT;AT"


def convert(
    folder: Path,
    content: str | bytes,
    form: CsvFormat = FORM,
    rules: Sequence[ColumnRule] = RULES,
    key: tuple[str, ...] = ("id",),
) -> tuple[Converted, list[dict]]:
    path = folder / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(form.encoding))
    target, scratch = folder / "part.parquet", folder / "scratch"
    scratch.mkdir()
    converted = Conversion(scan_file(path, form), form, tuple(rules), key, scratch).run(target)
    return converted, pq.read_table(target).to_pylist()


def refusals(converted: Converted) -> list[tuple[int, str | None, str | None, str]]:
    return [(each.line, each.column, each.value, each.reason) for each in converted.rejects]


def test_a_row_is_typed_folded_and_put_in_utc(tmp_path: Path) -> None:
    _, rows = convert(tmp_path, f"{HEADER}\n 7 ;Ёлкин O‘g‘li;01.02.1990;-1,5;12;01.07.2026 02:00:00\n")
    assert rows == [
        {
            "id": "7",
            "name": "Ёлкин O‘g‘li",
            "name__folded": "елкин o'g'li",
            "born": date(1990, 2, 1),
            "amount": Decimal("-1.50"),
            "count": 12,
            "at": datetime(2026, 6, 30, 21, 0),  # noqa: DTZ001
            "at__date": date(2026, 7, 1),
            "kind": "person",
            "nothing": None,
        }
    ]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("ID", "", "no value where one is required"),
        ("ID", "  ", "no value where one is required"),
        ("ID", "NULL", "no value where one is required"),
        ("BORN", "31.02.2025", "not a date of the form %d.%m.%Y"),
        ("BORN", "2025-02-01", "not a date of the form %d.%m.%Y"),
        ("BORN", "01.02.25", "not a date of the form %d.%m.%Y"),
        ("AMOUNT", "1O5", "not a number with at most 2 decimal places (decimal sign ',')"),
        ("AMOUNT", "99,995", "not a number with at most 2 decimal places (decimal sign ',')"),
        ("AMOUNT", "1.5", "not a number with at most 2 decimal places (decimal sign ',')"),
        ("AMOUNT", "1 000,50", "not a number with at most 2 decimal places (decimal sign ',')"),
        ("AMOUNT", "1e-9", "not a number with at most 2 decimal places (decimal sign ',')"),
        ("AMOUNT", "1_000,00", "not a number with at most 2 decimal places (decimal sign ',')"),
        ("AMOUNT", "1,5e", "not a number with at most 2 decimal places (decimal sign ',')"),
        ("AMOUNT", "1,-5", "not a number with at most 2 decimal places (decimal sign ',')"),
        ("AMOUNT", "nan", "not a number with at most 2 decimal places (decimal sign ',')"),
        ("AMOUNT", "inf", "not a number with at most 2 decimal places (decimal sign ',')"),
        ("AMOUNT", "12345678901234567,00", "not a number with at most 2 decimal places (decimal sign ',')"),
        ("COUNT", "12,7", "not a whole number"),
        ("COUNT", "12.7", "not a whole number"),
        ("COUNT", "1_000", "not a whole number"),
        ("COUNT", "0x1F", "not a whole number"),
        ("COUNT", "1e3", "not a whole number"),
        ("COUNT", "99999999999999999999", "not a whole number"),
        ("AT", "01.07.2026", "not a date and time of the form %d.%m.%Y %H:%M:%S"),
        ("AT", "infinity", "not a date and time of the form %d.%m.%Y %H:%M:%S"),
        ("BORN", "epoch", "not a date of the form %d.%m.%Y"),
        ("BORN", "-Infinity ", "not a date of the form %d.%m.%Y"),
    ],
)
def test_a_value_that_is_not_what_it_should_be_is_refused(
    tmp_path: Path, column: str, value: str, reason: str
) -> None:
    row = {"ID": "2", "NAME": "", "BORN": "", "AMOUNT": "", "COUNT": "", "AT": ""} | {column: value}
    converted, rows = convert(tmp_path, f"{HEADER}\n1;a;;;;\n{';'.join(row.values())}\n3;c;;;;\n")
    assert [(line, name, why) for line, name, _, why in refusals(converted)] == [(3, column, reason)]
    assert [row["id"] for row in rows] == ["1", "3"]
    assert converted.rows_in == 3


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,550", "1.55"), ("+7", "7"), ("007", "7"), (",5", "0.5"), ("5,", "5"), (" 5 ", "5"), ("-0,00", "0")],
)
def test_numbers_that_lose_nothing_enter(tmp_path: Path, text: str, value: str) -> None:
    _, rows = convert(tmp_path, f"{HEADER}\n1;a;;{text};;\n")
    assert rows[0]["amount"] == Decimal(value)


def test_spaces_between_thousands_only_when_declared(tmp_path: Path) -> None:
    form = CsvFormat(delimiter=";", decimal=",", thousands=" ")
    _, rows = convert(tmp_path, f"{HEADER}\n1;a;;1 234\u00a0567,50;1 000;\n", form)
    assert (rows[0]["amount"], rows[0]["count"]) == (Decimal("1234567.50"), 1000)


@pytest.mark.parametrize("text", ["12 34", "1 2345", "1  234", " 1 23,50", "12 345 67", "1\u00a0 000"])
def test_thousands_stand_in_groups_of_three(tmp_path: Path, text: str) -> None:
    form = CsvFormat(delimiter=";", decimal=",", thousands=" ")
    converted, _ = convert(tmp_path, f"{HEADER}\n1;a;;{text};;\n2;b;;1\u202f234,5;-12 345;\n", form)
    assert [(line, value) for line, _, value, _ in refusals(converted)] == [(2, text)]


def test_a_thousands_separator_is_no_decimal_sign(tmp_path: Path) -> None:
    form = CsvFormat(delimiter=";", thousands=",")
    converted, rows = convert(tmp_path, f"{HEADER}\n1;a;;12,34;;\n2;b;;1,234.50;;\n", form)
    assert [row["amount"] for row in rows] == [Decimal("1234.50")]
    assert converted.rows_in == 2


def test_the_day_before_1900_and_1900_itself_are_dates(tmp_path: Path) -> None:
    _, rows = convert(tmp_path, f"{HEADER}\n1;a;01.01.1900;;;\n2;b;31.12.1899;;;\n")
    assert [row["born"] for row in rows] == [date(1900, 1, 1), date(1899, 12, 31)]


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\n1;a;;;;\r\n2;b;x;;;\r\n",
        f"{HEADER}\r\n1;a;;;;\n2;b;x;;;\r\n",
        f"{HEADER}\r\n1;a;;;;\r\n2;b;x;;;\n",
        f"{HEADER}\r1;a;;;;\r2;b;x;;;\r",
    ],
)
def test_lines_may_end_in_more_than_one_way(tmp_path: Path, content: str) -> None:
    converted, rows = convert(tmp_path, content)
    assert [line for line, *_ in refusals(converted)] == [3]
    assert [row["id"] for row in rows] == ["1"]


def test_line_breaks_inside_values_may_differ_from_those_of_the_lines(tmp_path: Path) -> None:
    _, rows = convert(tmp_path, f'{HEADER}\r\n1;"two\nlines";;;;\r\n2;"a";;;;\r\n')
    assert [row["name"] for row in rows] == ["two\nlines", "a"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32", "gbk", "utf-7"])
def test_any_encoding_is_read_and_lines_are_those_of_the_file(tmp_path: Path, encoding: str) -> None:
    form = CsvFormat(encoding=encoding, delimiter=";", date_format="%d.%m.%Y")
    content = f'{HEADER}\n1;"Ёлка\nдве";;;;\n2;b;x;;;\n'.encode(encoding)
    converted, rows = convert(tmp_path, content, form)
    assert [(row["name"], row["name__folded"]) for row in rows] == [("Ёлка\nдве", "елка\nдве")]
    assert [line for line, *_ in refusals(converted)] == [4]


def test_an_encoding_without_ascii_is_read(tmp_path: Path) -> None:
    form = CsvFormat(encoding="cp037", delimiter=";")
    _, rows = convert(tmp_path, f"{HEADER}\n1;a;;;;\n".encode("cp037"), form)
    assert [row["id"] for row in rows] == ["1"]


def test_a_value_longer_than_other_readers_take_is_placed(tmp_path: Path) -> None:
    converted, rows = convert(tmp_path, f'{HEADER}\n1;"{"n" * 200_000}";;;;\n2;b;x;;;\n')
    assert [line for line, *_ in refusals(converted)] == [3]
    assert len(rows[0]["name"]) == 200_000


@pytest.mark.parametrize("rest", [10, 100_000])
def test_a_quote_that_does_not_end_refuses_the_file_and_not_the_rows_after_it(
    tmp_path: Path, rest: int
) -> None:
    lines = "".join(f"{number};{'n' * 20};;;;\n" for number in range(rest))
    with pytest.raises(FileError, match="line 3: a quoted value does not end"):
        convert(tmp_path, f'{HEADER}\na;a;;;;\nb;"open;;;;\n{lines}')


def test_rows_with_other_numbers_of_fields_are_told_in_plain_words(tmp_path: Path) -> None:
    converted, _ = convert(tmp_path, f'{HEADER}\n1;a;;;;\n2;b;;\n3;"c;c\nc";;;;;;x\n4;d;;;;\n')
    told = [(line, reason) for line, _, _, reason in refusals(converted)]
    assert told == [(3, "4 fields, the header has 6"), (4, "8 fields, the header has 6")]


def test_a_header_that_is_one_column_makes_think_of_the_delimiter(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"line 1: no column 'ID'; .* \(one column with the delimiter ';'\)"):
        convert(tmp_path, HEADER.replace(";", ",") + "\n1,a,,,,\n")


def test_a_carriage_return_inside_a_line_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="line 3: a carriage return inside the line"):
        convert(tmp_path, f"{HEADER}\n1;a;;;;\n2;b\rc;;;;\n")


def test_a_file_written_to_while_it_is_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text(f"{HEADER}\n1;a;;;;\n", encoding="utf-8")
    facts = scan_file(path, FORM)
    path.write_text(f"{HEADER}\n2;b;;;;\n", encoding="utf-8")
    with pytest.raises(FileError, match="changed while it was read"):
        Conversion(facts, FORM, RULES, ("id",), tmp_path).run(tmp_path / "part.parquet")


def test_lines_are_those_of_the_file_with_line_breaks_inside_values_and_blank_lines(tmp_path: Path) -> None:
    content = f'{HEADER}\n1;"two\nlines";;;;\n2;b;31.02.2025;;;\n\n3;c\n4;d;;x;;\n5;"e\n\ne";;;;\n;f;;;;\n6;g;;;;extra;\n'  # noqa: E501
    converted, rows = convert(tmp_path, content)
    assert [line for line, *_ in refusals(converted)] == [4, 6, 7, 11, 12]
    assert [row["id"] for row in rows] == ["1", "5"]
    assert converted.rows_in == 7


def test_lines_of_a_large_file_with_broken_and_refused_rows(tmp_path: Path) -> None:
    bad = {10: "x", 150_000: "x;y;z", 299_999: ";n;;;;", 300_000: "1;n;x;;;"}
    lines = [bad.get(number, f"{number};{'n' * 100};01.01.2020;1,50;3;") for number in range(1, 300_001)]
    converted, rows = convert(tmp_path, "\n".join((HEADER, *lines)) + "\n")
    assert [line for line, *_ in refusals(converted)] == [number + 1 for number in bad]
    assert [int(row["id"]) for row in rows] == [number for number in range(1, 300_001) if number not in bad]


def test_equal_rows_are_duplicates_and_different_ones_with_the_key_are_refused(tmp_path: Path) -> None:
    converted, rows = convert(
        tmp_path, f"{HEADER}\n;x;;;;\n1;a;;;;\n2;b;;;;\n1;a;;;;\n3;c;x;;;\n1;z;;;;\n2;b;;;;\n"
    )
    assert [(row["id"], row["name"]) for row in rows] == [("1", "a"), ("2", "b")]
    assert converted.duplicates == 2
    assert (7, "id", "1", "repeats the key of an earlier row with other values") in refusals(converted)
    assert "'name': z" in next(each.record for each in converted.rejects if each.line == 7)
    assert converted.rows_in == 7


def test_a_part_of_a_key_may_be_unknown(tmp_path: Path) -> None:
    content = f"{HEADER}\n1;;;;;\n1;a;;;;\n1;;;;;\n1;;;2,00;;\n"
    converted, rows = convert(tmp_path, content, key=("name", "id"))
    assert [(row["id"], row["name"]) for row in rows] == [("1", None), ("1", "a")]
    assert converted.duplicates == 1
    assert refusals(converted) == [
        (5, "name, id", ", 1", "repeats the key of an earlier row with other values")
    ]


@pytest.mark.parametrize("tail", ["3;c", "3;c;01.0", '3;"c'])
def test_a_file_cut_inside_a_row_says_so(tmp_path: Path, tail: str) -> None:
    converted, rows = convert(tmp_path, f"{HEADER}\n1;a;;;;\n2;b;;;;\n{tail}")
    assert [(line, why) for line, _, _, why in refusals(converted)] == [(4, "the file ends inside this row")]
    assert len(rows) == 2


def test_a_byte_without_meaning_costs_its_row(tmp_path: Path) -> None:
    content = f"{HEADER}\n1;Иван;;;;\n".encode("cp1251") + b"2;\x98;;;;\n"
    converted, rows = convert(tmp_path, content)
    assert refusals(converted) == [(3, None, None, "bytes that are not in the declared encoding")]
    assert rows[0]["name"] == "Иван"


@pytest.mark.parametrize(
    ("content", "form", "message"),
    [
        (b"", FORM, "the file is empty"),
        (b"\n", FORM, "expected a header"),
        (b"ID;NAME\n1;a\n", FORM, "no column 'BORN'; the file has: ID, NAME"),
        (f"{HEADER};ID\n".encode(), FORM, "column 'ID' stands there twice"),
        (
            f"{HEADER}\n1;Ж;;;;\n".encode("utf-16")[:-1],
            CsvFormat("utf-16", delimiter=";"),
            "line 2: not utf-16",
        ),
        (f"{HEADER}\n1;Иван;;;;\n".encode(), FORM, "declared as cp1251, but its bytes are utf-8"),
        (f"{HEADER}\n1;a;;;;\n2;Иван;;;;\n".encode("cp1251"), CsvFormat(delimiter=";"), "line 3: not utf-8"),
    ],
)
def test_a_file_that_is_not_what_is_declared_names_itself(
    tmp_path: Path, content: bytes, form: CsvFormat, message: str
) -> None:
    with pytest.raises(FileError, match=message) as error:
        convert(tmp_path, content, form)
    assert str(tmp_path / "file.csv") in str(error.value)


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_data(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + f"{HEADER}\r\n1;a;;;;\r\n2;b;;;;01.07.2026 05:00:00\r\n".encode()
    converted, rows = convert(
        tmp_path, content, CsvFormat(delimiter=";", timestamp_format="%d.%m.%Y %H:%M:%S")
    )
    assert converted.rejects == ()
    assert [(row["id"], row["at"]) for row in rows] == [("1", None), ("2", datetime(2026, 7, 1, 5))]  # noqa: DTZ001


def test_codes_map_to_values_and_an_unknown_code_is_refused(tmp_path: Path) -> None:
    rules = (
        ColumnRule("id", ValueType.TEXT, source="ID", required=True),
        ColumnRule("kind", ValueType.TEXT, source="NAME", values={"B2C": "person"}, allowed=("person",)),
        ColumnRule("vip", ValueType.BOOLEAN, source="COUNT", true_values=("Y",), false_values=("N",)),
    )
    converted, rows = convert(
        tmp_path, f"{HEADER}\n1;B2C;;;Y;\n2;;;;N;\n3;B2X;;;;\n4;B2C;;;J;\n", rules=rules
    )
    assert [(row["kind"], row["vip"]) for row in rows] == [("person", True), (None, False)]
    assert refusals(converted) == [(4, "NAME", "B2X", "not one of B2C"), (5, "COUNT", "J", "not one of Y, N")]
