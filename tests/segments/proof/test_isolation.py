"""Compiling touches no database, and nothing a user writes becomes SQL."""

import re
import socket
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pytest
import sqlglot

import segments
from segments.compiler import questions
from segments.compiler.audience import Audience
from segments.compiler.bind import Setting
from segments.compiler.compile import compile_document
from segments.conditions import matches
from segments.conditions.check import check
from segments.conditions.problems import DocumentError
from segments.conditions.read import parse
from segments.references import IdList, MemoryReferences, SavedSegment
from tests.segments.world.catalogue import STORAGE
from tests.segments.world.documents import DocumentMaker, with_references
from tests.segments.world.exchange import EVERYONE, as_read, references
from tests.segments.world.rows import World, make_world
from warehouse.access import RowScope
from warehouse.engines.port import Statement

ENGINES = ("duckdb", "clickhouse")
HOSTILE = (
    "'", '"', "''", "';--", "'; DROP TABLE customer_360; --", "' OR 1=1 --", "\\", "\\'", "\\\\'", "`", "``",
    "$p1", "$1", "?", ":p1", "{p1: String}", "{p1:String}", "%", "_", "%s", "/* x */", "*/ 1 /*", "-- x", "#",
    "\n;\n", "\t", "\u2028", "\u202e", "NULL", "null", "1", "1; SELECT 1", "(SELECT 1)", "customer_no",
    '"customer_no"', "x' UNION SELECT 1 --", "😀", "ＳＥＬＥＣＴ", "\u0000", "a" * 5000, "[1]", "{}", "\\x27",
)  # fmt: skip
PAGE = questions.Page(None, 100)


@pytest.fixture(scope="module")
def world() -> World:
    return with_references(make_world(7))


def statement(world: World, document: Mapping[str, Any], engine: str, **known: Any) -> Statement:
    data = world.data
    setting = Setting(data.catalog, data.as_of, ZoneInfo(data.time_zone), data.coverage, references(data))
    setting = replace(setting, **known)
    compiled = compile_document(parse(document), setting, STORAGE)
    return questions.members(compiled, Audience(RowScope(everything=True)), PAGE, engine).statement


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("compiling opened a connection or a file")


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(duckdb, "connect", refuse)
    monkeypatch.setattr(duckdb, "sql", refuse)
    monkeypatch.setattr(duckdb, "execute", refuse)
    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr("builtins.open", refuse)


@pytest.mark.usefixtures("closed")
def test_compiling_touches_no_database(world: World) -> None:
    maker = DocumentMaker(world, 7)
    for _ in range(60):
        document = as_read(maker.document())
        for engine in ENGINES:
            assert statement(world, document, engine).sql


def shape(text: str, engine: str) -> list[str]:
    """Kinds of the nodes of a statement, its names included, its values not."""
    (tree,) = sqlglot.parse(text, dialect=engine)
    assert tree is not None
    return [f"{type(node).__name__} {node.name}" for node in tree.walk()]


def with_value(text: str) -> Iterator[dict[str, Any]]:
    """Documents that hold a text in every place a value can stand."""
    tests = [
        {"attr": "full_name", "op": op, "value": [text] if op in {"in", "not_in"} else text}
        for op in ("eq", "ne", "in", "not_in", "contains", "not_contains", "starts_with", "ends_with")
    ]
    inside = {"fact": "payment", "agg": "count", "window": {"all": True}, "op": "gt", "value": 0}
    note = {"attr": "note", "op": "contains", "value": text}
    latest = {"fact": "balance", "agg": "latest", "measure": "state", "window": {"all": True}}
    tests += [
        {**inside, "where": note},
        {**inside, "where": {"attr": "note", "op": "eq", "value": text}},
        {
            "related": "subscriptions",
            "quantifier": "any",
            "where": {"attr": "tariff", "op": "eq", "value": text},
        },
        {
            "sequence": [{"fact": "payment", "where": note}, {"fact": "visit"}],
            "within": {"n": 1, "unit": "day"},
        },
        {**latest, "op": "eq", "value": text},
        {"attr": "status", "op": "eq", "value": text},
    ]
    for where in tests:
        yield {"version": 1, "entity": "customer", "name": text, "where": where}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: ascii(text)[:30])
def test_a_hostile_value_never_changes_the_shape_of_the_tree(world: World, hostile: str, engine: str) -> None:
    for harmless, attacked in zip(with_value("harmless"), with_value(hostile), strict=True):
        try:
            made = statement(world, as_read(attacked), engine)
        except DocumentError:
            assert "\0" in hostile or not hostile.strip()
            continue
        expected = statement(world, as_read(harmless), engine)
        assert made.sql == expected.sql
        assert shape(made.sql, engine) == shape(expected.sql, engine)


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: ascii(text)[:30])
def test_a_hostile_name_is_refused_or_bound(world: World, hostile: str) -> None:
    windowed = {"agg": "count", "window": {"all": True}, "op": "gt", "value": 0}
    for where in (
        {"attr": hostile, "op": "is_set"},
        {"attr": "balance", "op": "gt", "value": {"attr": hostile}},
        {"fact": hostile, **windowed},
        {"fact": "payment", **windowed, "agg": "sum", "measure": hostile},
        {"fact": "payment", **windowed, "where": {"attr": hostile, "op": "is_set"}},
        {"related": hostile, "quantifier": "any"},
        {"segment": hostile, "version": 1},
        {"list": hostile},
        {"attr": "balance", "op": hostile, "value": 1},
        {"attr": "gone_on", "op": "within_last", "value": {"n": 1, "unit": hostile}},
        {"attr": "birth_date", "op": "eq", "value": hostile},
    ):
        assert _refused(world, {"version": 1, "entity": "customer", "where": where})
    assert _refused(world, {"version": 1, "entity": hostile, "where": None})


def _refused(world: World, document: Mapping[str, Any]) -> bool:
    try:
        return bool(check(parse(document), world.data.catalog, EVERYONE, references(world.data)))
    except DocumentError:
        return True


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("hostile", [text for text in HOSTILE if text.strip("\0 \t\n\u2028")], ids=ascii)
def test_hostile_references_and_ids_are_bound(world: World, hostile: str, engine: str) -> None:
    def made(name: str) -> Statement:
        inner = {"version": 1, "entity": "customer", "where": {"attr": "vip", "op": "is_true"}}
        known = MemoryReferences(
            segments=(SavedSegment(name, 1, inner),),
            lists=(IdList(name, "customer", "v", pa.array([name], pa.string())),),
        )
        where = {"any": [{"segment": name, "version": 1}, {"list": name}]}
        return statement(
            world, {"version": 1, "entity": "customer", "where": where}, engine, references=known
        )

    assert made(hostile).sql == made("harmless").sql


def test_the_reference_shares_no_line_with_the_compiler() -> None:
    conditions_folder = Path(matches.__file__).parent
    files = [conditions_folder / "matches.py", *(conditions_folder / "reference").glob("*.py")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    imported = {line for text in texts for line in text.splitlines() if re.match(r"\s*(from|import) ", line)}
    ours = {line.split()[1] for line in imported if re.search(r"\b(segments|warehouse)\b", line)}
    assert all(
        name.startswith(("segments.conditions.reference", "warehouse.catalog.model", "warehouse.access"))
        or name == "warehouse.releases.model"
        for name in ours
    ), ours
    product = [file for file in Path(segments.__file__).parent.rglob("*.py") if file not in files]
    assert not [f.name for f in product if "conditions.reference" in f.read_text(encoding="utf-8")]
    assert sum(len([line for line in text.splitlines() if line.strip()]) for text in texts) < 600
