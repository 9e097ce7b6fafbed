"""XML records: bank statements and invoices as they come, and documents that can't be trusted."""

import xml.sax.saxutils
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.warehouse.files.record_files import AMOUNT, ID, NAME, convert, reading, refusals
from warehouse.catalog.model import ValueType
from warehouse.files.model import ColumnRule, FileError, XmlFormat
from warehouse.files.xml_records import XmlRecords

FORM = XmlFormat(records="Account/Docs/Doc", decimal=",")
RULES = (ID, NAME, AMOUNT)
STATEMENT = """<?xml version="1.0" encoding="windows-1251"?>
<b:Statement xmlns:b="urn:bank" day="2026-07-01">
  <!-- of two accounts -->
  <b:Account no="A-1">
    <b:Docs>
      <b:Doc id="1"><b:payer><b:name>Ёлка &amp; Ко</b:name></b:payer><b:Sum>45 000,50</b:Sum></b:Doc>
      <Doc id="2"><payer><name><![CDATA[<b>]]></name></payer><Sum>x</Sum><note/></Doc>
    </b:Docs>
    <b:owner>Олма</b:owner>
  </b:Account>
  <b:Account no="A-2">
    <b:Docs><b:Doc id="3"><b:payer/><b:Sum>1</b:Sum></b:Doc></b:Docs>
    <b:owner>Нок</b:owner>
  </b:Account>
</b:Statement>"""


def test_a_statement_is_read_with_what_encloses_its_records(tmp_path: Path) -> None:
    form = XmlFormat(records="Account/Docs/Doc", decimal=",", thousands=" ")
    rules = (
        reading(ID, "@id"),
        reading(NAME, "payer/name"),
        reading(AMOUNT, "Sum"),
        ColumnRule("account", ValueType.TEXT, source="../../@no"),
        ColumnRule("owner", ValueType.TEXT, source="../../owner"),
        ColumnRule("day", ValueType.DATE, source="../../../@day"),
    )
    converted, rows = convert(tmp_path / "f.xml", STATEMENT.encode("cp1251"), form, rules)
    assert [tuple(row.values()) for row in rows] == [
        ("1", "Ёлка & Ко", Decimal("45000.50"), "A-1", "Олма", date(2026, 7, 1)),
        ("3", None, Decimal(1), "A-2", "Нок", date(2026, 7, 1)),
    ]
    assert [(line, column, value) for line, column, value, _ in refusals(converted)] == [(7, "Sum", "x")]
    assert converted.unmapped == ("note",)


def document(*records: str) -> bytes:
    return "\n".join(("<root>", *records, "</root>")).encode()


@pytest.mark.parametrize("records", ["r", "root/r"])
def test_the_path_to_the_records_may_begin_with_the_root(tmp_path: Path, records: str) -> None:
    content = document("<r><id>1</id><name>a</name><amount>1</amount></r>", "<x><r/></x>")
    _, rows = convert(tmp_path / "f.xml", content, XmlFormat(records=records), RULES)
    assert [tuple(row.values()) for row in rows] == [("1", "a", Decimal(1))]


def test_an_element_that_repeats_costs_its_record_unless_the_path_says_which(tmp_path: Path) -> None:
    content = document(
        "<r><id>1</id><name>a</name><name>b</name><amount>1</amount></r>",
        "<r><id>2</id><name>c</name><amount/></r>",
    )
    form = XmlFormat(records="r")
    converted, rows = convert(tmp_path / "f.xml", content, form, RULES)
    assert [row["id"] for row in rows] == ["2"]
    assert refusals(converted) == [(2, "name", "b", "stands there 2 times")]
    (tmp_path / "again").mkdir()
    _, rows = convert(tmp_path / "again" / "f.xml", content, form, (ID, reading(NAME, "name/1"), AMOUNT))
    assert [(row["id"], row["name"]) for row in rows] == [("1", "b"), ("2", None)]


def test_nil_and_empty_elements_are_no_value_and_inner_elements_stay_xml(tmp_path: Path) -> None:
    content = document(
        '<r xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><id>1</id><name><b>x</b></name>'
        '<amount i:nil="true"/></r>'
    )
    _, rows = convert(tmp_path / "f.xml", content, XmlFormat(records="r"), RULES)
    assert rows[0]["amount"] is None
    assert rows[0]["name"].endswith("<b>x</b></name>")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"id;name\n", "line 1: not XML"),
        (b"<root>\n<r><id>1</id></r>\n<r>", "line 3: not XML"),
        (b"<root>\n<r><id>1</name></r></root>", "line 2: not XML: Opening and ending tag mismatch"),
        (b"<root><r/></root>\n<root/>", "line 2: not XML: Extra content"),
        (b"<root>\n<x/><y/></root>", "no element r; beside the way to it stand: x, y"),
        (b"<root><r><id>1</id><name/></r></root>", "no record has 'amount' .*; the records have: id, name"),
        ('<?xml version="1.0"?>\n<root><r>Ж</r></root>'.encode("cp1251"), "line 2: not XML: .*encoding"),
        ('<?xml version="1.0" encoding="windows-1251"?><r>Ж</r>'.encode(), "declared as cp1251, but"),
        (b'<!DOCTYPE root [<!ENTITY a "b">]><root><r>&a;</r></root>', "a DOCTYPE"),
        (b'<!DOCTYPE root SYSTEM "file:///etc/passwd"><root/>', "a DOCTYPE"),
        (b'<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><root><r>&b;</r></root>', "a DOCTYPE"),
        (b"<root>" + b"<d>" * 10_000 + b"</d>" * 10_000 + b"</root>", "line 1: not XML: .*depth"),
    ],
)  # fmt: skip
def test_a_document_that_can_not_be_trusted_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(FileError, match=message) as error:
        convert(tmp_path / "f.xml", content, XmlFormat(records="r"), RULES)
    assert str(tmp_path / "f.xml") in str(error.value)


def test_a_path_that_stops_above_the_records_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.files.xml_events.MAX_ELEMENTS", 100)
    content = document(*(f"<r><id>{number}</id></r>" for number in range(200)))
    with pytest.raises(FileError, match=r"line 5\d: .*has to lead to the element that is repeated"):
        convert(tmp_path / "f.xml", content, XmlFormat(records="root"), RULES)


@pytest.mark.parametrize("record", ["<r id='{}'><name>a</name>\n</r>", "<r id='{}'\n/>", "<r id='{}'>\n</r>"])
def test_many_records_keep_their_lines(tmp_path: Path, record: str) -> None:
    (tmp_path / "f.xml").write_bytes(document(*(record.format(number) for number in range(40_000))))
    reader = XmlRecords.of(tmp_path / "f.xml", XmlFormat(records="r"), (reading(ID, "@id"),))
    batches = list(reader.batches())
    assert [len(batch.lines) for batch in batches] == [10_000] * 4
    # The parser keeps lines exactly up to 65,535 only.
    assert batches[2].lines[0] == 20_000 * 2 + 2 + (record.index("\n") < record.index(">"))
    assert abs(batches[-1].lines[-1] - 39_999 * 2 - 2) <= 2


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(texts, texts), min_size=1), st.sampled_from(["utf-8", "utf-16"]))
def test_texts_come_back_as_they_were_written(
    tmp_path: Path, values: list[tuple[str, str]], encoding: str
) -> None:
    records = "".join(
        f"<r id={xml.sax.saxutils.quoteattr(one)}><name>{xml.sax.saxutils.escape(other)}</name></r>"
        for one, other in values
    )
    content = f'<?xml version="1.0" encoding="{encoding}"?><root>{records}</root>'
    (tmp_path / "f.xml").write_bytes(content.encode(encoding))
    batches = XmlRecords.of(tmp_path / "f.xml", XmlFormat(records="r"), (reading(ID, "@id"), NAME)).batches()
    read = [column.to_pylist() for column in next(iter(batches)).columns]
    assert list(zip(*read, strict=True)) == values
