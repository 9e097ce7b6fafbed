"""A file may be sent packed or not: it is the same file, and what is in it is unpacked once."""

import gzip
import zipfile
from pathlib import Path

import ingest_deployment as deployment
import pyarrow.parquet as pq
import pytest

from pipelines.ingest.patterns import find_files
from pipelines.ingest.raw import RawLoad, list_loads
from pipelines.ingest.run import IngestReport
from warehouse.files.readers import look_at
from warehouse.settings import load_settings

PAYMENTS = "payments_20260701.csv"
OTHER = "ID;ACC;SUM\np1;a;10.50\np2;a;-1.25\np4;b;0\n"


def pack(home: Path, name: str, content: str, level: int = 1) -> Path:
    path = home / "inbox" / (name + ".gz")
    path.write_bytes(gzip.compress(content.encode(), level, mtime=0))
    return path


def payments(home: Path) -> list[RawLoad]:
    return [load for load in list_loads(home) if load.dataset == "payment"]


def ids(load: RawLoad) -> list[str]:
    return sorted(pq.read_table(load.files[0]).column("payment_id").to_pylist())


def unchanged(report: IngestReport) -> list[str]:
    assert (report.problems, report.new) == ((), ())
    return [outcome.file.name for outcome in report.outcomes]


def test_a_packed_file_is_the_load_that_the_plain_one_is(home: Path, tmp_path: Path) -> None:
    deployment.run(home)
    packed = deployment.make(tmp_path / "packed")
    (packed / "inbox" / PAYMENTS).unlink()
    pack(packed, PAYMENTS, deployment.PAYMENTS)
    assert deployment.run(packed).problems == ()
    (one,), (other,) = payments(home), payments(packed)
    assert (one.load_id, one.slot, one.controls) == (other.load_id, other.slot, other.controls)
    assert (one.file_name, other.file_name) == (PAYMENTS, f"{PAYMENTS}.gz")
    assert ids(one) == ids(other) == ["p1", "p2"]


def test_packing_what_was_loaded_changes_nothing(home: Path) -> None:
    deployment.run(home)
    path = home / "inbox" / PAYMENTS
    pack(home, PAYMENTS, deployment.PAYMENTS)
    assert f"{PAYMENTS}.gz" in unchanged(deployment.run(home))
    path.unlink()
    assert f"{PAYMENTS}.gz" in unchanged(deployment.run(home))
    with zipfile.ZipFile(home / "inbox" / f"{PAYMENTS}.zip", "w") as archive:
        archive.writestr(PAYMENTS, deployment.PAYMENTS)
    assert {f"{PAYMENTS}.gz", f"{PAYMENTS}.zip"} <= set(unchanged(deployment.run(home)))


def test_a_file_sent_again_packed_replaces_the_plain_one_and_the_other_way_round(home: Path) -> None:
    deployment.run(home)
    (home / "inbox" / PAYMENTS).unlink()
    pack(home, PAYMENTS, OTHER)
    (packed,) = deployment.run(home).new
    assert {load.slot for load in payments(home)} == {packed.slot}
    assert (packed.sequence, ids(packed)) == (1, ["p1", "p2", "p4"])
    (home / "inbox" / f"{PAYMENTS}.gz").unlink()
    deployment.write(home, PAYMENTS, OTHER.replace("p4;b;0", "p5;b;0"))
    (plain,) = deployment.run(home).new
    assert (plain.slot, plain.sequence, ids(plain)) == (packed.slot, 2, ["p1", "p2", "p5"])


def test_of_a_plain_and_a_packed_file_side_by_side_the_packed_one_counts(home: Path) -> None:
    pack(home, PAYMENTS, OTHER)
    loads = [load for load in deployment.run(home).new if load.dataset == "payment"]
    assert [(load.file_name, load.sequence) for load in loads] == [(PAYMENTS, 0), (f"{PAYMENTS}.gz", 1)]
    assert len({load.slot for load in loads}) == 1
    unchanged(deployment.run(home))


def test_what_has_been_unpacked_is_known_by_its_archive(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("customers_20260701.csv", PAYMENTS):
        plain = home / "inbox" / name
        pack(home, name, plain.read_text(encoding="utf-8"))
        plain.unlink()
    assert len(deployment.run(home).new) == 2
    looked = []

    def look(path: Path, *more: object) -> object:
        looked.append(path.name)
        return look_at(path, *more)  # type: ignore[arg-type]

    monkeypatch.setattr("pipelines.ingest.load.look_at", look)
    assert len(unchanged(deployment.run(home))) == 2
    assert looked == []
    # Packed otherwise: only its content says that it is the same.
    pack(home, PAYMENTS, deployment.PAYMENTS, level=9)
    unchanged(deployment.run(home))
    assert looked == [f"{PAYMENTS}.gz"]
    # A corrected declaration reads it anew.
    source = home / "sources" / "billing.yml"
    source.write_text(
        source.read_text(encoding="utf-8").replace("B2C: person, ", "B2C: person, B2X: person, "),
        encoding="utf-8",
    )
    (load,) = deployment.run(home).new
    assert (load.dataset, looked[1:]) == ("customer", ["customers_20260701.csv.gz", f"{PAYMENTS}.gz"])


def test_an_archive_that_changes_while_it_is_read_is_not_loaded(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "inbox" / PAYMENTS).unlink()
    pack(home, PAYMENTS, deployment.PAYMENTS)

    def change(path: Path, *more: object) -> object:
        if path.suffix == ".gz":
            pack(home, PAYMENTS, OTHER)
        return look_at(path, *more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.ingest.load.look_at", change)
        (problem,) = deployment.run(home).problems
    assert "changed while it was read" in problem.message
    assert payments(home) == []
    (load,) = deployment.run(home).new
    assert ids(load) == ["p1", "p2", "p4"]


def test_a_damaged_archive_leaves_nothing_behind(home: Path) -> None:
    (home / "inbox" / PAYMENTS).unlink()
    path = pack(home, PAYMENTS, deployment.PAYMENTS)
    path.write_bytes(path.read_bytes()[:-4] + bytes(4))
    (problem,) = deployment.run(home).problems
    assert "damaged or cut" in problem.message
    assert list((home / "raw" / ".tmp").iterdir()) == []


def test_names_that_say_their_packing_mean_themselves(home: Path) -> None:
    for name in ("a.csv", "a.csv.gz", "a.csv.zip", "a.csv.gz.zip", "a.csv.part", "a.csv.GZ", "b.csv.gz"):
        deployment.write(home, f"x_{name}", "")

    def found(pattern: str) -> list[tuple[str, str]]:
        files = find_files(load_settings(home), f"inbox/{pattern}")
        return [(file.path.name.removeprefix("x_"), file.name.removeprefix("x_")) for file in files]

    assert found("x_a.csv") == [(f"a.csv{packing}", "a.csv") for packing in ("", ".gz", ".zip")]
    assert found("x_*.csv") == [*found("x_a.csv"), ("b.csv.gz", "b.csv")]
    assert found("x_*.csv.gz") == [(name, name) for name in ("a.csv.gz", "b.csv.gz")]
    assert [name for name, _ in found("x_a.csv*")] == [
        "a.csv", "a.csv.GZ", "a.csv.gz", "a.csv.gz.zip", "a.csv.part", "a.csv.zip",
    ]  # fmt: skip
