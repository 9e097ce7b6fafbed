"""Whose an identifier is, over HTTP: within the caller's scope and rights."""

import httpx
import pytest

from api.client import VitrinaClient
from tests.api.deployment import Deployment


def test_a_number_is_who_has_it_on_the_day(client: VitrinaClient) -> None:
    now = client.identify("90 000-00-01")
    assert (now["outcome"], now["customer_id"], now["on"]) == ("found", "C1", "2026-07-01")
    assert [(one["customer_id"], one["current"]) for one in now["holders"]] == [("C1", True), ("C2", False)]
    assert client.identify("+998900000001", on="2025-06-01")["customer_id"] == "C2"
    assert client.identify("+998900000001", on="2026-01-15")["outcome"] == "former"
    shared = client.identify("Office@firm.uz", kind="email")
    assert (shared["outcome"], shared["customer_id"], len(shared["holders"])) == ("ambiguous", None, 2)
    assert client.identify("nobody@firm.uz")["outcome"] == "unknown"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"value": "x", "kind": "fax"}, "no kind of identifier"),
        ({"value": "x", "kind": "msisdn"}, "can't be a msisdn"),
        ({"value": ""}, "value"),
        ({"value": "1", "on": "yesterday"}, "on"),
        ({"value": "1", "as_of": "2026-01-01"}, "as_of"),
    ],
)
def test_a_bad_question_is_refused_in_words(
    http: httpx.Client, deployment: Deployment, body: dict[str, str], words: str
) -> None:
    refused = http.post("/v1/identify", json=body, headers={"Authorization": f"Bearer {deployment.admin}"})
    assert refused.status_code == 422
    assert words in refused.text


def test_rights_are_those_of_the_caller(http: httpx.Client, deployment: Deployment) -> None:
    headers = {"Authorization": f"Bearer {deployment.north}"}
    refused = http.post("/v1/identify", json={"value": "900000001"}, headers=headers)
    assert refused.status_code == 422
    assert "north may not use identifiers" in refused.text
