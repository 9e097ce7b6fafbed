"""Saved segments and lists over the API: the whole way, and every refusal as a problem document."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.in_process import InProcessTransport
from store import open_store
from tests.api.deployment import Deployment, make_deployment, segment

NORTH = {"attr": "region", "op": "eq", "value": "North"}
SOUTH = {"attr": "region", "op": "eq", "value": "South"}


@pytest.fixture
def deployment(tmp_path: Path) -> Deployment:
    return make_deployment(tmp_path / "home")


@pytest.fixture
def service(deployment: Deployment) -> Iterator[httpx.Client]:
    transport = InProcessTransport(create_app(deployment.home))
    headers = {"Authorization": f"Bearer {deployment.admin}"}
    with httpx.Client(transport=transport, base_url="http://service", headers=headers) as opened:
        yield opened


def save(service: httpx.Client, where: Any, **parameters: Any) -> httpx.Response:
    return service.post("/v1/segments", json=segment(where), params=parameters)


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    content: dict[str, Any] = response.json()
    return content


def test_a_segment_from_first_save_to_archive(service: httpx.Client) -> None:
    made = save(service, NORTH, name="Север")
    assert (made.status_code, made.json()["id"], made.json()["owner"]) == (201, "sever", "admin")
    same = save(service, NORTH, id="sever")
    assert (same.status_code, same.json()["changed"]) == (200, False)
    assert save(service, {"any": [NORTH, SOUTH]}, id="sever").json()["version"] == 2
    listed = service.get("/v1/segments").json()["segments"]
    assert [(one["id"], one["name"], one["version"]) for one in listed] == [("sever", "Север", 2)]
    history = service.get("/v1/segments/sever").json()
    assert [one["version"] for one in history["versions"]] == [1, 2]
    counted = [
        service.post("/v1/segments/count", json=segment({"segment": "sever"} | version)).json()["count"]
        for version in ({}, {"version": 1})
    ]
    assert counted == [4, 2]
    assert service.post("/v1/segments/sever/archive").json()["archived_at"]
    assert service.get("/v1/segments").json()["segments"] == []
    assert len(service.get("/v1/segments?archived=true").json()["segments"]) == 1
    problem(service.post("/v1/segments/sever/archive"), 409)


def test_a_document_comes_back_number_for_number(service: httpx.Client) -> None:
    where = '{"attr": "balance", "op": "ge", "value": 1234567890123456.01}'
    body = f'{{"version": 1, "name": "exact", "where": {where}}}'
    assert service.post("/v1/segments", content=body).status_code == 201
    answer = service.get("/v1/segments/exact/versions/1")
    assert "1234567890123456.01" in answer.text
    assert answer.json()["document"]["name"] == "exact"


def test_refusals(service: httpx.Client) -> None:
    save(service, NORTH, name="a")
    problem(save(service, SOUTH, name="A"), 409)
    problem(save(service, SOUTH), 422)
    problem(save(service, SOUTH, id="../x", name="x"), 422)
    refused = problem(save(service, {"all": [NORTH, {"segment": "no"}]}, name="x"), 422)
    assert [(one["path"], one["code"]) for one in refused["problems"]] == [
        ("/where/all/1", "unknown_segment")
    ]
    for path in ("segments/no", "segments/no/versions/1", "segments/a/versions/2", "lists/no"):
        problem(service.get(f"/v1/{path}"), 404)
    problem(service.get("/v1/segments/a/versions/x"), 422)


def test_who_may_not_see_an_attribute_may_not_open_the_tree(
    service: httpx.Client, deployment: Deployment
) -> None:
    saved = save(service, {"attr": "full_name", "op": "is_set"}, name="named")
    assert saved.status_code == 201
    theirs = {"Authorization": f"Bearer {deployment.north}"}
    problem(service.get("/v1/segments/named/versions/1", headers=theirs), 403)
    counted = service.post("/v1/segments/count", json=segment({"segment": "named"}), headers=theirs)
    assert (counted.status_code, counted.json()["count"]) == (200, 2)


def test_a_list_is_uploaded_reported_and_used(service: httpx.Client) -> None:
    content = "\ufeffcustomer_id;x\r\nC1;1\r\nC9;2\r\nC1;3\r\nC4/4;4\r\n".encode()
    asked = {"name": "VIP", "key": "customer_id", "delimiter": ";", "file": "vip.csv"}
    made = service.post("/v1/lists", content=content, params=asked)
    assert made.status_code == 201, made.text
    counts = {name: made.json()[name] for name in ("rows", "accepted", "rejected", "duplicates", "unknown")}
    assert counts == {"rows": 4, "accepted": 2, "rejected": 0, "duplicates": 1, "unknown": 1}
    assert made.json()["problem_rows"][0]["line"] == 3
    members = service.post("/v1/segments/members", json=segment({"list": "vip"})).json()["rows"]
    assert [one["id"] for one in members] == ["C1", "C4/4"]
    save(service, {"list": "vip"}, name="guests")
    assert service.get("/v1/lists/vip").json()["used_by"] == [{"id": "guests", "version": 1}]
    assert [one["id"] for one in service.get("/v1/lists").json()["lists"]] == ["vip"]
    problem(service.post("/v1/lists", content=content, params=asked), 409)
    problem(service.post("/v1/lists", content=b"", params=asked | {"name": "b"}), 422)
    problem(service.post("/v1/lists", content=b"C1", params=asked | {"name": "b", "key": "phone"}), 422)
    asked_wrong = asked | {"name": "b", "encoding": "cp1251"}
    assert "utf-8" in problem(service.post("/v1/lists", content=content, params=asked_wrong), 422)["detail"]


def test_a_long_file_is_taken_whole(service: httpx.Client) -> None:
    content = "customer_id,note\n" + "".join(f"C{i},{'x' * 100_000}\n" for i in range(1, 51))
    assert len(content) > 4 * 1024 * 1024
    made = service.post("/v1/lists", content=content.encode(), params={"name": "long", "key": "customer_id"})
    assert made.status_code == 201, made.text
    assert (made.json()["accepted"], made.json()["unknown"]) == (4, 46)


def test_documents_are_read_before_anything_is_kept(service: httpx.Client) -> None:
    problem(service.post("/v1/segments", content=json.dumps([1]), params={"name": "x"}), 422)
    assert service.get("/v1/segments?archived=true").json() == {"segments": []}


def test_the_double_of_a_saved_segment_is_told_and_not_itself(service: httpx.Client) -> None:
    save(service, NORTH, name="a")
    codes = [
        [one["code"] for one in service.post(path, json=segment(NORTH)).json()["remarks"]]
        for path in ("/v1/segments/validate", "/v1/segments/validate?id=a")
    ]
    assert codes == [["same_as_saved"], []]


def test_a_revoked_key_is_refused_at_once(service: httpx.Client, deployment: Deployment) -> None:
    assert service.get("/v1/segments").status_code == 200
    store = open_store(deployment.home)
    with store.unit_of_work("test") as work:
        own = next(one for one in work.api_keys.all() if one.user == "admin")
        work.api_keys.revoke(own.key_id, datetime(2026, 7, 1, tzinfo=UTC))
    store.close()
    problem(service.get("/v1/segments"), 401)
