"""One small deployment per test run, and clients of its service in this process."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.client import VitrinaClient
from api.in_process import InProcessTransport
from tests.api.deployment import Deployment, make_deployment


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    return make_deployment(tmp_path_factory.mktemp("deployment"))


@pytest.fixture(scope="session")
def http(deployment: Deployment) -> Iterator[httpx.Client]:
    with httpx.Client(
        transport=InProcessTransport(create_app(deployment.home)), base_url="http://service"
    ) as client:
        yield client


@pytest.fixture(scope="session")
def client(deployment: Deployment) -> Iterator[VitrinaClient]:
    made = VitrinaClient(key=deployment.admin, app=create_app(deployment.home))
    yield made
    made.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[tuple[httpx.Client, Deployment]]:
    """A deployment without a release."""
    made = make_deployment(tmp_path / "home", released=False)
    with httpx.Client(
        transport=InProcessTransport(create_app(made.home)), base_url="http://service"
    ) as opened:
        yield opened, made
