"""REST interfaces as sources: all kinds of pages, who we are, where to go on."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.ingest.connectors.fetch import Surroundings
from pipelines.ingest.connectors.model import Auth, Paging, UnavailableError
from tests.pipelines.ingest.connectors.fetching import bearer, names, pull, rest
from tests.pipelines.ingest.connectors.http_server import Answer, Asked, Server

ALL = [{"id": str(number)} for number in range(7)]
SIZE = 3


def page(content: Any, **options: Any) -> Answer:
    return Answer(json.dumps(content, ensure_ascii=False).encode(), **options)


def by_number(asked: Asked) -> Answer:
    first = (int(asked.parameters["page"]) - 1) * SIZE
    return page({"data": {"items": ALL[first : first + SIZE]}})


def by_offset(asked: Asked) -> Answer:
    first, size = int(asked.parameters["offset"]), int(asked.parameters["limit"])
    return page({"data": {"items": ALL[first : first + size]}})


def by_token(asked: Asked) -> Answer:
    first = int(asked.parameters.get("next", "0"))
    more = {"next token": str(first + SIZE)} if first + SIZE < len(ALL) else {}
    return page({"data": {"items": ALL[first : first + SIZE]}, "meta": more})


def by_address(asked: Asked) -> Answer:
    first = int(asked.parameters.get("from", "0"))
    more = f"/orders?from={first + SIZE}" if first + SIZE < len(ALL) else None
    return page({"data": {"items": ALL[first : first + SIZE]}, "links": {"next": more}})


def by_header(asked: Asked) -> Answer:
    first = int(asked.parameters.get("from", "0"))
    more = {"Link": f'</orders?from={first + SIZE}>; rel="next"'} if first + SIZE < len(ALL) else {}
    return page({"data": {"items": ALL[first : first + SIZE]}}, headers=more)


@pytest.mark.parametrize(
    ("answer", "paging", "asked"),
    [
        (by_number, Paging("page", {"parameter": "page", "first": 1, "size_parameter": "per", "size": 3}), 4),
        (by_offset, Paging("offset", {"parameter": "offset", "limit_parameter": "limit", "limit": 3}), 4),
        (by_token, Paging("token", {"path": "meta/next token", "parameter": "next"}), 3),
        (by_address, Paging("next_url", {"path": "links/next"}), 3),
        (by_header, Paging("link_header"), 3),
    ],
)
def test_pages_of_every_kind(
    server: Server, around: Surroundings, answer: Callable[[Asked], Answer], paging: Paging, asked: int
) -> None:
    server.answer = answer
    source = rest(f"{server.url}/orders", records=("data", "items"), paging=paging, params={"lang": "uz"})
    assert pull(around, source, "full") == ALL
    assert len(server.asked) == asked
    assert server.asked[0].parameters["lang"] == "uz"


def test_a_server_that_does_not_know_our_pages_is_not_asked_for_ever(
    server: Server, around: Surroundings
) -> None:
    server.answer = lambda _: page(ALL)
    paging = Paging("page", {"parameter": "page", "first": 1, "size": 3})
    with pytest.raises(UnavailableError, match="page 2 says the same as the one before"):
        pull(around, rest(server.url, paging=paging), "full")
    assert names(around) == []


def test_numbers_keep_their_digits(server: Server, around: Surroundings) -> None:
    server.answer = lambda _: Answer(
        '[{"sum": 12345678901234.10, "n": 9007199254740993, "e": 1.5e3, "deep": {"x": [0.10]}, "да": null}]'.encode()
    )
    (record,) = pull(around, rest(server.url), "full")
    assert record == {
        "sum": "12345678901234.10", "n": 9007199254740993, "e": "1500", "deep": {"x": ["0.10"]}, "да": None,
    }  # fmt: skip


class Updates:
    """Records with the moment of their last change; `since` includes its own moment."""

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []

    def add(self, name: str, at: object) -> None:
        # Newest first, as many servers sort.
        self.records.insert(0, {"id": name, "doc": {"changed": at}})

    def __call__(self, asked: Asked) -> Answer:
        since = asked.parameters.get("since", "")
        return page([each for each in self.records if str(each["doc"]["changed"]) >= since])


CURSOR = {"field": "doc/changed", "parameter": "since"}


def test_the_second_fetch_asks_for_what_came_since(server: Server, around: Surroundings) -> None:
    server.answer = updates = Updates()
    source = rest(server.url, cursor=CURSOR | {"start": "2026-01-01T00:00:00Z"})

    def brought() -> list[str]:
        return [record["id"] for record in pull(around, source)]

    updates.add("old", "2025-12-31T00:00:00Z")
    updates.add("a", "2026-07-01T10:00:00Z")
    updates.add("b", "2026-07-01T21:30:00Z")
    assert brought() == ["b", "a"]
    assert server.asked[-1].parameters["since"] == "2026-01-01T00:00:00Z"
    updates.add("c", "2026-07-01T21:30:00Z")
    assert brought() == ["c"]
    assert server.asked[-1].parameters["since"] == "2026-07-01T21:30:00Z"
    assert brought() == []
    # The day in Tashkent, five hours before Greenwich.
    assert {name[:8] for name in names(around)} == {"20260702"}


def test_a_cursor_in_another_form_is_told(server: Server, around: Surroundings) -> None:
    server.answer = lambda _: page([{"doc": {"changed": "2026-07-01"}}, {"doc": {"changed": "yesterday"}}])
    with pytest.raises(UnavailableError, match="record 2: the cursor 'yesterday' is a text"):
        pull(around, rest(server.url, cursor=CURSOR))
    server.answer = lambda _: page([{"id": "1"}])
    with pytest.raises(UnavailableError, match="record 1: doc/changed: None"):
        pull(around, rest(server.url, cursor=CURSOR))


@pytest.mark.parametrize(
    ("auth", "place", "value"),
    [
        (bearer("${API_TOKEN}"), "Authorization", "Bearer s3cret-token"),
        (Auth("api_key", {"value": "${API_TOKEN}"}), "X-API-Key", "s3cret-token"),
        (
            Auth("basic", {"user": "u", "password": "${API_TOKEN}"}),
            "Authorization",
            "Basic dTpzM2NyZXQtdG9rZW4=",
        ),
    ],
)
def test_who_we_are(server: Server, around: Surroundings, auth: Auth, place: str, value: str) -> None:
    pull(around, rest(server.url, auth=auth), "full")
    assert server.asked[0].headers[place] == value


def test_a_key_in_the_address_shows_in_no_message(server: Server, around: Surroundings) -> None:
    auth = Auth("api_key", {"value": "${API_TOKEN}", "name": "key", "in": "query"})
    server.answer = lambda asked: Answer(asked.parameters["key"].encode(), status=403)
    with pytest.raises(UnavailableError, match="403") as failure:
        pull(around, rest(server.url, auth=auth), "full")
    assert "s3cret" not in str(failure.value)


def test_a_token_is_asked_for_where_it_is_given(server: Server, around: Surroundings) -> None:
    def answer(asked: Asked) -> Answer:
        if asked.path == "/token":
            assert "client_secret=s3cret-token" in asked.body
            return page({"access_token": "temporary", "expires_in": 60})
        return page(ALL if asked.headers["Authorization"] == "Bearer temporary" else [])

    server.answer = answer
    options = {"token_url": f"{server.url}/token", "client_id": "us", "client_secret": "${API_TOKEN}"}
    assert pull(around, rest(f"{server.url}/orders", auth=Auth("oauth2", options)), "full") == ALL


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (page({"error": "no such report"}), "has no 'data'"),
        (page({"data": {"id": 1}}), "answer.data is no list of records"),
        (page({"data": [1, 2]}), "something else than records"),
        (Answer(b"<html>Login</html>"), "not JSON .* begins with '<html>Login</html>'"),
        (Answer(b'{"data": [{"a": NaN}]}'), "NaN is no number"),
        (Answer(b'{"data": [' + b"[" * 100_000), "not JSON"),
        (Answer(b""), "not JSON"),
    ],
)
def test_what_is_no_data_lands_nowhere(
    server: Server, around: Surroundings, answer: Answer, words: str
) -> None:
    server.answer = lambda _: answer
    with pytest.raises(UnavailableError, match=words):
        pull(around, rest(server.url, records=("data",)), "full")
    assert names(around) == []
    assert not list(around.home.glob("landing/*/*/.*"))


@pytest.mark.parametrize("status", [400, 401, 404])
def test_a_refusal_is_not_asked_again(server: Server, around: Surroundings, status: int) -> None:
    server.answer = lambda _: Answer(b"{}", status=status)
    with pytest.raises(UnavailableError, match=f"answers {status}"):
        pull(around, rest(server.url), "full")
    assert len(server.asked) == 1


def test_links_to_another_server_are_not_followed(server: Server, around: Surroundings) -> None:
    server.answer = lambda _: page({"items": ALL, "next": "http://elsewhere.example/steal"})
    source = rest(
        server.url, records=("items",), paging=Paging("next_url", {"path": "next"}), auth=bearer("x")
    )
    with pytest.raises(UnavailableError, match=re.escape("http://elsewhere.example/steal: the answer leads")):
        pull(around, source, "full")
    server.answer = lambda _: Answer(b"", status=302, headers={"Location": "http://elsewhere.example/x?y=1"})
    with pytest.raises(UnavailableError, match=r"sends us on to http://elsewhere\.example/x; declare"):
        pull(around, source, "full")
