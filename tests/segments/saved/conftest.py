"""A fresh store over a release of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.segments.saved.world import World, make_home, open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(make_home(tmp_path / "home")) as opened:
        yield opened
