"""What regression seeds 6, 14, 19, 21 and 23 ask of ingestion: values as segments meet them.

The reference evaluator then reads the very rows that ingestion wrote.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from pipelines.ingest.raw import list_loads
from pipelines.ingest.run import ingest
from segments.conditions.reference.values import fold
from store import migrate_store, open_store
from warehouse.files.parquet import read_rejects
from warehouse.settings import load_settings

SOURCES = """
source: {source}
datasets:
  - dataset: customer
    files: "inbox/{source}.csv"
    known_from: 2026-07-01
    load: full
    date_format: "{dates}"
    delimiter: ";"
    columns: {{customer_id: ID, kind: {{constant: person}}, full_name: NAME, birth_date: BORN}}
"""
PAYMENTS = """
source: till
datasets:
  - dataset: payment
    files: "inbox/till.csv"
    known_from: 2026-07-01
    load: append
    decimal: ","
    timestamp_format: "%d.%m.%Y %H:%M:%S"
    delimiter: ";"
    columns: {payment_id: ID, account_id: ACC, paid_at: AT, amount: SUM}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder in ("sources", "inbox"):
        (tmp_path / folder).mkdir()
    (tmp_path / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    migrate_store(tmp_path)
    return tmp_path


def ingested(home: Path, source: str, declaration: str, content: str) -> list[dict[str, Any]]:
    """Rows of raw that a file becomes."""
    (home / "sources" / f"{source}.yml").write_text(declaration, encoding="utf-8")
    (home / "inbox" / f"{source}.csv").write_text(content, encoding="utf-8")
    store = open_store(home)
    try:
        assert ingest(load_settings(home), store).problems == ()
    finally:
        store.close()
    loads = [load for load in list_loads(home) if load.source == source]
    return [row for load in loads for file in load.files for row in pq.read_table(file).to_pylist()]


def customers(home: Path, dates: str, content: str, source: str = "crm") -> dict[str, dict[str, Any]]:
    rows = ingested(home, source, SOURCES.format(source=source, dates=dates), content)
    return {row["customer_id"]: row for row in rows}


def test_seed_6_empty_text_and_blanks_are_unknown(home: Path) -> None:
    found = customers(home, "%Y-%m-%d", 'ID;NAME;BORN\na;Анна;\nb;;\nc;"   ";\nd;" Анна ";\ne;"\u00a0\t";\n')
    assert {key: row["full_name"] for key, row in found.items()} == {
        "a": "Анна",
        "b": None,
        "c": None,
        "d": "Анна",
        "e": None,
    }
    assert {key: row["full_name__folded"] for key, row in found.items()}["b"] is None


def test_seed_19_dates_are_dates_however_a_source_writes_them(home: Path) -> None:
    iso = customers(home, "%Y-%m-%d", "ID;NAME;BORN\na;A;1990-11-12\n", "iso")
    dotted = customers(home, "%d.%m.%Y", "ID;NAME;BORN\na;A;12.11.1990\nb;B;29.02.1952\n", "dotted")
    assert iso["a"]["birth_date"] == dotted["a"]["birth_date"] == date(1990, 11, 12)
    assert dotted["b"]["birth_date"] == date(1952, 2, 29)


def test_seed_19_a_date_of_another_form_is_rejected_and_not_guessed(home: Path) -> None:
    good = "".join(f"good-{i};A;0{i}.02.1990\n" for i in range(1, 7))
    found = customers(home, "%d.%m.%Y", "ID;NAME;BORN\na;A;1990-11-12\nb;B;31.02.1990\n" + good)
    assert set(found) == {f"good-{i}" for i in range(1, 7)}
    (load,) = list_loads(home)
    assert load.rejects is not None
    assert [reject.line for reject in read_rejects(load.rejects, 10)] == [2, 3]


NAMES = (
    "Ёлкина",
    "ЁЛКА ",
    "е\u0308ж",
    "O’tkir",
    "OʻTKIR",
    "O'tkir",
    "Straße",
    "ＡＢＣ",
    "ΣΑΣ",
    "İ",
    "№5",
    "ŉ",
    "Ǆ",
)


def test_seed_21_the_folded_copy_is_what_the_reference_folds(home: Path) -> None:
    lines = "".join(f"{i};{name};\n" for i, name in enumerate(NAMES))
    found = customers(home, "%Y-%m-%d", "ID;NAME;BORN\n" + lines)
    assert len(found) == len(NAMES)
    for row in found.values():
        assert row["full_name"] == row["full_name"].strip()
        assert row["full_name__folded"] == fold(row["full_name"])


def test_seed_14_and_23_local_days_and_exact_money(home: Path) -> None:
    lines = "a;X;30.06.2026 23:30:00;0,10\nb;X;01.07.2026 00:00:00;0,20\nc;X;26.06.2026 04:59:00;99,99\n"
    rows = {row["payment_id"]: row for row in ingested(home, "till", PAYMENTS, "ID;ACC;AT;SUM\n" + lines)}
    assert rows["a"]["paid_at"].isoformat() == "2026-06-30T18:30:00"
    assert [rows[key]["paid_at__date"] for key in "abc"] == [
        date(2026, 6, 30),
        date(2026, 7, 1),
        date(2026, 6, 26),
    ]
    assert rows["a"]["amount"] + rows["b"]["amount"] == Decimal("0.3")
