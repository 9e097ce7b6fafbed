"""For each endpoint: no key, an unknown key, no permission, a bad body; then the happy path."""

import base64
import json
import re
from typing import Any

import httpx
import pytest

from api.app import create_app
from api.client import dumps
from tests.api.deployment import Deployment, segment

LONG_WITH_US = segment({"attr": "tenure_months", "op": "ge", "value": 24})
DOCUMENT_ENDPOINTS = (
    "/v1/segments/validate",
    "/v1/segments/count",
    "/v1/segments/members",
    "/v1/segments/sql",
    "/v1/segments/describe",
    "/v1/segments/why?id=C1",
    "/v1/segments/sensitivity?path=/where",
)
READING_ENDPOINTS = ("/v1/catalog", "/v1/segments/examples", "/v1/customers/C1")
SAVED_ENDPOINTS = [
    ("GET", "/v1/segments"),
    ("POST", "/v1/segments"),
    ("GET", "/v1/segments/long"),
    ("GET", "/v1/segments/long/versions/1"),
    ("POST", "/v1/segments/long/archive"),
    ("GET", "/v1/lists"),
    ("POST", "/v1/lists?name=VIP&key=customer_id"),
    ("GET", "/v1/lists/vip"),
]
ENDPOINTS = [
    *(("POST", path) for path in DOCUMENT_ENDPOINTS),
    *(("GET", path) for path in READING_ENDPOINTS),
    ("POST", "/v1/identify"),
    *SAVED_ENDPOINTS,
]
IDS = {"customer_id": "C1", "segment_id": "long", "version": 1, "list_id": "vip"}


def ask(
    http: httpx.Client,
    method: str,
    path: str,
    key: str | None,
    body: Any = LONG_WITH_US,
    *,
    accept: str = "*/*",
    **options: Any,
) -> httpx.Response:
    headers = {"Accept": accept} | ({"Authorization": f"Bearer {key}"} if key else {})
    content = body if isinstance(body, bytes) else dumps(body).encode()
    return http.request(
        method, path, headers=headers, content=content if method == "POST" else None, **options
    )


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    content: dict[str, Any] = response.json()
    assert content["status"] == status
    assert content["request_id"] == response.headers["x-request-id"]
    return content


def operations(deployment: Deployment) -> list[tuple[str, str]]:
    """Every operation that wants a key, whoever added it, with something in place of its parameters."""
    paths = create_app(deployment.home).openapi()["paths"]
    filled = {path: re.sub(r"{\w+}", "x1", path) for path in paths if path != "/v1/health"}
    return [(method.upper(), filled[path]) for path in filled for method in paths[path]]


def test_without_a_key_nothing_is_told(http: httpx.Client, deployment: Deployment) -> None:
    for method, path in operations(deployment):
        refused = ask(http, method, path, None)
        problem(refused, 401)
        assert refused.headers["www-authenticate"] == "Bearer"


def test_an_unknown_key_is_refused(http: httpx.Client, deployment: Deployment) -> None:
    for method, path in operations(deployment):
        problem(ask(http, method, path, "made-up"), 401)


@pytest.mark.parametrize(("method", "path"), [pair for pair in ENDPOINTS if pair[1] != "/v1/catalog"])
def test_without_the_permission_it_is_forbidden(
    http: httpx.Client, deployment: Deployment, method: str, path: str
) -> None:
    problem(ask(http, method, path, deployment.nobody), 403)


@pytest.mark.parametrize("path", DOCUMENT_ENDPOINTS)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"version": 1, "version": 1}', b"\xff\xfe"])
def test_what_is_no_json_document_is_refused(
    http: httpx.Client, deployment: Deployment, path: str, body: bytes
) -> None:
    assert problem(ask(http, "POST", path, deployment.admin, body), 422)["problems"]


@pytest.mark.parametrize("path", [path for path in DOCUMENT_ENDPOINTS if not path.endswith("validate")])
def test_a_wrong_document_is_refused_with_the_path_of_the_node(
    http: httpx.Client, deployment: Deployment, path: str
) -> None:
    wrong = segment(
        {"all": [{"attr": "vip", "op": "is_true"}, {"attr": "shoe_size", "op": "eq", "value": 1}]}
    )
    problems = problem(ask(http, "POST", path, deployment.admin, wrong), 422)["problems"]
    assert [(one["path"], one["code"]) for one in problems] == [("/where/all/1", "unknown_attribute")]


def test_validation_tells_problems_without_failing(http: httpx.Client, deployment: Deployment) -> None:
    wrong = segment({"all": [{"attr": "shoe_size", "op": "eq", "value": 1}]})
    answer = ask(http, "POST", "/v1/segments/validate", deployment.admin, wrong).json()
    assert not answer["valid"]
    assert answer["problems"][0]["path"] == "/where/all/0"
    assert answer["remarks"] == []
    assert ask(http, "POST", "/v1/segments/validate", deployment.admin).json() == {
        "valid": True,
        "problems": [],
        "remarks": [],
    }


def test_validation_remarks_on_what_is_allowed_and_odd(http: httpx.Client, deployment: Deployment) -> None:
    never = segment(
        {"all": [{"attr": "balance", "op": "gt", "value": 5}, {"attr": "balance", "op": "lt", "value": 1}]}
    )
    answer = ask(http, "POST", "/v1/segments/validate", deployment.admin, never).json()
    assert answer["valid"]
    assert [one["code"] for one in answer["remarks"]] == ["contradiction"]


def test_half_a_character_is_told_back_not_failed_on(http: httpx.Client, deployment: Deployment) -> None:
    body = b'{"version": 1, "where": null, "\\ud800": 1}'
    for path in DOCUMENT_ENDPOINTS:
        answer = ask(http, "POST", path, deployment.admin, body)
        assert answer.status_code < 500, path
        assert "ud800" in answer.json()["problems"][0]["message"]


def test_a_refused_method_is_told_which_are_allowed(http: httpx.Client, deployment: Deployment) -> None:
    refused = ask(http, "PUT", "/v1/segments/count", deployment.admin)
    problem(refused, 405)
    assert refused.headers["allow"] == "POST"


def test_the_description_fetches_nothing_from_outside(http: httpx.Client) -> None:
    page = http.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "://" not in page.text
    assert http.get("/").headers["location"] == "/docs"
    assert http.get("/openapi.json", follow_redirects=True).json()["openapi"]


def test_health_is_open(http: httpx.Client) -> None:
    answer = http.get("/v1/health").json()
    assert answer["status"] == "ok"
    assert answer["as_of"] == "2026-07-01"


def test_the_catalogue_says_everything_that_can_be_asked(http: httpx.Client, deployment: Deployment) -> None:
    answer = ask(http, "GET", "/v1/catalog", deployment.admin).json()
    customer = next(entity for entity in answer["entities"] if entity["name"] == "customer")
    attributes = {one["name"]: one for one in customer["attributes"]}
    assert attributes["kind"]["values"][0]["labels"] == {"en": "Person", "ru": "Физическое лицо"}
    assert "contains" in attributes["full_name"]["operators"]
    assert "contains" not in attributes["region"]["operators"]  # no folded copy, no search
    assert {fact["name"] for fact in answer["facts"]} == {"payment", "usage"}
    assert {one["name"] for one in answer["relations"]} == {
        *("contracts", "accounts", "subscriptions", "identifiers", "identifier_conflicts")
    }


def test_the_catalogue_marks_what_the_caller_may_not_use(http: httpx.Client, deployment: Deployment) -> None:
    answer = ask(http, "GET", "/v1/catalog", deployment.north).json()
    attributes = {one["name"]: one["usable"] for one in answer["entities"][0]["attributes"]}
    assert not attributes["full_name"]
    assert attributes["balance"]


def test_a_count_is_exact(http: httpx.Client, deployment: Deployment) -> None:
    answer = ask(http, "POST", "/v1/segments/count", deployment.admin).json()
    assert (answer["count"], answer["universe"]) == (2, 5)
    assert answer["as_of"] == "2026-07-01"


def test_a_count_for_contacts_says_that_there_are_no_stop_lists(
    http: httpx.Client, deployment: Deployment
) -> None:
    contact = {"purpose": "contact"}
    told = ask(http, "POST", "/v1/segments/count", deployment.admin, params=contact).json()
    assert [remark["code"] for remark in told["remarks"]] == ["no_stop_lists"]
    words = ask(http, "POST", "/v1/segments/describe", deployment.admin, params=contact).json()["text"]
    assert words.endswith("nobody is left out.")


def test_a_count_keeps_to_the_callers_scope(http: httpx.Client, deployment: Deployment) -> None:
    answer = ask(http, "POST", "/v1/segments/count", deployment.north).json()
    assert (answer["count"], answer["universe"]) == (1, 2)


def test_numbers_of_a_document_are_never_floats(http: httpx.Client, deployment: Deployment) -> None:
    body = b'{"version": 1, "where": {"attr": "balance", "op": "eq", "value": 0.1}}'
    assert ask(http, "POST", "/v1/segments/count", deployment.admin, body).json()["count"] == 1


def test_a_date_after_the_release_is_refused(http: httpx.Client, deployment: Deployment) -> None:
    late = ask(http, "POST", "/v1/segments/count", deployment.admin, params={"as_of": "2027-01-01"})
    assert "later" in problem(late, 422)["detail"]


def test_a_parameter_that_is_no_date_is_refused(http: httpx.Client, deployment: Deployment) -> None:
    wrong = ask(http, "POST", "/v1/segments/count", deployment.admin, params={"as_of": "soon"})
    assert problem(wrong, 422)["problems"][0]["path"] == "/query/as_of"


def test_members_come_in_pages(http: httpx.Client, deployment: Deployment) -> None:
    everyone, seen, after = segment(None), [], None
    while True:
        parameters = {"limit": 2, "attributes": ["balance", "since"]} | ({"after": after} if after else {})
        page = ask(http, "POST", "/v1/segments/members", deployment.admin, everyone, params=parameters).json()
        seen += page["rows"]
        after = page["next"]
        if after is None:
            break
    assert [row["id"] for row in seen] == ["C1", "C2", "C3", "C4/4", "C5"]
    assert seen[0] == {"id": "C1", "balance": "10.50", "since": "2020-02-29"}


def test_members_for_contacts_say_that_there_are_no_stop_lists(
    http: httpx.Client, deployment: Deployment
) -> None:
    url, parameters = "/v1/segments/members", {"purpose": "contact", "limit": 2}
    page = ask(http, "POST", url, deployment.admin, segment(None), params=parameters).json()
    assert [remark["code"] for remark in page["remarks"]] == ["no_stop_lists"]
    other = {"limit": 2, "after": page["next"]}
    problem(ask(http, "POST", url, deployment.admin, segment(None), params=other), 422)
    arrow = "application/vnd.apache.arrow.stream"
    stream = ask(http, "POST", url, deployment.admin, segment(None), params=parameters, accept=arrow)
    assert stream.headers["X-Remarks"] == "no_stop_lists"


def first_page(http: httpx.Client, deployment: Deployment, document: Any) -> list[Any]:
    """What the cursor of a question's first page holds: release, question, key."""
    page = ask(http, "POST", "/v1/segments/members?limit=1", deployment.admin, document).json()
    text = page["next"]
    return list(json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))))


@pytest.mark.parametrize("key", ["C1", "\x00", "\ud800", 10**30, -5, 2**32, True, 1.5, None, [1]])
@pytest.mark.parametrize("entity", ["customer", "account"])
def test_a_forged_key_is_refused_or_a_place(
    http: httpx.Client, deployment: Deployment, entity: str, key: Any
) -> None:
    document = segment(None, entity=entity)
    forged = json.dumps([*first_page(http, deployment, document)[:2], key]).encode()
    after = base64.urlsafe_b64encode(forged).decode()
    answer = ask(http, "POST", "/v1/segments/members", deployment.admin, document, params={"after": after})
    fits = entity == "account" and isinstance(key, str) and key != "\ud800"
    assert answer.status_code == (200 if fits else 422)


def test_a_cursor_of_another_question_is_refused(http: httpx.Client, deployment: Deployment) -> None:
    page = ask(http, "POST", "/v1/segments/members?limit=1", deployment.admin, segment(None)).json()
    for asked in (
        {"body": LONG_WITH_US, "params": {"after": page["next"]}},
        {"body": segment(None), "params": {"after": page["next"], "as_of": "2026-06-01"}},
    ):
        problem(ask(http, "POST", "/v1/segments/members", deployment.admin, **asked), 422)
    theirs = ask(
        http, "POST", "/v1/segments/members", deployment.north, segment(None), params={"after": page["next"]}
    )
    problem(theirs, 422)


def test_a_deeply_nested_cursor_is_refused(http: httpx.Client, deployment: Deployment) -> None:
    after = base64.urlsafe_b64encode(b"[" * 3000).decode()
    problem(ask(http, "POST", "/v1/segments/members", deployment.admin, params={"after": after}), 422)


@pytest.mark.parametrize("after", ["x", "bnVsbA", "WyIuLi8uLiIsIDFd", "WyJhIiwgdHJ1ZV0"])
def test_a_made_up_cursor_is_refused(http: httpx.Client, deployment: Deployment, after: str) -> None:
    wrong = ask(http, "POST", "/v1/segments/members", deployment.admin, params={"after": after})
    assert problem(wrong, 422)["problems"][0]["path"] == "/query/after"


@pytest.mark.parametrize("parameters", [{"limit": 0}, {"limit": 10_001}, {"attributes": "shoe_size"}])
def test_wrong_page_requests_are_refused(
    http: httpx.Client, deployment: Deployment, parameters: dict[str, Any]
) -> None:
    problem(ask(http, "POST", "/v1/segments/members", deployment.admin, params=parameters), 422)


def test_the_profile_of_a_past_date_is_not_shown(http: httpx.Client, deployment: Deployment) -> None:
    asked = {"as_of": "2026-06-01", "attributes": "region"}
    refused = problem(
        ask(http, "POST", "/v1/segments/members", deployment.admin, segment(None), params=asked), 422
    )
    assert [(p["code"], p["message"].split(":")[0]) for p in refused["problems"]] == [
        ("no_history", "region")
    ]


def test_values_the_caller_may_not_see_are_not_told(http: httpx.Client, deployment: Deployment) -> None:
    parameters = {"attributes": "full_name"}
    problem(ask(http, "POST", "/v1/segments/members", deployment.north, params=parameters), 422)


def test_the_statement_has_values_as_parameters(http: httpx.Client, deployment: Deployment) -> None:
    named = segment({"attr": "region", "op": "eq", "value": "North'; DROP TABLE x --"})
    answer = ask(http, "POST", "/v1/segments/sql", deployment.admin, named).json()
    assert "DROP" not in answer["sql"]
    assert "North'; DROP TABLE x --" in json.dumps(answer["parameters"])


def test_the_card_follows_the_catalogue(http: httpx.Client, deployment: Deployment) -> None:
    card = ask(http, "GET", "/v1/customers/C1", deployment.admin).json()
    values = {one["name"]: one["value"] for block in card["blocks"] for one in block["fields"]}
    assert values["tenure_months"] == 76
    assert values["balance"] == "10.50"
    contract = card["children"][0]["items"][0]
    account = contract["children"][0]["items"][0]
    subscriptions = [item["id"] for item in account["children"][0]["items"]]
    assert (contract["id"], account["id"], subscriptions) == ("K1", "A1", ["S1", "S2"])
    payments = next(fact for fact in card["facts"] if fact["name"] == "payment")
    assert [row["amount"] for row in payments["rows"]] == ["5.00", "7.25"]


def test_the_card_of_a_merged_customer_is_the_survivors(http: httpx.Client, deployment: Deployment) -> None:
    assert ask(http, "GET", "/v1/customers/C0", deployment.admin).json()["customer_id"] == "C1"


def test_the_card_masks_what_the_caller_may_not_see(http: httpx.Client, deployment: Deployment) -> None:
    card = ask(http, "GET", "/v1/customers/C1", deployment.north).json()
    fields = {one["name"]: one for block in card["blocks"] for one in block["fields"]}
    assert fields["full_name"]["masked"]
    assert fields["full_name"]["value"] is None
    assert "Анна" not in json.dumps(card, ensure_ascii=False)


def test_a_customer_outside_the_scope_is_not_found(http: httpx.Client, deployment: Deployment) -> None:
    problem(ask(http, "GET", "/v1/customers/C3", deployment.north), 404)
    problem(ask(http, "GET", "/v1/customers/C99", deployment.admin), 404)


def test_examples_are_the_deployments_own(http: httpx.Client, deployment: Deployment) -> None:
    folder = deployment.home / "segments"
    folder.mkdir(exist_ok=True)
    (folder / "long.json").write_text(dumps(LONG_WITH_US | {"name": "Long with us"}), encoding="utf-8")
    (folder / "broken.json").write_text("{", encoding="utf-8")
    answer = ask(http, "GET", "/v1/segments/examples", deployment.admin).json()
    assert [(one["file"], one["name"]) for one in answer["examples"]] == [("long.json", "Long with us")]
    assert answer["unreadable"] == ["broken.json"]


def test_bodies_that_are_too_large_are_refused(http: httpx.Client, deployment: Deployment) -> None:
    problem(ask(http, "POST", "/v1/segments/count", deployment.admin, b" " * (5 * 1024 * 1024)), 413)


def test_the_callers_own_request_id_comes_back(http: httpx.Client) -> None:
    assert http.get("/v1/health", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    assert http.get("/v1/health", headers={"X-Request-ID": "a b"}).headers["x-request-id"] != "a b"


def test_an_unknown_path_is_a_problem_too(http: httpx.Client) -> None:
    problem(http.get("/v1/nowhere"), 404)


def test_before_the_first_release_the_service_says_so(empty: tuple[httpx.Client, Deployment]) -> None:
    http, deployment = empty
    assert http.get("/v1/health").json() == {"status": "ok", "release": None, "as_of": None}
    for method, path in ENDPOINTS:
        if not path.endswith("examples"):
            assert "vitrina run" in problem(ask(http, method, path, deployment.admin), 503)["detail"]


def test_a_document_is_told_in_words(http: httpx.Client, deployment: Deployment) -> None:
    path = "/v1/segments/describe"
    english = ask(http, "POST", path, deployment.admin, params={"language": "en"}).json()
    russian = ask(http, "POST", path, deployment.admin, params={"language": "ru"}).json()
    assert "Months with us" in english["text"]
    assert "Стаж в месяцах" in russian["text"]
    assert list(english["conditions"]) == ["/where"]


def test_membership_is_explained(http: httpx.Client, deployment: Deployment) -> None:
    answer = ask(http, "POST", "/v1/segments/why", deployment.admin, params={"id": "C2"}).json()
    assert not answer["member"]
    assert answer["flip"] == ["/where"]
    assert answer["tree"]["found"] == 1


def test_nobody_is_explained_outside_the_scope(http: httpx.Client, deployment: Deployment) -> None:
    problem(ask(http, "POST", "/v1/segments/why", deployment.north, params={"id": "C3"}), 422)


def test_sizes_of_other_thresholds_are_told(http: httpx.Client, deployment: Deployment) -> None:
    answer = ask(http, "POST", "/v1/segments/sensitivity", deployment.admin, params={"path": "/where"}).json()
    assert {point["value"]: point["count"] for point in answer["points"]}[24] == 2


def test_a_question_with_a_slot_is_answered(http: httpx.Client, deployment: Deployment) -> None:
    headers = {"Authorization": f"Bearer {deployment.admin}", "X-Query-Slot": "editor-1"}
    content = dumps(LONG_WITH_US).encode()
    for _ in range(2):
        assert http.post("/v1/segments/count", headers=headers, content=content).json()["count"] == 2
