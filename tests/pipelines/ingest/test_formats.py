"""Files of other formats than CSV go the same way into raw."""

import gzip
from datetime import date
from decimal import Decimal
from pathlib import Path

import ingest_deployment as deployment
import pyarrow.parquet as pq
import pytest

from pipelines.ingest.declaration import read_source
from pipelines.ingest.raw import list_loads
from pipelines.ingest.yaml_node import DeclarationError
from warehouse.files.model import ExcelFormat, FileFormat, JsonFormat, ParquetFormat
from warehouse.files.parquet import read_rejects

SOURCE = """
source: other
datasets:
  - dataset: payment
    files: "inbox/other/payments_{date:%Y%m%d}.jsonl"
    format: jsonl
    load: append
    columns: {payment_id: id, account_id: doc/account, amount: sum}
    control_totals: {rows: 3, sums: {sum: "3.75"}}
"""
LINES = """{"id": 1, "doc": {"account": "a"}, "sum": 1.25}
{"id": 2, "doc": {"account": "a"}, "sum": 2.50}
{"id": 3, "doc": {}, "sum": "x", "note": 1}
"""


def declare(home: Path, source: str) -> Path:
    (home / "sources" / "other.yml").write_text(source, encoding="utf-8")
    (home / "inbox" / "other").mkdir(exist_ok=True)
    return home / "inbox" / "other"


def test_json_lines_become_a_load_with_rejects_and_control_totals(home: Path) -> None:
    (declare(home, SOURCE) / "payments_20260701.jsonl").write_text(LINES, encoding="utf-8")
    assert deployment.run(home).problems == ()
    load = next(load for load in list_loads(home) if load.source == "other")
    assert pq.read_table(load.files[0]).column("payment_id").to_pylist() == ["1", "2"]
    assert [(check["name"], check["ok"]) for check in load.controls] == [
        ("rows", True),
        ("sum of amount", True),
    ]
    assert load.rejects is not None
    assert [(each.line, each.column) for each in read_rejects(load.rejects, 9)] == [(3, "sum")]
    assert load.unmapped == ("note",)
    assert deployment.run(home).new == ()


XML = """<?xml version="1.0" encoding="windows-1251"?>
<b:Statement xmlns:b="urn:b" day="2026-07-01">
 <b:Account no="A-1">
  <b:Doc id="7"><b:Payer>Олма</b:Payer><b:Sum>45000.50</b:Sum></b:Doc>
  <b:Doc id="8"><b:Payer>Нок</b:Payer><b:Sum>1.005</b:Sum></b:Doc>
 </b:Account>
</b:Statement>"""
STATEMENT = """
source: other
datasets:
  - dataset: payment
    files: "inbox/other/bank_{date:%Y%m%d}.xml.gz"
    format: xml
    records: Statement/Account/Doc
    load: append
    columns:
      payment_id: "@id"
      account_id: "../@no"
      paid_at: {column: "../../@day", format: "%Y-%m-%d"}
      amount: Sum
    control_totals: {rows: 2}
"""


def test_a_packed_statement_of_a_bank_becomes_payments(home: Path) -> None:
    packed = gzip.compress(XML.encode("cp1251"))
    (declare(home, STATEMENT) / "bank_20260701.xml.gz").write_bytes(packed)
    assert deployment.run(home).problems == ()
    load = next(load for load in list_loads(home) if load.source == "other")
    row = pq.read_table(load.files[0]).to_pylist()[0]
    assert (row["payment_id"], row["account_id"], row["amount"]) == ("7", "A-1", Decimal("45000.50"))
    assert row["paid_at__date"] == date(2026, 7, 1)
    assert load.rejects is not None
    assert [(each.line, each.column, each.value) for each in read_rejects(load.rejects, 9)] == [
        (5, "Sum", "1.005")
    ]


def test_content_that_is_there_is_not_loaded_again_because_it_is_packed_anew(home: Path) -> None:
    inbox = declare(home, STATEMENT.replace(".gz", "*"))
    (inbox / "bank_20260701.xml.gz").write_bytes(gzip.compress(XML.encode("cp1251"), mtime=1))
    deployment.run(home)
    (inbox / "bank_20260702.xml.gz").write_bytes(gzip.compress(XML.encode("cp1251"), mtime=2))
    (inbox / "bank_20260703.xml").write_bytes(XML.encode("cp1251"))
    assert deployment.run(home).new == ()


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("format: json", JsonFormat()),
        ("format: json, records: a/b, encoding: cp1251", JsonFormat(encoding="cp1251", records="a/b")),
        ("format: excel", ExcelFormat()),
        ("format: excel, sheet: Лист, header_row: 3", ExcelFormat(sheet="Лист", header_row=3)),
        ("format: excel, sheet: 2", ExcelFormat(sheet=2)),
        ("format: parquet", ParquetFormat()),
    ],
)
def test_formats_are_declared(tmp_path: Path, text: str, form: FileFormat) -> None:
    (tmp_path / "s.yml").write_text(
        f"source: s\ndatasets: [{{dataset: payment, files: f, known_from: 2026-07-01, load: append, {text}, "
        "columns: {payment_id: a, account_id: b, amount: c}}]",
        encoding="utf-8",
    )
    assert read_source(tmp_path / "s.yml").datasets[0].form == form


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("quote: x", "quote: files of the format jsonl have no quote"),
        ("records: a", "records: files of the format jsonl have no records"),
        ("format: xls", "format: 'xls' is not one of csv, jsonl, json, xml, excel, parquet"),
        ("format: xml", "records: is missing"),
        ("format: json, records: a//b", "records: expected names with / between them"),
        ("format: excel, header_row: 0", "header_row: rows are counted from 1"),
        ("format: excel, sheet: 0", "sheet: sheets are counted from 1"),
        ("format: xml, records: a, encoding: utf-8", "encoding: files of the format xml have no encoding"),
    ],
)
def test_a_key_that_files_of_the_format_do_not_have_is_refused(
    tmp_path: Path, key: str, message: str
) -> None:
    keys = key.replace(", ", "\n    ")
    text = SOURCE.replace("format: jsonl", keys if "format" in keys else f"format: jsonl\n    {keys}")
    (tmp_path / "s.yml").write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError, match=message):
        read_source(tmp_path / "s.yml")
