"""What is wrong with a declaration or a file is said with its name; what comes back is not lost."""

import os
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import ingest_deployment as deployment
import pyarrow.parquet as pq
import pytest

from pipelines.ingest.declaration import load_sources
from pipelines.ingest.raw import RawError, RawLoad, list_loads
from pipelines.ingest.yaml_node import DeclarationError
from store import LoadProblem, open_store
from warehouse.settings import load_settings

A = "ID;KIND;STAFF\n1;B2C;1\n"
B = "ID;KIND;STAFF\n1;B2C;2\n"


def problems(home: Path) -> tuple[LoadProblem, ...]:
    store = open_store(home)
    with store.reading() as work:
        found = work.loads.problems()
    store.close()
    return found


def states(home: Path) -> list[tuple[date, int]]:
    """(known from, what it says) of the loads of customers, in order."""
    loads = [load for load in list_loads(home) if load.dataset == "customer"]
    return [(load.known_from, _says(load)) for load in loads]


def _says(load: RawLoad) -> int:
    return int(pq.read_table(load.files[0])["head_count"][0].as_py())


def redeclare(home: Path, old: str, new: str) -> None:
    path = home / "sources" / "billing.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def empty(home: Path) -> Path:
    for path in (home / "inbox").iterdir():
        path.unlink()
    deployment.write(home, "payments_20260701.csv", deployment.PAYMENTS)
    deployment.write(home, "payments_20260701.ctl", deployment.TOTALS)
    return home


@pytest.mark.parametrize("together", [True, False])
def test_a_state_that_comes_back_after_another_one_is_loaded_again(empty: Path, together: bool) -> None:
    for day, content in ((1, A), (2, B), (3, A), (4, A)):
        deployment.write(empty, f"customers_2026070{day}.csv", content)
        if not together:
            deployment.run(empty)
    deployment.run(empty)
    found = states(empty)
    assert found == [(date(2026, 7, 1), 1), (date(2026, 7, 2), 2), (date(2026, 7, 3), 1)]
    assert deployment.run(empty).new == ()
    redeclare(empty, "head_count: STAFF", "head_count: STAFF\n      region: {constant: X}")
    deployment.run(empty)
    assert states(empty) == found
    assert deployment.run(empty).new == ()


def test_events_of_a_file_under_another_date_are_not_loaded_again(home: Path) -> None:
    deployment.run(home)
    deployment.write(home, "payments_20260702.csv", "ID;ACC;SUM\nq;a;1\n")
    deployment.write(home, "payments_20260702.ctl", '{"rows": 1}')
    deployment.write(home, "payments_20260703.csv", deployment.PAYMENTS)
    assert [load.file_name for load in deployment.run(home).new] == ["payments_20260702.csv"]


def test_problems_end_when_the_file_arrives_or_is_taken_away(empty: Path) -> None:
    deployment.run(empty)
    assert ["no such file" in problem.message for problem in problems(empty)] == [True]
    deployment.write(empty, "customers_20260701.csv", A)
    deployment.write(empty, "customers_20260702.csv", "")
    deployment.run(empty)
    assert [problem.file for problem in problems(empty)] == ["customers_20260702.csv"]
    (empty / "inbox" / "customers_20260702.csv").unlink()
    deployment.run(empty)
    assert problems(empty) == ()


@pytest.mark.parametrize(
    ("totals", "message"),
    [
        ("", "not control totals"),
        ("{", "not control totals"),
        ("{}", "not control totals"),
        ('{"sums": {}}', "neither rows nor sums"),
        ('{"rows": 3, "rows": 3}', "'rows' stands there twice"),
        ('{"sums": {"SUM": "9.25", "SUM": "9.25"}}', "'SUM' stands there twice"),
        ('{"rows": 1e3}', "expected a whole number"),
        ('{"sums": {"SUM": NaN}}', "expected a number"),
        ('{"sums": {"NOPE": 1}}', "not a mapped column"),
        ("[" * 100_000, "not control totals"),
    ],
)
def test_control_totals_that_say_nothing_refuse_the_file(home: Path, totals: str, message: str) -> None:
    deployment.write(home, "payments_20260701.ctl", totals)
    (problem,) = deployment.run(home).problems
    assert message in problem.message
    assert "payments_20260701.ctl" in problem.message


def test_control_totals_may_begin_with_a_byte_order_mark(home: Path) -> None:
    deployment.write(home, "payments_20260701.ctl", "\ufeff" + deployment.TOTALS)
    assert deployment.run(home).problems == ()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("head_count: STAFF", "head_count: STAFF\n      head_count: KIND", "stands there twice"),
        ("customers_{date:%Y%m%d}", "customers_{date:%Y%m%d%H}", "the date needs"),
        ("customers_{date:%Y%m%d}", "customers_{date:%Y%Y%m%d}", "the date needs"),
        ("customers_{date:%Y%m%d}", "customers_{day}", "{data}, {date:%Y%m%d} and {period:%Y%m} only"),
        ("load: full", "load: full\n    date_format: '%d.%m'", "expected a pattern"),
        ("load: full", "load: full\n    timestamp_format: '%Y-%m-%d %H:%M:%S%z'", "expected a pattern"),
        ("load: full", "load: full\n    decimal: ','\n    thousands: ','", "is the decimal sign already"),
        ("load: full", "load: full\n    quote: ';'", "is the delimiter sign already"),
        ("load: full", "load: full\n    encoding: punycode", "unknown encoding"),
        ("source: billing", "source: биллинг", "Latin letters"),
        ("source: billing", "source: " + "a" * 61, "at most 60"),
        ("payments_{date:%Y%m%d}.ctl", "payments_*.ctl", r"it has no \*"),
        (" KIND, values", " KIND, format: '%Q', values", "expected a pattern"),
        ("source: billing", "source:\tbilling\n\tx: 1", "not YAML"),
        ("source: billing", "? [a]\n: b\nsource: billing", "a key is a text"),
    ],
)
def test_a_wrong_declaration_is_named(home: Path, old: str, new: str, message: str) -> None:
    redeclare(home, old, new)
    with pytest.raises(DeclarationError, match=message) as error:
        load_sources(load_settings(home))
    assert "billing.yml" in str(error.value)


def test_codes_are_what_stands_there(home: Path) -> None:
    """YAML reads 010 as eight, and `no` as the opposite of the truth."""
    redeclare(home, "{B2C: person, B2B: legal_entity}", "{010: person, no: legal_entity, 1_0: person}")
    (source,) = load_sources(load_settings(home))
    kind = next(rule for rule in source.datasets[0].rules if rule.name == "kind")
    assert dict(kind.values) == {"010": "person", "no": "legal_entity", "1_0": "person"}


def test_anchors_and_merges_of_yaml_work(home: Path) -> None:
    redeclare(home, "head_count: STAFF", "head_count: &staff {column: STAFF}\n      region: {<<: *staff}")
    (source,) = load_sources(load_settings(home))
    assert next(rule.source for rule in source.datasets[0].rules if rule.name == "region") == "STAFF"


@pytest.mark.parametrize("name", ["other.yaml", "folder.yml"])
def test_nothing_in_the_folder_of_sources_is_passed_over(home: Path, name: str) -> None:
    path = home / "sources" / name
    path.mkdir() if name == "folder.yml" else path.write_text("source: x", encoding="utf-8")
    with pytest.raises(DeclarationError, match=name):
        load_sources(load_settings(home))


def test_raw_that_was_taken_away_is_made_again(home: Path) -> None:
    deployment.run(home)
    shutil.rmtree(home / "raw")
    assert len(deployment.run(home).new) == 2
    assert deployment.run(home).new == ()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"{}", b"\xff", b'{"known_from": 1, "rows": {}, "file": {}}']
)
def test_a_damaged_manifest_of_raw_is_named(home: Path, content: bytes) -> None:
    deployment.run(home)
    manifest = list_loads(home)[0].path / "manifest.json"
    manifest.write_bytes(content)
    with pytest.raises(RawError, match=r"damaged.*move .* away") as error:
        deployment.run(home)
    assert str(manifest) in str(error.value)


def test_a_constant_has_no_control_total(home: Path) -> None:
    redeclare(home, "amount: SUM", "amount: {constant: 1}")
    deployment.write(home, "payments_20260701.ctl", '{"sums": {"amount": 1}}')
    (problem,) = deployment.run(home).problems
    assert "'amount' is not a mapped column" in problem.message


def test_a_file_name_that_is_no_unicode_is_named(home: Path) -> None:
    name = os.fsdecode("день_20260705.csv".encode("cp1251"))
    (home / "inbox" / name).write_text(A, encoding="utf-8")
    redeclare(home, "inbox/customers_{date:%Y%m%d}", "inbox/*_{date:%Y%m%d}")
    assert [r"\udce4" in problem.message for problem in deployment.run(home).problems] == [True]
    assert "rename the file" in problems(home)[0].message


def test_signs_of_patterns_in_a_file_name_are_letters(home: Path) -> None:
    deployment.write(home, "customers_20260701.csv", B)
    deployment.write(home, "customers_[2]_20260702.csv", A)
    redeclare(home, "inbox/customers_{date:%Y%m%d}", "inbox/customers_*{date:%Y%m%d}")
    assert deployment.run(home).problems == ()
    assert states(home) == [(date(2026, 7, 1), 2), (date(2026, 7, 2), 1)]


def test_sums_are_exact(home: Path) -> None:
    deployment.run(home)
    payments = next(load for load in list_loads(home) if load.dataset == "payment")
    assert payments.sums == {"amount": Decimal("9.25")}
