"""Files of other formats than CSV go the same way into raw."""

from pathlib import Path

import ingest_deployment as deployment
import pyarrow.parquet as pq
import pytest

from pipelines.ingest.declaration import read_source
from pipelines.ingest.raw import list_loads
from pipelines.ingest.yaml_node import DeclarationError
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
    assert [(each.line, each.column) for each in read_rejects(load.rejects, 9)] == [(3, "doc/account")]
    assert load.unmapped == ("note",)
    assert deployment.run(home).new == ()


def test_a_key_that_files_of_the_format_do_not_have_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.yml").write_text(SOURCE.replace("format: jsonl", "format: jsonl\n    quote: x"))
    with pytest.raises(DeclarationError, match="quote: files of the format jsonl have no quote"):
        read_source(tmp_path / "s.yml")
