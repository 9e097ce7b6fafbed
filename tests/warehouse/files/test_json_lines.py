"""JSON lines to typed Parquet: digits stay, a bad line costs itself alone, and its number is told."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.files.record_files import AMOUNT, COUNT, ID, NAME, RULES, convert, reading, refusals
from warehouse.catalog.model import ValueType
from warehouse.files.json_lines import JsonLines
from warehouse.files.model import ColumnRule, FileError, JsonLinesFormat

FORM = JsonLinesFormat()


def lines(*records: str) -> bytes:
    return "".join(f"{record}\n" for record in records).encode()


def row(**values: object) -> str:
    return json.dumps({"id": "1", "name": None, "amount": None, "count": None} | values, ensure_ascii=False)


def test_numbers_keep_their_digits_and_texts_are_read_as_in_any_file(tmp_path: Path) -> None:
    content = lines(
        '{"id": 9007199254740993, "name": "Ёлка", "amount": 1234567890123456.78, "count": 5.0}',
        '{"id": "2", "name": " Zo‘r\\u0020", "amount": "45.50", "count": "7"}',
        '{"id": "3", "name": null, "amount": 1.5e3, "count": 1E2}',
    )
    converted, rows = convert(tmp_path / "f.jsonl", content, FORM)
    assert converted.rejects == ()
    assert [tuple(each.values()) for each in rows] == [
        ("9007199254740993", "Ёлка", Decimal("1234567890123456.78"), 5),
        ("2", "Zo‘r", Decimal("45.50"), 7),
        ("3", None, Decimal("1500.00"), 100),
    ]
    assert converted.sums["amount"] == Decimal("1234567890125002.28")


def test_numbers_are_numbers_whatever_decimal_sign_texts_have(tmp_path: Path) -> None:
    form = JsonLinesFormat(decimal=",", thousands=" ")
    _, rows = convert(tmp_path / "f.jsonl", lines(row(amount=1.5), row(id="2", amount="45 000,50")), form)
    assert [each["amount"] for each in rows] == [Decimal("1.50"), Decimal("45000.50")]


def test_lines_that_are_no_record_are_refused_alone_with_their_number(tmp_path: Path) -> None:
    content = lines(
        row(),
        "",
        '{"id": "2", "name": }',
        "[1, 2]",
        row(id="3") + " x",
        '{"id": "4", "id": "5"}',
        '{"id": "6", "amount": NaN}',
        "[" * 100_000,
        '{"id": "7", "name": "\\ud800"}',
        row(id="8"),
    )
    converted, rows = convert(tmp_path / "f.jsonl", content, FORM)
    assert [each["id"] for each in rows] == ["1", "8"]
    assert [(line, reason) for line, _, _, reason in refusals(converted)] == [
        (3, "not JSON: Expecting value (character 21)"),
        (4, "not a JSON object"),
        (5, "not JSON: more text after its end (character 57)"),
        (6, "the key 'id' stands there twice"),
        (7, "NaN is no JSON"),
        (8, "nested too deep"),
        (9, "half of a character (a lone surrogate)"),
    ]
    assert converted.rows_in == 9


def test_values_that_can_not_be_typed_are_refused_with_line_column_and_value(tmp_path: Path) -> None:
    content = lines(
        row(), "", row(id="2", amount=1.005), row(id="3", count=1.5), row(id=None), row(id="4", amount="x")
    )
    converted, rows = convert(tmp_path / "f.jsonl", content, FORM)
    assert len(rows) == 1
    assert [(line, column, value) for line, column, value, _ in refusals(converted)] == [
        (3, "amount", "1.005"),
        (4, "count", "1.5"),
        (5, "id", None),
        (6, "amount", "x"),
    ]


def test_equal_records_are_duplicates_and_other_ones_with_the_key_are_refused(tmp_path: Path) -> None:
    content = lines(row(), "{", row(count=2), row(), row(id="2"), "", row(id="2", amount=1))
    converted, rows = convert(tmp_path / "f.jsonl", content, FORM)
    assert [each["id"] for each in rows] == ["1", "2"]
    assert converted.duplicates == 1
    assert [line for line, *_ in refusals(converted)] == [2, 3, 7]


def test_paths_lead_into_objects_and_lists(tmp_path: Path) -> None:
    rules = (
        ID,
        reading(NAME, "person/name"),
        reading(AMOUNT, "items/1/sum"),
        ColumnRule("all", ValueType.TEXT, source="items"),
        ColumnRule("vip", ValueType.BOOLEAN, source="vip", true_values=("true",), false_values=("false",)),
    )
    content = lines(
        '{"id": 1, "person": {"name": "A"}, "items": [{"sum": 1.10}, {"sum": 2}], "vip": true}',
        '{"id": 2, "person": "B", "items": {}, "vip": false, "new": [1]}',
    )
    converted, rows = convert(tmp_path / "f.jsonl", content, FORM, rules)
    assert [tuple(each.values()) for each in rows] == [
        ("1", "A", Decimal(2), '[{"sum": 1.10}, {"sum": 2}]', True),
        ("2", None, None, "{}", False),
    ]
    assert converted.unmapped == ("new",)


def test_a_source_that_no_record_has_refuses_the_file_unless_it_is_optional(tmp_path: Path) -> None:
    content = lines('{"id": 1, "name": null, "amout": 5, "count": 1}')
    with pytest.raises(
        FileError, match=r"no record has 'amount' .*; the records have: id, name, amout, count"
    ):
        convert(tmp_path / "f.jsonl", content, FORM)
    rules = (ID, NAME, COUNT, ColumnRule("amount", ValueType.DECIMAL, 2, source="amount", optional=True))
    (tmp_path / "again").mkdir()
    _, rows = convert(tmp_path / "again" / "f.jsonl", content, FORM, rules)
    assert rows[0]["amount"] is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32-le", "cp1251"])
def test_any_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    content = f"{row(name='Ёлка')}\r\n\r\n{row(id='2', amount='x')}\r\n".encode(encoding)
    form = JsonLinesFormat(encoding=encoding.removesuffix("-sig"))
    converted, rows = convert(tmp_path / "f.jsonl", content, form)
    assert [each["name"] for each in rows] == ["Ёлка"]
    assert [line for line, *_ in refusals(converted)] == [3]


@pytest.mark.parametrize(
    ("content", "form", "message"),
    [
        (b"", FORM, "the file is empty"),
        (row(name="Ёлка").encode(), JsonLinesFormat(encoding="cp1251"), "its bytes are utf-8"),
        (f"{row()}\n{row(name='Ж')}".encode("utf-16")[:-1], JsonLinesFormat(encoding="utf-16"), "line 2: not utf-16"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_is_declared_names_itself(
    tmp_path: Path, content: bytes, form: JsonLinesFormat, message: str
) -> None:
    with pytest.raises(FileError, match=message) as error:
        convert(tmp_path / "f.jsonl", content, form)
    assert str(tmp_path / "f.jsonl") in str(error.value)


def test_bytes_outside_the_encoding_cost_their_line(tmp_path: Path) -> None:
    content = lines(row()) + row(id="2", name="Ж").encode("cp1251") + b"\n" + lines(row(id="3"))
    converted, rows = convert(tmp_path / "f.jsonl", content, FORM)
    assert refusals(converted) == [(2, None, None, "bytes that are not in the declared encoding")]
    assert [each["id"] for each in rows] == ["1", "3"]


def test_a_file_cut_inside_a_record_says_so(tmp_path: Path) -> None:
    converted, rows = convert(tmp_path / "f.jsonl", lines(row()) + row(id="2").encode()[:-3], FORM)
    assert refusals(converted) == [(2, None, None, "the file ends inside this row")]
    assert len(rows) == 1


def test_a_line_without_end_is_not_read_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.files.json_lines.LINE_LIMIT", 1000)
    with pytest.raises(FileError, match="line 2: longer than"):
        convert(tmp_path / "f.jsonl", lines(row(), row(name="n" * 1000)), FORM)


def test_many_records_keep_their_order_and_their_lines(tmp_path: Path) -> None:
    bad = {5, 9_999, 10_000, 10_001, 24_000}
    content = lines(
        *(row(id=str(number), count="x" if number in bad else number) for number in range(1, 25_001))
    )
    converted, rows = convert(tmp_path / "f.jsonl", content, FORM)
    assert [line for line, *_ in refusals(converted)] == sorted(bad)
    assert [each["count"] for each in rows] == [number for number in range(1, 25_001) if number not in bad]


def test_rows_with_a_closed_list_keep_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.files.record_rows.GROUP", 1 << 18)
    kinds = tuple(f"kind {number}" for number in range(40))
    rules = (ID, ColumnRule("name", ValueType.TEXT, source="name", allowed=kinds))
    made = [f'{{"id": "{number}", "name": "kind {number % 40}"}}' for number in range(1, 50_001)]
    made[40_000] = '{"id": "40001", "name": "none"}'
    converted, rows = convert(tmp_path / "f.jsonl", lines(*made), FORM, rules)
    assert [line for line, *_ in refusals(converted)] == [40_001]
    assert [int(each["id"]) for each in rows] == [number for number in range(1, 50_001) if number != 40_001]


def test_null_values_of_the_declaration_are_no_value(tmp_path: Path) -> None:
    form = JsonLinesFormat(null_values=("", "NULL", "0"))
    _, rows = convert(tmp_path / "f.jsonl", lines(row(name="NULL", amount="", count=0)), form)
    assert tuple(rows[0].values()) == ("1", None, None, None)


def read(folder: Path, content: bytes) -> list[list[str | None]]:
    """Columns of the records as the reader gives them."""
    (folder / "f.jsonl").write_bytes(content)
    batches = list(JsonLines(folder / "f.jsonl", FORM, RULES).batches())
    return [[text for batch in batches for text in batch.columns[column].to_pylist()] for column in range(4)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.decimals(-(10**30), 10**30, places=9), st.integers()), min_size=1))
def test_numbers_come_back_as_they_were_written(tmp_path: Path, numbers: list[tuple[Decimal, int]]) -> None:
    written = [f'{{"id": 1, "amount": {amount:f}, "count": {count}}}' for amount, count in numbers]
    _, _, amounts, counts = read(tmp_path, lines(*written))
    assert amounts == [f"{amount:f}" for amount, _ in numbers]
    assert counts == [str(count) for _, count in numbers]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(), min_size=1), st.booleans())
def test_texts_come_back_as_they_were_written(tmp_path: Path, names: list[str], escaped: bool) -> None:
    written = [json.dumps({"id": "1", "name": name}, ensure_ascii=escaped) for name in names]
    assert read(tmp_path, lines(*written))[1] == names
