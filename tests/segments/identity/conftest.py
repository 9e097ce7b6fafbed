"""A release with identifiers that were handed over, are shared, or are nobody's."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.segments.saved.world import World, make_home, open_world


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(make_home(Path(tmp_path_factory.mktemp("home")))) as opened:
        yield opened
