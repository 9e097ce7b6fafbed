"""What sources state, raw and the marts must agree, or nothing is published and it is said where."""

from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.defs.release import total_checks
from pipelines.ingest.run import ingest
from pipelines.lib.inputs import BuildInputs, read_inputs
from store import migrate_store, open_store
from warehouse.builds.checks import check_totals
from warehouse.builds.model import Allowance, BuildError
from warehouse.releases.manifest import manifest_from_json, manifest_to_json
from warehouse.releases.model import ControlTotal, Manifest
from warehouse.settings import load_settings

SOURCE = """
source: billing
datasets:
  - dataset: charge
    files: "inbox/charges_{date:%Y%m%d}.csv"
    load: append
    columns: {charge_id: id, account_id: {constant: a}, amount: sum}
    control_totals: {file: "inbox/charges_{date:%Y%m%d}.ctl", tolerance: 1}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    for folder in ("sources", "inbox"):
        (tmp_path / folder).mkdir()
    (tmp_path / "sources" / "billing.yml").write_text(SOURCE, encoding="utf-8")
    migrate_store(tmp_path)
    return tmp_path


def loaded(home: Path, files: dict[str, str]) -> BuildInputs:
    for name, content in files.items():
        (home / "inbox" / name).write_text(content, encoding="utf-8")
    with closing(open_store(home)) as store:
        ingest(load_settings(home), store).raise_for_problems()
    return read_inputs(load_settings(home))


def test_rows_that_did_not_enter_are_left_out_of_what_raw_must_hold(home: Path) -> None:
    inputs = loaded(
        home,
        {
            "charges_20260701.csv": "id,sum\n1,5\n1,5\n2,x\n3,1\n",
            "charges_20260701.ctl": '{"rows": 4, "sums": {"sum": "6.00"}}',
            "charges_20260702.csv": "id,sum\n4,7\n",
            "charges_20260702.ctl": '{"rows": 1, "sums": {"sum": "7.05"}}',
        },
    )
    assert inputs.announced == {"charge.rows": Decimal(5), "charge.amount": Decimal("13.05")}
    assert inputs.allowances == {
        "charge.rows": Allowance(Decimal(2), Decimal(1)),
        "charge.amount": Allowance(Decimal(0), Decimal(1)),
    }
    # A corrected day takes its statement along.
    corrected = loaded(
        home,
        {
            "charges_20260701.csv": "id,sum\n1,5\n3,2\n",
            "charges_20260701.ctl": '{"rows": 2, "sums": {"sum": "7.00"}}',
        },
    )
    assert corrected.announced == {"charge.rows": Decimal(3), "charge.amount": Decimal("14.05")}


def total(
    source: str | None, raw: str, mart: str | None, left_out: str = "0", percent: str = "0"
) -> ControlTotal:
    return ControlTotal(
        "charge.rows",
        None if source is None else Decimal(source),
        Decimal(raw),
        None if mart is None else Decimal(mart),
        Decimal(left_out),
        Decimal(percent),
    )


@pytest.mark.parametrize(
    "agreeing",
    [
        total(None, "5", None),
        total("5", "5", "5"),
        total("7", "5", "5", left_out="2"),
        total("100", "99", "99", percent="1"),
        total("-100", "-101", "-101", percent="1"),
    ],
)
def test_totals_within_the_declared_tolerance_are_published(agreeing: ControlTotal) -> None:
    check_totals([agreeing])
    assert all(result.passed for result in total_checks([agreeing]))


@pytest.mark.parametrize(
    ("odd", "failing", "words"),
    [
        (total("5", "4", "4"), "source_in_raw", "5 stated by the source, 0 of it left out, 4 in raw"),
        (total("100", "98.99", None, percent="1"), "source_in_raw", r"\(tolerance 1%\)"),
        (total("7", "5", "5", left_out="1"), "source_in_raw", "7 stated by the source, 1 of it left out"),
        (total("5", "5", "4"), "raw_in_mart", "5 in raw, 4 in the mart"),
    ],
)
def test_a_breach_blocks_publication_and_is_a_failed_check(
    odd: ControlTotal, failing: str, words: str
) -> None:
    with pytest.raises(BuildError, match=words):
        check_totals([odd])
    failed = [result for result in total_checks([odd]) if not result.passed]
    assert [result.check_name for result in failed] == [failing]
    assert "charge.rows" in failed[0].metadata


def test_the_manifest_keeps_totals_and_reads_those_of_earlier_versions() -> None:
    from datetime import date

    day = date(2026, 7, 1)
    totals = (total("7", "5", "5", left_out="2", percent="0.5"),)
    manifest = Manifest("r", day, day, "UTC", "c", "h", {}, {}, (), totals)
    document = manifest_to_json(manifest)
    assert manifest_from_json(document).control_totals == totals
    nothing = (ControlTotal("account.balance", None, None, None),)
    unmapped = manifest_to_json(Manifest("r", day, day, "UTC", "c", "h", {}, {}, (), nothing))
    assert manifest_from_json(unmapped).control_totals == nothing
    for key in ("left_out", "tolerance_percent"):
        del document["control_totals"][0][key]
    assert manifest_from_json(document).control_totals == (total("7", "5", "5"),)
