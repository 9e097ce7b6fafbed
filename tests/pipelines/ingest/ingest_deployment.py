"""A small deployment for ingestion tests: one source with customers and payments."""

from pathlib import Path

from pipelines.ingest.run import IngestReport, ingest
from store import migrate_store, open_store
from warehouse.settings import load_settings

SOURCE = """
source: billing
datasets:
  - dataset: customer
    files: "inbox/customers_{date:%Y%m%d}.csv"
    delimiter: ";"
    load: full
    columns:
      customer_id: ID
      kind: {column: KIND, values: {B2C: person, B2B: legal_entity}}
      head_count: STAFF
  - dataset: payment
    files: "inbox/payments_{date:%Y%m%d}.csv"
    delimiter: ";"
    load: append
    columns: {payment_id: ID, account_id: {column: ACC, required: true}, amount: SUM}
    control_totals: {file: "inbox/payments_{date:%Y%m%d}.ctl"}
"""
CUSTOMERS = "ID;KIND;STAFF\n1;B2C;\n2;B2B;10\n3;B2X;\n1;B2C;\n2;B2B;11\n"
PAYMENTS = "ID;ACC;SUM\np1;a;10.50\np2;a;-1.25\np3;;1\n"
TOTALS = '{"rows": 3, "sums": {"SUM": "9.25"}}'


def make(home: Path) -> Path:
    (home / "sources").mkdir(parents=True)
    (home / "inbox").mkdir()
    (home / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    (home / "sources" / "billing.yml").write_text(SOURCE, encoding="utf-8")
    write(home, "customers_20260701.csv", CUSTOMERS)
    write(home, "payments_20260701.csv", PAYMENTS)
    write(home, "payments_20260701.ctl", TOTALS)
    migrate_store(home)
    return home


def write(home: Path, name: str, content: str) -> None:
    (home / "inbox" / name).write_text(content, encoding="utf-8")


def run(home: Path, sources: list[str] | None = None) -> IngestReport:
    store = open_store(home)
    try:
        return ingest(load_settings(home), store, sources)
    finally:
        store.close()
