"""The keys `database` and `rest` of a data set."""

from dataclasses import replace
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines.ingest.connectors.model import (
    Auth,
    Connector,
    Database,
    DatabaseCursor,
    Paging,
    Patience,
    Rest,
    RestCursor,
)
from pipelines.ingest.yaml_node import Faults, Node

DATABASE_KEYS = {"url", "table", "query", "cursor", "chunk_rows", "by_day", "timeout", "time_zone"}
REST_KEYS = {
    "url", "records", "params", "headers", "auth", "paginate", "cursor", "timeout", "attempts", "backoff",
    "give_up_after", "requests_per_minute",
}  # fmt: skip
PAGING = {
    "none": (),
    "page": ("parameter", "first", "size_parameter", "size"),
    "offset": ("parameter", "limit_parameter", "limit"),
    "token": ("path", "parameter"),
    "next_url": ("path",),
    "link_header": (),
}
"""Kinds of pages -> their keys."""
_USUAL_PAGING: dict[str, dict[str, str | int]] = {
    "page": {"parameter": "page", "first": 1, "size": 100},
    "offset": {"parameter": "offset", "limit_parameter": "limit", "limit": 100},
    "token": {"parameter": "cursor"},
}
_WHOLE = {"first", "size", "limit"}
AUTH = {
    "bearer": ("token",),
    "api_key": ("value", "name", "in"),
    "basic": ("user", "password"),
    "oauth2": ("token_url", "client_id", "client_secret", "scope"),
}
"""Kinds of authentication -> their keys, the first ones needed."""
_OPTIONAL_AUTH = {"name", "in", "scope"}
CONNECTORS = ("database", "rest")
FILE_KEYS = (
    "files", "known_from", "format", "encoding", "delimiter", "quote", "final_newline", "footer",
    "control_totals", "tolerance", "records", "sheet", "header_row",
)  # fmt: skip
"""What only files have; fetched records have none of it."""


def read_connector(node: Node, load: str) -> Connector | None:
    """The connector of a data set, or None where it reads files. `load` is how its rows count."""
    named = [key for key in CONNECTORS if node.at(key).value is not None]
    if not named:
        return None
    if len(named) > 1:
        raise node.at(named[1]).fail("the data set has a `database` already")
    faults, place = Faults(), node.at(named[0])
    for key in FILE_KEYS:
        if node.at(key).value is not None:
            faults.add(node.at(key).fail(f"belongs to files, and this data set comes from its `{named[0]}`"))
    known = DATABASE_KEYS if named[0] == "database" else REST_KEYS
    faults.attempt(lambda: place.mapping(known))
    if not isinstance(place.value, dict):
        faults.raise_all()
    connector = _database(place, faults) if named[0] == "database" else _rest(place, faults)
    cursor = place.at("cursor")
    if cursor.value is None and load == "append":
        faults.add(cursor.fail("is missing: without it every fetch would append everything again"))
    if cursor.value is not None and load in {"full", "snapshot"}:
        faults.add(cursor.fail(f"`load: {load}` means everything each time, a cursor gives only what is new"))
    faults.raise_all()
    return connector


def _database(node: Node, faults: Faults) -> Database:
    table, query = (faults.attempt(node.at(key).optional_text) for key in ("table", "query"))
    if (node.at("table").value is None) == (node.at("query").value is None):
        faults.add(node.fail("expected one of `table` and `query`"))
    cursor = faults.attempt(node.at("cursor").optional_text)
    by_day = faults.value(lambda: _truth(node.at("by_day")), instead=False)
    if by_day and node.at("cursor").value is None:
        faults.add(node.at("by_day").fail("there is no cursor whose days could be told apart"))
    return Database(
        url=faults.value(lambda: _filled(node.at("url")), ""),
        table=table,
        query=None if query is None else query.strip().rstrip(";"),
        cursor=None if cursor is None else DatabaseCursor(cursor),
        chunk_rows=faults.value(lambda: _chunk(node.at("chunk_rows")), 1),
        by_day=by_day,
        timeout_s=max(1, faults.value(lambda: node.at("timeout").whole(60), 1)),
        zone=faults.attempt(lambda: _zone(node.at("time_zone"))),
    )


def _chunk(node: Node) -> int:
    rows = node.whole(500_000)
    if not rows:
        raise node.fail("expected at least 1")
    return rows


def _rest(node: Node, faults: Faults) -> Rest:
    records = faults.value(lambda: node.at("records").text(""), "")
    return Rest(
        url=faults.value(lambda: _address(node.at("url")), ""),
        records=tuple(step for step in records.split("/") if step),
        params=faults.value(lambda: _texts(node.at("params")), {}),
        headers=faults.value(lambda: _texts(node.at("headers")), {}),
        auth=faults.attempt(lambda: _auth(node.at("auth"))),
        paging=faults.value(lambda: _paging(node.at("paginate")), Paging("none")),
        cursor=faults.attempt(lambda: _rest_cursor(node.at("cursor"))),
        patience=_patience(node, faults),
    )


def _patience(node: Node, faults: Faults) -> Patience:
    usual = Patience()

    def number(key: str, otherwise: float) -> float:
        return faults.value(lambda: _number(node.at(key), otherwise), otherwise)

    per_minute = number("requests_per_minute", 0.0)
    return Patience(
        timeout_s=number("timeout", usual.timeout_s) or usual.timeout_s,
        attempts=max(1, faults.value(lambda: node.at("attempts").whole(usual.attempts), usual.attempts)),
        backoff_s=number("backoff", usual.backoff_s),
        total_s=number("give_up_after", usual.total_s) or usual.total_s,
        pause_between_s=60 / per_minute if per_minute else 0.0,
    )


def _rest_cursor(node: Node) -> RestCursor | None:
    if node.value is None:
        return None
    node.mapping({"field", "parameter", "start"})
    return RestCursor(node.at("field").text(), node.at("parameter").text(), node.at("start").optional_text())


def _auth(node: Node) -> Auth | None:
    if node.value is None:
        return None
    kind, options = _one_of(node, set(AUTH))
    if isinstance(options.value, str) and kind == "bearer":
        return Auth(kind, {"token": options.value})
    keys = AUTH[kind]
    given = {key: options.at(key).text() for key in options.mapping(set(keys)).value}
    for key in keys:
        if key not in given and key not in _OPTIONAL_AUTH:
            raise options.at(key).fail("is missing")
    if given.get("in", "header") not in {"header", "query"}:
        raise options.at("in").fail("expected header or query")
    return Auth(kind, given)


def _paging(node: Node) -> Paging:
    if node.value is None:
        return Paging("none")
    if isinstance(node.value, str):
        kind, options = node.choice(tuple(PAGING)), replace(node, value={})
    else:
        kind, options = _one_of(node, set(PAGING))
    given = {
        key: options.at(key).whole(0) if key in _WHOLE else options.at(key).text()
        for key in options.mapping(set(PAGING[kind])).value
    }
    complete = _USUAL_PAGING.get(kind, {}) | given
    if "path" in PAGING[kind] and "path" not in complete:
        raise options.at("path").fail("is missing: where a page names the next one")
    return Paging(kind, complete)


def _one_of(node: Node, known: set[str]) -> tuple[str, Node]:
    entries = list(node.mapping(known).items())
    if len(entries) != 1:
        raise node.fail(f"expected one of {', '.join(sorted(known))}")
    return entries[0]


def _texts(node: Node) -> dict[str, str]:
    return {} if node.value is None else {key: entry.text() for key, entry in node.items()}


def _filled(node: Node) -> str:
    text = node.text()
    if not text.strip():
        raise node.fail("expected an address")
    return text


def _address(node: Node) -> str:
    address = _filled(node)
    # A name that stands for the whole address is looked at when it is filled in.
    if not address.startswith("${") and urlsplit(address).scheme not in {"http", "https"}:
        raise node.fail(f"expected an address http://... or https://..., found {address!r}")
    return address


def _truth(node: Node) -> bool:
    if not isinstance(node.value, bool | None):
        raise node.fail(f"expected true or false, found {node.value!r}")
    return bool(node.value)


def _zone(node: Node) -> ZoneInfo | None:
    name = node.optional_text()
    try:
        return None if name is None else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise node.fail(f"unknown time zone {name!r}") from error


def _number(node: Node, usual: float) -> float:
    value = usual if node.value is None else node.value
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise node.fail(f"expected a number, found {value!r}")
    return float(value)
