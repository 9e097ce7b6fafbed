"""What lies there unchanged is not read again; what changed is, however little shows it."""

import os
from pathlib import Path

import pytest

from pipelines.ingest import load
from pipelines.ingest.run import IngestReport, ingest
from store import open_store
from tests.pipelines.ingest.ingest_deployment import CUSTOMERS, PAYMENTS, make, run, write
from tests.pipelines.ingest.raw_contents import said
from warehouse.settings import load_settings

HOUR_NS = 3_600_000_000_000


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were read from now on."""
    names: list[str] = []
    look_at = load.look_at
    monkeypatch.setattr(
        load, "look_at", lambda path, *args: (names.append(path.name), look_at(path, *args))[1]
    )
    return names


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A deployment whose files count as lying still for long."""
    monkeypatch.setattr("pipelines.ingest.seen.STILL_NS", -HOUR_NS)
    made = make(tmp_path / "home")
    assert len(run(made).new) == 2
    return made


def rehash(home: Path) -> IngestReport:
    store = open_store(home)
    try:
        return ingest(load_settings(home), store, rehash=True)
    finally:
        store.close()


def test_only_the_new_file_is_read(home: Path, read: list[str]) -> None:
    before = said(home)
    write(home, "payments_20260702.csv", PAYMENTS.replace("p", "q"))
    write(home, "payments_20260702.ctl", '{"rows": 3}')
    report = run(home)
    assert read == ["payments_20260702.csv"]
    assert [each.file.name for each in report.outcomes if each.same_as] == [
        "customers_20260701.csv",
        "payments_20260701.csv",
    ]
    assert said(home)[: len(before)] == before


def test_files_that_came_just_now_are_read_once_more(
    home: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.ingest.seen.STILL_NS", HOUR_NS)
    write(home, "customers_20260702.csv", CUSTOMERS + "4;B2C;\n")
    assert len(run(home).new) == 1
    read.clear()
    assert run(home).new == ()
    assert "customers_20260702.csv" in read


def test_a_file_that_was_written_to_or_replaced_is_read(home: Path, read: list[str]) -> None:
    write(home, "customers_20260701.csv", CUSTOMERS + "4;B2C;\n")
    other = home / "inbox" / "other"
    other.write_text(PAYMENTS, encoding="utf-8")
    other.replace(home / "inbox" / "payments_20260701.csv")
    report = run(home)
    assert sorted(read) == ["customers_20260701.csv", "payments_20260701.csv"]
    assert [each.dataset for each in report.new] == ["customer"]


def test_other_content_behind_the_same_size_and_time_is_found(home: Path, read: list[str]) -> None:
    path = home / "inbox" / "customers_20260701.csv"
    times = path.stat()
    write(home, path.name, CUSTOMERS.replace("10", "99"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (times.st_size, times.st_mtime_ns)
    assert [each.dataset for each in run(home).new] == ["customer"]
    assert read == [path.name]


def test_everything_is_read_on_request(home: Path, read: list[str]) -> None:
    assert rehash(home).new == ()
    assert len(read) == 2
    assert run(home).new == ()
    assert len(read) == 2


def test_a_declaration_that_changed_reads_its_files_again(home: Path, read: list[str]) -> None:
    path = home / "sources" / "billing.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("      head_count: STAFF\n", ""), encoding="utf-8")
    assert [each.dataset for each in run(home).new] == ["customer"]
    assert read == ["customers_20260701.csv"]


def test_the_memory_may_be_lost_or_damaged(home: Path, read: list[str]) -> None:
    memory = home / "raw" / ".seen.json"
    for damage in (
        memory.unlink,
        lambda: memory.write_text('{"inbox/x": 1}'),
        lambda: memory.write_bytes(b"\xff"),
    ):
        read.clear()
        damage()
        assert run(home).new == ()
        assert len(read) == 2
        read.clear()
        assert run(home).new == ()
        assert read == []


def test_files_of_other_sources_stay_known(home: Path, read: list[str]) -> None:
    text = (home / "sources" / "billing.yml").read_text(encoding="utf-8")
    (home / "sources" / "other.yml").write_text(
        text.replace("source: billing", "source: other").replace("inbox/", "inbox/other_"), encoding="utf-8"
    )
    write(home, "other_customers_20260701.csv", CUSTOMERS)
    run(home, ["other"])
    read.clear()
    run(home, ["billing"])
    assert read == []
