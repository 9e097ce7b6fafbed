"""Pages over a real service in this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from tests.api.deployment import Deployment, make_deployment


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    return make_deployment(tmp_path_factory.mktemp("deployment"))


@pytest.fixture
def service(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """The pages' client answers from this deployment with the administrator's key."""
    yield from serving(deployment, deployment.admin, monkeypatch)


@pytest.fixture
def unreleased(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """A deployment before its first release."""
    made = make_deployment(tmp_path / "home", released=False)
    yield from serving(made, made.admin, monkeypatch)


@pytest.fixture
def strange_key(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    """A key nobody holds."""
    yield from serving(deployment, "made-up", monkeypatch)


def serving(deployment: Deployment, key: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    monkeypatch.delenv("VITRINA_API_URL", raising=False)
    monkeypatch.setenv("VITRINA_API_KEY", key)
    monkeypatch.setenv("VITRINA_IN_PROCESS_HOME", str(deployment.home))
    _forget()
    yield deployment
    from apps.state import get_client

    get_client().close()
    _forget()


def _forget() -> None:
    st.cache_resource.clear()
    st.cache_data.clear()
