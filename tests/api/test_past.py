"""Questions about earlier days: as it was then, and as it was known then."""

from typing import Any

import httpx
import pytest

from api.client import ServiceError, VitrinaClient
from tests.api.deployment import Deployment, segment
from tests.api.test_endpoints import ask, problem

IMPORTANT = segment({"attr": "vip", "op": "is_true"})
MID_MAY, APRIL = "2026-05-15", "2026-04-01"


def fields(card: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for block in card["blocks"] for one in block["fields"]}


def relations(card: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in card["children"]}


@pytest.mark.parametrize(
    ("days", "count", "universe"),
    [
        ({}, 1, 5),
        ({"as_of": MID_MAY}, 1, 5),
        ({"as_of": APRIL}, 0, 5),
        ({"as_of": MID_MAY, "known_on": MID_MAY}, 1, 4),
        ({"as_of": MID_MAY, "known_on": APRIL}, 0, 4),
        ({"known_on": APRIL}, 0, 4),
    ],
)
def test_a_count_is_of_the_days_that_are_asked(
    client: VitrinaClient, days: dict[str, Any], count: int, universe: int
) -> None:
    answer = client.count(IMPORTANT, **days)
    assert (answer["count"], answer["universe"]) == (count, universe)
    asked = {"as_of": "2026-07-01", "known_on": "2026-07-01"} | days
    assert {name: answer[name] for name in asked} == asked


def test_members_why_and_the_statement_are_of_those_days_too(
    http: httpx.Client, deployment: Deployment, client: VitrinaClient
) -> None:
    days = {"as_of": MID_MAY, "known_on": APRIL}
    page = client.members(segment(None), attributes=["vip"], **days)
    assert dict(zip(*page.rows.to_pydict().values(), strict=True)) == {
        "C1": False,
        "C2": False,
        "C3": None,
        "C4/4": False,
    }
    asked = {"params": days}
    listed = ask(http, "POST", "/v1/segments/members", deployment.admin, IMPORTANT, **asked).json()
    assert (listed["as_of"], listed["known_on"], listed["rows"]) == (MID_MAY, APRIL, [])
    why = ask(
        http, "POST", "/v1/segments/why", deployment.admin, IMPORTANT, params={"id": "C1", **days}
    ).json()
    assert (why["member"], why["known_on"], why["tree"]["found"]) == (False, APRIL, False)
    statement = ask(http, "POST", "/v1/segments/sql", deployment.admin, IMPORTANT, **asked).json()
    assert APRIL in statement["parameters"].values()
    tenure = segment({"attr": "tenure_months", "op": "ge", "value": 76})
    path = "/v1/segments/sensitivity"
    moved = ask(http, "POST", path, deployment.admin, tenure, params={"path": "/where", **days}).json()
    # 2020-01-01 was known of C1 then, 2020-02-29 is now.
    assert (moved["known_on"], [p["count"] for p in moved["points"] if p["value"] == 76]) == (APRIL, [1])


def test_a_day_of_knowledge_after_the_release_is_refused(http: httpx.Client, deployment: Deployment) -> None:
    for method, path in (("POST", "/v1/segments/count"), ("GET", "/v1/customers/C1")):
        late = ask(http, method, path, deployment.admin, params={"known_on": "2027-01-01"})
        assert "known on 2027-01-01 is later" in problem(late, 422)["detail"]


def test_a_card_of_an_earlier_day(client: VitrinaClient) -> None:
    card = client.customer("C1", as_of=MID_MAY)
    shown = fields(card)
    assert (card["as_of"], card["known_on"]) == (MID_MAY, "2026-07-01")
    assert (shown["vip"]["value"], shown["tenure_months"]["value"]) == (True, 74)
    # What has no history is not told as of then, and says so.
    assert [(shown[name]["value"], shown[name]["kept"]) for name in ("region", "balance", "vip")] == [
        *((None, False), (None, False), (True, True)),
    ]
    payments = next(fact for fact in card["facts"] if fact["name"] == "payment")
    assert ([row["amount"] for row in payments["rows"]], payments["kept"]) == (["7.25"], True)
    assert all(one["kept"] for one in relations(card).values())


def test_a_card_as_known_on_an_earlier_day(client: VitrinaClient) -> None:
    card = client.customer("C1", as_of=MID_MAY, known_on=APRIL)
    shown = fields(card)
    assert (shown["vip"]["value"], shown["since"]["value"]) == (False, "2020-01-01")
    below = relations(card)
    assert [item["id"] for item in below["contracts"]["items"]] == ["K1"]
    # Of accounts and facts only what is known now is kept.
    hanging = relations(below["contracts"]["items"][0])
    assert not hanging["accounts"]["kept"]
    assert hanging["accounts"]["items"] == []
    assert not any(fact["kept"] or fact["rows"] for fact in card["facts"])
    assert relations(client.customer("C2", known_on=MID_MAY))["contracts"]["items"] == []


def test_a_customer_not_yet_known_is_not_found(client: VitrinaClient) -> None:
    assert client.customer("C5", as_of=MID_MAY)["customer_id"] == "C5"
    with pytest.raises(ServiceError) as refused:
        client.customer("C5", as_of=MID_MAY, known_on=MID_MAY)
    assert refused.value.status == 404


def test_the_scope_of_a_past_card_is_the_present_one(http: httpx.Client, deployment: Deployment) -> None:
    days = {"as_of": MID_MAY, "known_on": APRIL}
    assert ask(http, "GET", "/v1/customers/C2", deployment.north, params=days).status_code == 200
    problem(ask(http, "GET", "/v1/customers/C3", deployment.north, params=days), 404)
