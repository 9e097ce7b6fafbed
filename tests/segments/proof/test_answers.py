"""What answers say besides ids, against the reference: windows, past dates, exclusions, sensitivity."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from segments.conditions.problems import DocumentError
from segments.conditions.reference import dates, facts
from segments.references import Exclusion, IdList
from segments.service import SegmentService
from tests.segments.proof.evaluators import InPython, InService, on_duckdb
from tests.segments.proof.trees import conditions, nodes
from tests.segments.world.documents import DocumentMaker, with_references
from tests.segments.world.exchange import EVERYONE, as_read, references
from tests.segments.world.rows import World, make_world
from warehouse.catalog.model import Number

Node = Mapping[str, Any]
SEED = 201


@pytest.fixture(scope="module")
def world() -> World:
    return with_references(make_world(SEED))


@pytest.fixture(scope="module")
def served(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InService]:
    home: Path = tmp_path_factory.mktemp("answers")
    service = on_duckdb(world.data, home)
    yield service
    service.close()


def test_windows_of_an_answer_are_those_of_the_reference(world: World, served: InService) -> None:
    maker = DocumentMaker(world, SEED)
    for _ in range(30):
        document = as_read(maker.document())
        told = served.service.count(document, EVERYONE).context.windows
        for path, node in conditions(document["where"]).items():
            if "fact" in node or "change" in node:
                found = [(w.start, w.before, w.incomplete) for w in told if w.path == path]
                assert found == [*_windows(world, node), *_of_numbers(world, document["entity"], node)], path


def _windows(world: World, node: Node) -> Iterator[tuple[date | None, date, bool]]:
    body, as_of = node.get("change", node), world.data.as_of
    previous = int(body["against"]["previous"]) if "change" in node else None
    spans = (
        [dates.window(body["window"], as_of)]
        if previous is None
        else dates.windows_before(body["window"], as_of, previous)
    )
    for span in spans:
        yield span.start, span.before, not facts.complete(world.data, body["fact"], span)


def _of_numbers(world: World, entity: str, node: Node) -> Iterator[tuple[date | None, date, bool]]:
    """The months of the number that it is compared with, where that is worked out of months."""
    named = node["value"].get("attr") if isinstance(node.get("value"), dict) else None
    attributes = world.data.catalog.entities[entity].attributes
    derived = attributes[named].derived if named else None
    for window in derived.windows if isinstance(derived, Number) else ():
        spec = {"last": window.months, "unit": "month"}
        end = dates.add(dates.unit_start(world.data.as_of, "month"), -window.back, "month")
        span = dates.window(spec, end)
        yield span.start, span.before, not facts.complete(world.data, window.fact, span)


def test_a_past_date_means_the_same_as_if_it_were_the_release_s(world: World, served: InService) -> None:
    maker, asked, reasons = DocumentMaker(world, SEED + 1), 0, set[str]()
    for days in (1, 2, 15, 31, 60, 100):
        past = world.data.as_of - timedelta(days=days)
        reference = InPython(replace(world.data, as_of=past))
        for _ in range(25):
            document = as_read({"version": 1, "entity": "customer", "where": _behaviour(maker)})
            try:
                page = served.service.members(document, EVERYONE, as_of=past, limit=10_000)
            except DocumentError as refused:
                reasons.update(problem.code for problem in refused.problems)
                continue
            asked += 1
            assert frozenset(page.rows.column("id").to_pylist()) == reference.ids(document)
    assert asked > 60
    assert reasons == {"no_history"}


def _behaviour(maker: DocumentMaker) -> Node:
    make = maker.rng.choice([maker.fact, maker.fact, maker.change, maker.sequence, maker.id_list])
    return {maker.rng.choice(["all", "any"]): [make("customer"), {"not": maker.fact("customer")}]}


def test_a_later_date_than_the_release_s_is_refused(world: World, served: InService) -> None:
    with pytest.raises(Exception, match="later than the release"):
        served.service.count(
            {"version": 1, "entity": "customer", "where": None},
            EVERYONE,
            as_of=world.data.as_of + timedelta(days=1),
        )


def test_contacts_are_members_less_each_reason_once(world: World, served: InService) -> None:
    maker = DocumentMaker(world, SEED + 2)
    ids = [row["customer_id"] for row in world.data.tables["customer_360"]]
    stops = {"stop-list": set(ids[::3]), "no consent": set(ids[::2])}
    known = replace(
        references(world.data), stops=tuple(_stop(reason, found) for reason, found in stops.items())
    )
    contacting = SegmentService(served.service.release, served.engine, known)
    for _ in range(12):
        document = as_read({"version": 1, "entity": "customer", "where": maker.tree("customer", 3, 2)})
        members = set(served.ids(document))
        answer = contacting.count(document, EVERYONE, purpose="contact")
        first, second = stops.values()
        assert answer.count == len(members - first - second)
        expected = {"stop-list": len(members & first), "no consent": len((members & second) - first)}
        assert {reason: n for reason, n in answer.excluded.items() if n} == {
            r: n for r, n in expected.items() if n
        }
        assert contacting.count(document, EVERYONE).count == len(members)


def _stop(reason: str, ids: set[str]) -> Exclusion:
    return Exclusion(reason, IdList(reason, "customer", "v1", pa.array(sorted(ids), pa.string())))


def test_a_curve_has_the_sizes_that_the_thresholds_give(world: World, served: InService) -> None:
    maker, points = DocumentMaker(world, SEED + 3), 0
    for _ in range(60):
        document = as_read(maker.document())
        for path, node in conditions(document["where"]).items():
            if node.get("op") in {"lt", "le", "gt", "ge"} and _is_number(node.get("value")):
                curve = served.service.sensitivity(document, path, EVERYONE).points
                for point in maker.rng.sample(curve, min(2, len(curve))):
                    moved = {**document, "where": _with_threshold(document["where"], path, point.value)}
                    assert len(served.ids(moved)) == point.count, (path, point)
                    points += 1
    assert points > 40


def _is_number(value: Any) -> bool:
    return value is not None and not isinstance(value, (str, Mapping, list))


def _with_threshold(node: Node, target: str, value: Any, path: str = "/where") -> Node:
    if path == target:
        return {**node, "value": value}
    for key in ("all", "any"):
        if key in node:
            return {
                key: [_with_threshold(c, target, value, f"{path}/{key}/{i}") for i, c in enumerate(node[key])]
            }
    return {"not": _with_threshold(node["not"], target, value, f"{path}/not")} if "not" in node else node


def test_every_node_has_a_path_that_the_answers_use(world: World, served: InService) -> None:
    maker = DocumentMaker(world, SEED + 4)
    for _ in range(5):
        document = as_read(maker.document())
        told = served.service.count(document, EVERYONE, attrition=True).nodes or ()
        assert [node.path for node in told] == [path for path, _ in nodes(document["where"])]
