"""Raw files of a made-up deployment, small enough to be worked out by hand."""

import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.lib.canonical import MODELS, canonical_datasets
from pipelines.lib.dbt_project import PARSED, prepared_project
from warehouse.builds.model import Claim, Dataset, Extension, Load, Ordered
from warehouse.builds.numbers import allocate_numbers
from warehouse.builds.prepare import order_sources, order_tables, prepare_database
from warehouse.catalog.loader import load_catalog, semantic_files
from warehouse.releases.layout import table_layouts

BILLING_FIRST, OFFICE_FIRST = ("billing", "statistics"), ("statistics", "billing")
BELIEVED = [
    Ordered(
        *(name, "VARCHAR", False, True, order),
        (Claim("billing", "customer", name), Claim("statistics", "organisation", name)),
    )
    for name, order in (("region", BILLING_FIRST), ("industry", OFFICE_FIRST))
]
DATASETS = {dataset.name: dataset for dataset in canonical_datasets()}


class RawFiles:
    """Writes loads one after another; `loads` holds them in order."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.loads: list[Load] = []

    def add(
        self,
        dataset: str | Dataset,
        rows: Sequence[Mapping[str, Any]],
        *,
        known_from: date,
        mode: str = "upsert",
        source: str = "billing",
    ) -> Load:
        """One load with these rows; columns that a row leaves out are NULL."""
        shape = DATASETS[dataset] if isinstance(dataset, str) else dataset
        load_id = f"load{len(self.loads):04d}"
        file = self.home / "raw" / shape.name / source / load_id / "part-00000.parquet"
        file.parent.mkdir(parents=True)
        with duckdb.connect() as connection:
            columns = ", ".join(f'"{name}" {kind}' for name, kind in shape.columns.items())
            connection.execute(f"create table rows ({columns})")
            marks = ", ".join("?" for _ in shape.columns)
            for row in rows:
                unknown = set(row) - set(shape.columns)
                assert not unknown, unknown
                connection.execute(f"insert into rows values ({marks})", [row.get(c) for c in shape.columns])
            connection.execute(f"copy rows to '{file}' (format parquet)")
        keys = {tuple(row.get(column) for column in shape.key) for row in rows}
        key = shape.key if len(keys) == len(rows) else ()
        load = Load(shape.name, source, load_id, known_from, mode, (file,), key=key, rows=len(rows))
        self.loads.append(load)
        return load


def build(raw: RawFiles, folder: Path, *, extensions: Sequence[Extension] = (), as_of: date) -> Path:
    """The build database after dbt has built and tested every model."""
    allocate_numbers(raw.home, [load for load in raw.loads if load.dataset == "customer"])
    database = folder / "build.duckdb"
    prepare_database(
        database,
        raw.home,
        datasets=list(DATASETS.values()),
        extensions=extensions,
        loads=raw.loads,
        as_of=as_of,
    )
    order_sources(database, BELIEVED)
    order_tables(
        database, table_layouts(load_catalog(semantic_files(MODELS))), month_rows=2, slice_customers=2
    )
    target = folder / "dbt"
    target.mkdir()
    shutil.copy(prepared_project() / PARSED, target / PARSED)
    options = [
        "--project-dir",
        MODELS,
        "--profiles-dir",
        MODELS,
        "--target-path",
        target,
        "--log-path",
        target,
    ]
    code = "from dbt.cli.main import cli; cli()"
    done = subprocess.run(
        [sys.executable, "-c", code, "build", *map(str, options)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return database


def add_people(raw: RawFiles) -> None:
    """Who stands around P1 and C1, each in a load of its own (what follows from more rows: see test_people)."""
    begun, moment = date(2026, 5, 1), datetime(2026, 5, 31, 20)  # noqa: DTZ001 - UTC: 1 June in Tashkent
    whose = {"customer_id": "C1"}
    stated = {"stated_at": moment, "stated_at__date": date(2026, 6, 1), "purpose": "marketing"}
    rows: dict[str, dict[str, Any]] = {
        "org_unit": {"unit_id": "u1", "name": "Branch", "unit_kind": "branch"},
        "employee": {"employee_id": "e1", "full_name": "Manager", "unit_id": "u1"},
        "responsible": whose | {"line": "sales", "employee_id": "e1", "valid_from": begun},
        "contact_person": whose | {"contact_person_id": "k1", "surname": "Ким", "surname__folded": "ким"},
        "flag": whose | {"flag_id": "f1", "flag_kind": "key_customer", "set_on": begun},
        "consent": {"consent_id": "s1", "contact_person_id": "k1", "channel": "sms", "decision": "given"}
        | stated,
        "survey": {"customer_id": "P1", "answer_id": "a1", "survey_kind": "nps", "score": 9},
        "identity_document": {
            "customer_id": "P1",
            "document_kind": "passport",
            "series": "AA",
            "number": "7",
        },
        "code_word": {"customer_id": "P1", "code_word_hash": "c0de"},
    }
    for dataset, row in rows.items():
        raw.add(dataset, [row], known_from=JULY, source="people")


SCORES = Extension("scores", {"score": "BIGINT", "club": "VARCHAR"})
JUNE, JULY = date(2026, 6, 1), date(2026, 7, 1)


@pytest.fixture
def raw(tmp_path: Path) -> RawFiles:
    """An empty deployment's raw."""
    return RawFiles(tmp_path)


def hand_made_raw(home: Path) -> RawFiles:
    """A deployment that can be worked out by hand (see test_profile)."""
    raw = RawFiles(home)
    old = {"customer_id": "P1", "kind": "person", "full_name": "Old name", "region": "Andijon", "vip": True}
    new = {"customer_id": "P1", "kind": "person", "full_name": "New name", "region": None, "tax_id": "777"}
    new["vip"] = False
    company = {
        "customer_id": "C1",
        "kind": "legal_entity",
        "registered_on": date(2020, 5, 5),
        "tax_id": "301",
        "industry": "46900",
    }
    raw.add("customer", [old, company], known_from=JUNE)
    raw.add("customer", [new, {"customer_id": "P0", "kind": "person", "tax_id": "777"}], known_from=JULY)
    office = {"tax_id": "301", "industry": "62010", "region": "Buxoro"}
    raw.add("organisation", [office], known_from=JUNE, mode="full", source="statistics")
    # A source that sends everybody each time no longer sends this one: its contract stays behind.
    gone = {"customer_id": "GONE", "kind": "person"}
    raw.add("customer", [gone], known_from=JULY, mode="snapshot", source="shop")
    raw.add("customer", [], known_from=date(2026, 7, 2), mode="snapshot", source="shop")
    raw.add(
        "contract",
        [
            {"contract_id": "K8", "customer_id": "GONE", "signed_on": date(2025, 3, 1)},
            {
                "contract_id": "K1",
                "customer_id": "P1",
                "payment_kind": "prepaid",
                "signed_on": date(2024, 1, 10),
            },
            {
                "contract_id": "K2",
                "customer_id": "P1",
                "payment_kind": "postpaid",
                "signed_on": date(2025, 3, 1),
            },
            {"contract_id": "K9", "customer_id": "nobody", "signed_on": date(2025, 3, 1)},
        ],
        known_from=JUNE,
    )
    raw.add(
        "contract",
        [
            {
                "contract_id": "K1",
                "customer_id": "P1",
                "payment_kind": "prepaid",
                "signed_on": date(2024, 1, 10),
                "ended_on": date(2026, 6, 15),
            }
        ],
        known_from=JULY,
    )
    accounts = [("L1", "K1", "10.00"), ("L2", "K2", "-3.50"), ("L3", "K2", None)]
    raw.add(
        "account",
        [{"account_id": a, "contract_id": k, "balance": b} for a, k, b in accounts],
        known_from=JULY,
        mode="full",
    )
    subscriptions = [
        ("S1", "L1", "Старт", date(2024, 1, 11), date(2026, 6, 15)),
        ("S2", "L2", "Максимум", date(2025, 3, 2), None),
    ]
    raw.add(
        "subscription",
        [
            {
                "subscription_id": s,
                "account_id": a,
                "tariff": tariff,
                "tariff__folded": tariff.lower(),
                "activated_on": begin,
                "deactivated_on": end,
            }
            for s, a, tariff, begin, end in subscriptions
        ],
        known_from=JULY,
        mode="full",
    )
    usage = [("S1", 4, "5.00"), ("S1", 6, "1.00"), ("S2", 6, "2.25"), ("S2", 5, None)]
    raw.add(
        "usage_monthly",
        [{"subscription_id": s, "month": date(2026, m, 1), "voice_minutes": v} for s, m, v in usage],
        known_from=JULY,
    )
    raw.add(
        "usage_monthly",
        [{"subscription_id": "S1", "month": date(2026, 4, 1), "voice_minutes": "6.00"}],
        known_from=date(2026, 7, 2),
    )
    charges = [("c1", "L1", date(2026, 5, 3), "7.00"), ("c1", "L1", date(2026, 5, 3), "7.00")]
    charges += [("c2", "L2", None, "1.00"), ("c3", "unknown", date(2026, 5, 3), "99.00")]
    raw.add(
        "charge",
        [{"charge_id": c, "account_id": a, "charged_on": d, "amount": x} for c, a, d, x in charges],
        known_from=JULY,
        mode="append",
    )
    evening = datetime(2026, 6, 30, 20, 30)  # noqa: DTZ001 - UTC as raw holds it: 01:30 of July in Tashkent
    payments = [("p1", evening, date(2026, 7, 1), "5.00"), ("p2", evening, date(2026, 7, 1), "6.00")]
    raw.add(
        "payment",
        [
            {
                "payment_id": p,
                "account_id": "L2",
                "paid_at": at,
                "paid_at__date": day,
                "method": "app",
                "amount": x,
            }
            for p, at, day, x in payments
        ],
        known_from=JULY,
        mode="append",
    )
    transfers = [("b1", None, "301", "20.00"), ("b2", None, "777", "30.00"), ("b3", "L9", "301", "40.00")]
    raw.add(
        "payment",
        [{"payment_id": p, "account_id": a, "tax_id": t, "amount": x} for p, a, t, x in transfers],
        known_from=JULY,
        mode="append",
        source="bank",
    )
    add_people(raw)
    scores = [{"customer_id": "P1", "score": 1}, {"customer_id": "C1", "score": 2}]
    raw.add(SCORES.dataset(), scores, known_from=JUNE, mode="full")
    scores = [{"customer_id": "P1", "score": 5, "club": "gold"}, {"customer_id": "nobody", "score": 7}]
    raw.add(SCORES.dataset(), scores, known_from=JULY, mode="full")
    return raw


@pytest.fixture(scope="session")
def hand_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build database of that deployment."""
    raw = hand_made_raw(tmp_path_factory.mktemp("raw"))
    return build(raw, tmp_path_factory.mktemp("build"), extensions=[SCORES], as_of=date(2026, 7, 3))
