"""The service follows the pointer; running requests keep the release they opened."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from api.app import create_app
from api.client import ServiceError, VitrinaClient
from api.releases import Releases
from tests.api.deployment import Deployment, make_deployment, publish, segment

NORTH = segment({"attr": "region", "op": "eq", "value": "North"})


@pytest.fixture
def own(tmp_path: Path) -> Deployment:
    return make_deployment(tmp_path / "home")


@pytest.fixture
def client(own: Deployment) -> Iterator[VitrinaClient]:
    made = VitrinaClient(key=own.admin, app=create_app(own.home))
    yield made
    made.close()


def test_a_new_release_is_answered_from_at_once(own: Deployment, client: VitrinaClient) -> None:
    before = client.count(NORTH)
    publish(own.home, region_of_first="South")
    after = client.count(NORTH)
    assert (before["count"], after["count"]) == (2, 1)
    assert before["release"] != after["release"]


def test_pages_keep_to_the_release_they_began_with(own: Deployment, client: VitrinaClient) -> None:
    first = client.members(NORTH, limit=1)
    publish(own.home, region_of_first="South")
    second = client.members(NORTH, limit=1, after=first.next)
    assert first.rows.column("id").to_pylist() + second.rows.column("id").to_pylist() == ["C1", "C2"]


def test_pages_of_a_release_that_is_gone_end_in_words(own: Deployment, client: VitrinaClient) -> None:
    first = client.members(NORTH, limit=1)
    old = str(client.health()["release"])
    publish(own.home, region_of_first="South")
    client.health()
    for file in (own.home / "releases" / old).iterdir():
        file.unlink()
    with pytest.raises(ServiceError, match="first page") as refused:
        client.members(NORTH, limit=1, after=first.next)
    assert refused.value.status == 410


class Recorder:
    """An engine that knows whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


def test_a_running_request_keeps_its_release_and_the_last_one_closes_it(tmp_path: Path) -> None:
    current = ["r1"]

    def open_one(_home: Path, _release: str) -> Any:
        return SimpleNamespace(engine=Recorder())

    releases = Releases(tmp_path, lambda _: current[0], open_one)
    with releases.lease() as first, releases.lease() as again:
        assert first is again
        current[0] = "r2"
        with releases.lease() as newer:
            assert newer is not first
        assert not first.engine.closed
    assert first.engine.closed
    assert not newer.engine.closed
    releases.close()
    assert newer.engine.closed
