"""The keys `database` and `rest`: what is understood, and what is refused with the key."""

from pathlib import Path

import pytest

from pipelines.ingest.connectors.model import Auth, Database, Paging, Rest
from pipelines.ingest.declaration import DatasetDeclaration, read_source
from pipelines.ingest.yaml_node import DeclarationError
from warehouse.files.model import JsonLinesFormat

COLUMNS = "    columns: {payment_id: id, account_id: account, paid_at: at}\n"


def declared(folder: Path, text: str, load: str = "append") -> DatasetDeclaration:
    path = folder / "src.yml"
    content = f"source: src\ndatasets:\n  - dataset: payment\n    load: {load}\n    {text}\n{COLUMNS}"
    path.write_text(content, encoding="utf-8")
    return read_source(path, "Asia/Tashkent").datasets[0]


def test_a_database(tmp_path: Path) -> None:
    dataset = declared(tmp_path, "database: {url: '${DB}', query: 'select 1 ;', cursor: at, by_day: true}")
    assert isinstance(dataset.connector, Database)
    assert (dataset.connector.query, dataset.connector.chunk_rows) == ("select 1 ", 500_000)
    assert dataset.files == "landing/src/payment/{date:%Y%m%d}_*.jsonl.gz"
    assert isinstance(dataset.form, JsonLinesFormat)
    assert (dataset.form.timestamp_format, dataset.form.time_zone) == ("iso", "Asia/Tashkent")


def test_a_rest_interface(tmp_path: Path) -> None:
    text = """rest:
      url: https://x.example/api
      records: data/items
      auth: {bearer: "${T}"}
      paginate: {page: {size: 50}}
      cursor: {field: at, parameter: since}
      requests_per_minute: 30
    timestamp_format: "%d.%m.%Y %H:%M"
"""
    dataset = declared(tmp_path, text)
    rest = dataset.connector
    assert isinstance(rest, Rest)
    assert rest.records == ("data", "items")
    assert rest.auth == Auth("bearer", {"token": "${T}"})
    assert rest.paging == Paging("page", {"parameter": "page", "first": 1, "size": 50})
    assert rest.patience.pause_between_s == 2
    assert dataset.form.timestamp_format == "%d.%m.%Y %H:%M"


DB = "url: 'sqlite:///x'"
URL = "url: http://x"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("database: {URL: x}", "unknown key URL"),
        (f"database: {{{DB}}}", "expected one of `table` and `query`"),
        (f"database: {{{DB}, table: t, query: q, cursor: c}}", "expected one of `table` and `query`"),
        (f"database: {{{DB}, table: t}}", "database.cursor: is missing"),
        (f"database: {{{DB}, table: t, cursor: c, chunk_rows: 0}}", "chunk_rows: expected at least 1"),
        (f"database: {{{DB}, table: t, cursor: c}}\n    files: x", "files: belongs to files"),
        (f"database: {{{DB}, table: t, cursor: c}}\n    format: csv", "format: belongs to files"),
        (f"database: {{{DB}, table: t, cursor: c}}\n    rest: {{{URL}}}", "has a `database` already"),
        ("rest: {url: 'ftp://x'}", "rest.url: expected an address"),
        (f"rest: {{{URL}}}", "rest.cursor: is missing"),
        (f"rest: {{{URL}, cursor: {{field: a}}}}", "cursor.parameter: is missing"),
        (f"rest: {{{URL}, auth: {{magic: x}}}}", "auth: unknown key magic"),
        (f"rest: {{{URL}, auth: {{basic: {{user: x}}}}}}", "basic.password: is missing"),
        (f"rest: {{{URL}, auth: {{api_key: {{value: x, in: body}}}}}}", "in: expected header or query"),
        (f"rest: {{{URL}, paginate: sometimes}}", "'sometimes' is not one of"),
        (f"rest: {{{URL}, paginate: {{token: {{parameter: x}}}}}}", "token.path: is missing"),
        (f"rest: {{{URL}, timeout: soon}}", "timeout: expected a number"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(DeclarationError, match=r"src\.yml: line \d+: datasets\[0\]") as failure:
        declared(tmp_path, text)
    assert words in str(failure.value)


def test_everything_each_time_and_a_cursor_exclude_each_other(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match="means everything each time"):
        declared(tmp_path, f"database: {{{DB}, table: t, cursor: c}}", load="full")
    assert declared(tmp_path, f"rest: {{{URL}}}", load="full").connector is not None
