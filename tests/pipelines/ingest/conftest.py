"""Fixtures of the ingestion tests."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import ingest_deployment as deployment


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return deployment.make(tmp_path / "home")
