"""The lock file must install on any machine with the public registries, and exactly what was tested."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.txt").read_text(encoding="utf-8")


def test_lock_carries_no_registry_address() -> None:
    assert not re.search(
        r"^--(extra-)?index-url|^--find-links|^--trusted-host|https?://|file:/", LOCK, re.MULTILINE
    )


def test_every_pin_has_hashes() -> None:
    pins = re.findall(r"^([A-Za-z0-9_.\[\],-]+)==(\S+)( \\)?$", LOCK, re.MULTILINE)
    assert len(pins) > 100
    assert [name for name, _, continued in pins if not continued] == []


def test_dbt_stays_below_the_version_that_downloads_at_install_time() -> None:
    version = re.search(r"^dbt-core==(\d+)\.(\d+)", LOCK, re.MULTILINE)
    assert version is not None
    assert (int(version[1]), int(version[2])) < (1, 12)
