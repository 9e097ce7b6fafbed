"""The public telco sample enters raw by declarations alone."""

import os
import shutil
from decimal import Decimal
from pathlib import Path

import ingest_deployment as deployment
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipelines.ingest.raw import extension_attributes, list_loads
from store import migrate_store

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("VITRINA_DATA", ROOT.parent / "shared" / "data")) / "telco_ibm"


@pytest.mark.skipif(not DATA.is_dir(), reason=f"the telco sample is not in {DATA} (set VITRINA_DATA)")
def test_all_rows_enter_and_the_totals_agree(tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(ROOT / "examples" / "telco_churn", home)
    with (home / "vitrina.yml").open("a", encoding="utf-8") as settings:
        settings.write(f"data: {DATA}\n")
    migrate_store(home)
    assert deployment.run(home).problems == ()
    customers, profile = list_loads(home)
    assert (customers.accepted, profile.accepted, profile.rejected) == (7043, 7043, 0)
    assert profile.sums is not None
    assert profile.sums["total_charges"] == Decimal("16056168.70")
    assert pq.read_table(profile.files[0])["total_charges"].null_count == 11
    gone = pc.sum(pc.equal(pq.read_table(customers.files[0])["declared_status"], "gone"))
    assert gone.as_py() == 1869
    assert len(extension_attributes(list_loads(home))["customer"]) == 18
