"""Nested JSON: records at a path, what encloses them, and documents that can't be trusted."""

import json
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.files.record_files import AMOUNT, ID, NAME, convert, reading, refusals
from warehouse.catalog.model import ValueType
from warehouse.files.json_document import JsonDocument
from warehouse.files.model import ColumnRule, FileError, JsonFormat

RULES = (ID, NAME)
NESTED = """{"head": {"day": "2026-07-01"},
 "accounts": [
  {"docs": [{"id": 1, "name": "a", "sum": 10.10},
            {"id": 2, "name": null, "sum": 1e1}], "no": "A-1"},
  {"no": "A-2"},
  {"docs": {"id": 3, "name": "c", "sum": "x"}, "no": "A-3"}
 ],
 "bank": "B"}"""


def test_records_at_a_path_know_what_encloses_them_even_if_it_stands_after_them(tmp_path: Path) -> None:
    rules = (
        ID,
        reading(NAME, "../no"),
        reading(AMOUNT, "sum"),
        ColumnRule("bank", ValueType.TEXT, source="../../bank"),
        ColumnRule("day", ValueType.DATE, source="../../head/day"),
    )
    converted, rows = convert(
        tmp_path / "f.json", NESTED.encode(), JsonFormat(records="accounts/docs"), rules
    )
    assert [tuple(row.values()) for row in rows] == [
        ("1", "A-1", Decimal("10.10"), "B", date(2026, 7, 1)),
        ("2", "A-1", Decimal(10), "B", date(2026, 7, 1)),
    ]
    assert [(line, column, value) for line, column, value, _ in refusals(converted)] == [(6, "sum", "x")]
    assert converted.unmapped == ("name",)


@pytest.mark.parametrize(
    ("content", "records"),
    [
        ('[{"id": 1, "name": "a"}]', ""),
        ('{"id": 1, "name": "a"}', ""),
        ('{"a": {"b": {"id": 1, "name": "a"}}}', "a/b"),
        ('{"x": [1, {"b": 2}], "a": [{"b": []}, {"b": [{"id": 1, "name": "a"}]}]}', "a/b"),
        ('\ufeff [ {"id" : 1 , "name" : "a" } ] \r\n', ""),
    ],
)
def test_records_are_found_in_lists_and_objects(tmp_path: Path, content: str, records: str) -> None:
    _, rows = convert(tmp_path / "f.json", content.encode(), JsonFormat(records=records), RULES)
    assert [tuple(row.values()) for row in rows] == [("1", "a")]


def test_a_record_whose_end_is_known_costs_itself_alone(tmp_path: Path) -> None:
    content = b"""[{"id": 1, "name": "a"},
    5,
    {"id": 2, "id": 3},
    {"id": 4, "name": NaN}, {"id": 5, "name": "\\udfff"},
    {"id": 6, "name": "b"}]"""
    converted, rows = convert(tmp_path / "f.json", content, JsonFormat(), RULES)
    assert [row["id"] for row in rows] == ["1", "6"]
    assert [(line, reason) for line, _, _, reason in refusals(converted)] == [
        (2, "not a JSON object"),
        (3, "the key 'id' stands there twice"),
        (4, "NaN is no JSON"),
        (4, "half of a character (a lone surrogate)"),
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"  \n ", "line 2: the file ends inside a value"),
        (b'[{"id": 1},\n{"id": 2', "line 2: the file ends inside a value, it was cut"),
        (b'[{"id": 1},\n{"id": "2', "line 2: the file ends inside a value, it was cut"),
        (b'[{"id": 1}\n', "line 2: not JSON: expected ',' or ']', the file ends"),
        (b'[{"id": 1}\n{"id": 2}]', "line 2: not JSON: expected ',' or ']', found '{'"),
        (b'[{"id": 1},\n\n{"id" 2}]', "line 3: not JSON: Expecting ':' delimiter"),
        (b'[{"id": 1}]\n[]', "line 2: more text after the end"),
        (b"\n" + b"[" * 100_000, "line 2: nested too deep"),
        ('[{"id": "Ж"}]'.encode("cp1251"), "not utf-8"),
        (b'[{"id": 1}]', "no record has 'name' .*; the records have: id"),
    ],
)
def test_a_document_that_can_not_be_read_to_its_end_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(FileError, match=message) as error:
        convert(tmp_path / "f.json", content, JsonFormat(), RULES)
    assert str(tmp_path / "f.json") in str(error.value)


def test_a_path_that_leads_nowhere_names_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(
        FileError, match="no 'rows' on the way to the records; there is: head, accounts, bank"
    ):
        convert(tmp_path / "f.json", NESTED.encode(), JsonFormat(records="rows"), RULES)


def test_a_value_that_does_not_end_is_not_read_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.files.json_document.RECORD_SIZE", 1000)
    monkeypatch.setattr("warehouse.files.json_document.CHUNK", 100)
    content = b'[{"id": 1, "name": "a"},\n{"id": 2, "name": "' + b"n" * 5000
    with pytest.raises(FileError, match="line 2: a value longer than"):
        convert(tmp_path / "f.json", content, JsonFormat(), RULES)


def test_a_long_list_takes_no_longer_for_each_record_than_a_short_one(tmp_path: Path) -> None:
    rows = ",\n".join(f'{{"id": {number}, "name": "{number}"}}' for number in range(60_000))
    (tmp_path / "f.json").write_text(f"[\n{rows}\n]", encoding="utf-8")
    reader = JsonDocument(tmp_path / "f.json", JsonFormat(), RULES)
    start = time.process_time()
    lines = [line for batch in reader.batches() for line in batch.lines]
    assert lines == list(range(2, 60_002))
    # Linear: about a second. Counting lines from the start of the window anew took minutes.
    assert time.process_time() - start < 20


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(st.tuples(st.integers(), st.none() | st.text()), min_size=1),
    st.dictionaries(st.text(min_size=1).filter(lambda key: key != "rows"), json_values, max_size=3),
    st.integers(1, 40),
    st.sampled_from([None, 1]),
)
def test_records_come_back_as_they_were_written_wherever_a_window_ends(
    tmp_path: Path, records: list[tuple[int, str | None]], others: dict, window: int, indent: int | None
) -> None:
    rows = [{"id": number, "name": name} for number, name in records]
    (tmp_path / "f.json").write_text(json.dumps(others | {"rows": rows}, indent=indent), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warehouse.files.json_document.CHUNK", window)
        reader = JsonDocument(tmp_path / "f.json", JsonFormat(records="rows"), RULES)
        batches = list(reader.batches())
    texts = [[text for batch in batches for text in batch.columns[column].to_pylist()] for column in (0, 1)]
    assert texts == [[str(number) for number, _ in records], [name for _, name in records]]
    assert reader.rejects == []
