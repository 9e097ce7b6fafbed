"""Rows and totals of each source are checks of its own assets; a breach fails that source and nothing is published."""

import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import dagster as dg
import pyarrow.parquet as pq
import pytest

from pipelines.defs.resources import Run, running
from pipelines.defs.sources import ACCEPTED, AVAILABLE, ROWS, TOTALS, source_key
from pipelines.ingest.raw import all_loads
from pipelines.lib.jobs import RUN_JOB, build_definitions
from pipelines.lib.ownership import Workspace, owned
from store import migrate_store, open_store
from warehouse.builds.model import BuildError
from warehouse.errors import InputError
from warehouse.releases.reader import current_release_id
from warehouse.settings import load_settings

SOURCE = """
source: billing
datasets:
  - dataset: charge
    files: "inbox/charges_{date:%Y%m%d}.csv"
    load: append
    columns: {charge_id: id, account_id: {constant: a}, amount: sum}
    control_totals: {file: "inbox/charges_{date:%Y%m%d}.ctl"}
  - dataset: account
    files: "inbox/accounts_{date:%Y%m%d}.csv"
    load: full
    columns: {account_id: id, contract_id: {constant: k}}
"""
CHARGES, ACCOUNTS = source_key("billing", "charge"), source_key("billing", "account")
# What comes after the sources: nothing of it may have begun.
LATER = {"compacted", "numbers", "prepared", "dbt started", "pointer"}


class Deployment:
    """Its job, as `vitrina run` executes it."""

    def __init__(self, home: Path, workspace: Workspace, run: Run) -> None:
        self.home, self._workspace, self._run = home, workspace, run
        self.steps: list[str] = []
        workspace.listener = self.steps.append
        self.checks: dict[tuple[dg.AssetKey, str], dg.AssetCheckEvaluation] = {}

    def send(self, name: str, content: str) -> None:
        (self.home / "inbox" / name).write_text(content, encoding="utf-8")

    def execute(self, *, sources_only: bool = False) -> None:
        job = build_definitions(self.home, running(self._run)).resolve_job_def(RUN_JOB)
        with dg.DagsterInstance.ephemeral() as instance:
            selection = [CHARGES, ACCOUNTS] if sources_only else None
            name = str(uuid.uuid4())
            try:
                job.execute_in_process(instance=instance, asset_selection=selection, run_id=name)
            finally:
                logs = instance.all_logs(name, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
                events = [log.get_dagster_event().asset_check_evaluation_data for log in logs]
                self.checks = {(each.asset_key, each.check_name): each for each in events}

    def failed(self) -> set[tuple[dg.AssetKey, str]]:
        return {name for name, check in self.checks.items() if not check.passed}

    def reason(self, key: dg.AssetKey, check: str) -> str:
        return str(self.checks[key, check].metadata["reason"].value)


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    (tmp_path / "vitrina.yml").write_text("name: Test\ntime_zone: Asia/Tashkent\n", encoding="utf-8")
    for folder in ("sources", "inbox"):
        (tmp_path / folder).mkdir()
    (tmp_path / "sources" / "billing.yml").write_text(SOURCE, encoding="utf-8")
    migrate_store(tmp_path)
    settings = load_settings(tmp_path)
    with closing(open_store(tmp_path)) as store, owned(tmp_path, "run") as workspace:
        made = Deployment(tmp_path, workspace, Run(settings, store, workspace, date(2026, 7, 10)))
        made.send("accounts_20260701.csv", "id\na\n")
        made.send("charges_20260701.csv", "id,sum\n1,5\n1,5\n2,x\n3,1\n")
        made.send("charges_20260701.ctl", '{"rows": 4, "sums": {"sum": "6.00"}}')
        yield made


def test_all_checks_of_sound_sources_pass_with_their_numbers(deployment: Deployment) -> None:
    deployment.execute(sources_only=True)
    names = {(key, name) for key in (CHARGES, ACCOUNTS) for name in (AVAILABLE, ACCEPTED, ROWS, TOTALS)}
    assert set(deployment.checks) == names
    assert deployment.failed() == set()
    numbers = {name: value.value for name, value in deployment.checks[CHARGES, ROWS].metadata.items()}
    assert numbers == {"rows in": 4, "accepted": 2, "rejected": 1, "duplicates": 1}


def test_totals_that_differ_fail_their_source_alone_and_block_publication(deployment: Deployment) -> None:
    deployment.send("charges_20260702.csv", "id,sum\n4,7\n")
    deployment.send("charges_20260702.ctl", '{"rows": 1, "sums": {"sum": "7.05"}}')
    with pytest.raises(InputError, match=r"sum of amount: the source says 7.05, arrived 7.00"):
        deployment.execute()
    assert deployment.failed() == {(CHARGES, TOTALS)}
    assert "charges_20260702.csv" in deployment.reason(CHARGES, TOTALS)
    assert not LATER & set(deployment.steps)
    assert current_release_id(deployment.home) is None


def test_a_file_that_is_not_what_was_declared_fails_another_check(deployment: Deployment) -> None:
    deployment.send("accounts_20260702.csv", "number\na\n")
    with pytest.raises(InputError, match="accounts_20260702"):
        deployment.execute()
    assert deployment.failed() == {(ACCOUNTS, ACCEPTED)}


@pytest.mark.parametrize("damage", ["a row less", "cut", "gone"])
def test_raw_that_lost_rows_blocks_publication_and_is_named(deployment: Deployment, damage: str) -> None:
    deployment.execute(sources_only=True)
    charges = next(load for load in all_loads(deployment.home) if load.dataset == "charge")
    (part,) = charges.files
    if damage == "a row less":
        pq.write_table(pq.read_table(part).slice(1), part)
    elif damage == "cut":
        part.write_bytes(part.read_bytes()[:-9])
    else:
        part.unlink()
    with pytest.raises(BuildError, match="2 rows by its manifest"):
        deployment.execute()
    assert deployment.failed() == {(CHARGES, ROWS)}
    assert not LATER & set(deployment.steps)


def test_raw_whose_sums_are_not_those_stated_blocks_publication(deployment: Deployment) -> None:
    deployment.execute(sources_only=True)
    charges = next(load for load in all_loads(deployment.home) if load.dataset == "charge")
    manifest = charges.path / "manifest.json"
    text = manifest.read_text(encoding="utf-8")
    changed = text.replace('"amount": "6.00"', '"amount": "5.00"')
    assert changed != text
    manifest.write_text(changed, encoding="utf-8")
    with pytest.raises(BuildError, match=r"the source says 6.00, raw holds 5.00"):
        deployment.execute()
    assert deployment.failed() == {(CHARGES, TOTALS)}
