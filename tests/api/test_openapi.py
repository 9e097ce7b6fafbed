"""The OpenAPI document is complete: whoever reads it needs nothing else."""

from typing import Any

import pytest

from api.app import create_app
from tests.api.deployment import Deployment


@pytest.fixture(scope="module")
def document(deployment: Deployment) -> dict[str, Any]:
    return create_app(deployment.home).openapi()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path}": one
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    }


def test_every_operation_is_described(operations: dict[str, dict[str, Any]]) -> None:
    assert operations
    for name, operation in operations.items():
        assert operation["operationId"].islower(), name
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["tags"], name
    assert len({one["operationId"] for one in operations.values()}) == len(operations)


def test_every_operation_but_health_wants_a_key_and_says_how_it_refuses(
    operations: dict[str, dict[str, Any]],
) -> None:
    for name, operation in operations.items():
        if operation["operationId"] == "get_health":
            continue
        assert operation["security"] == [{"HTTPBearer": []}], name
        for status in ("401", "403", "500", "503"):
            assert "application/problem+json" in operation["responses"][status]["content"], (name, status)


def test_every_answer_has_a_model(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            if int(status) < 400:
                assert response["content"]["application/json"]["schema"].get("$ref"), name


def test_documents_are_described_with_an_example(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        body = operation.get("requestBody", {"content": {}})["content"]
        if "application/json" in body:
            assert body["application/json"]["schema"]["examples"], name


def test_refusals_have_one_media_type(operations: dict[str, dict[str, Any]]) -> None:
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (name, status)
