"""Whatever an answer depends on is in its key; what it does not depend on is not."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from segments.asked import Asked
from segments.budget import Budget
from segments.compiler.compile import COMPILER_VERSION
from segments.compiler.key import cache_key, key_parts
from segments.references import Exclusion, MemoryReferences
from segments.service import SegmentService
from tests.segments.service.small import ADMIN, TASHKENT, D, publish
from tests.segments.service.test_count import DROPPED, REFERENCES, VIP, doc, id_list
from warehouse.engines.duckdb import DuckDBEngine

BASE = {"all": [VIP, DROPPED, {"list": "some"}, {"segment": "vips", "version": 1}]}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> SegmentService:
    release = publish(tmp_path_factory.mktemp("small"))
    return SegmentService(release, DuckDBEngine(release), REFERENCES)


def test_equal_documents_have_one_key(service: SegmentService) -> None:
    key = service.key(doc(BASE), ADMIN)
    assert service.key(doc({"all": BASE["all"][::-1]}, name="other", tags=["x"]), ADMIN) == key
    assert service.key(doc(BASE), ADMIN, as_of=D) == key
    assert service.key(doc(BASE), replace(ADMIN, name="someone else")) == key


def test_the_order_of_parts_does_not_matter() -> None:
    assert cache_key({"a": 1, "b": 2}) == cache_key({"b": 2, "a": 1}) != cache_key({"a": 2, "b": 1})


def test_what_differs_gives_another_key(service: SegmentService) -> None:
    facts = doc(DROPPED)
    others = [
        service.key(facts, ADMIN),
        service.key(facts, TASHKENT),
        service.key(facts, ADMIN, purpose="contact"),
        service.key(facts, ADMIN, as_of=date(2026, 6, 30)),
        service.key(doc(DROPPED | {"per_day": True}), ADMIN),
        service.key(doc(DROPPED, entity="account"), ADMIN),
        service.key(doc({"segment": "vips", "version": 1}), ADMIN),
        service.key(doc({"segment": "vips", "version": 2}), ADMIN),
    ]
    assert len(set(others)) == len(others)


def test_contents_of_lists_and_stop_lists_are_part_of_the_key(service: SegmentService) -> None:
    def key(lists: Any, stops: Any) -> str:
        known = MemoryReferences(lists=lists, stops=stops)
        other = SegmentService(service.release, service.engine, known)
        return other.key(doc({"list": "some"}), ADMIN, purpose="contact")

    first, second = id_list("some", "C1"), replace(id_list("some", "C2"), version="later")
    stop = (Exclusion("complaint", first),)
    found = [key((first,), ()), key((second,), ()), key((first,), stop)]
    found.append(key((first,), (Exclusion("complaint", second),)))
    assert len(set(found)) == 4


def test_every_part_counts(service: SegmentService) -> None:
    compiled = Asked(service.release, service.references).compile(
        doc(BASE), ADMIN, (None, None), Budget.start()
    )
    audience = service._audience(doc(BASE), ADMIN, "contact")
    parts = key_parts(compiled, audience, service.release.manifest, "contact")
    assert parts["compiler"] == COMPILER_VERSION
    assert ["segment", "vips", "1"] in [list(r) for r in parts["references"]]
    changed = {cache_key(parts | {name: "changed"}) for name in parts}
    assert len(changed | {cache_key(parts)}) == len(parts) + 1


def test_the_release_is_part_of_the_key(service: SegmentService, tmp_path: Path) -> None:
    other = publish(tmp_path, months=False)
    elsewhere = SegmentService(other, service.engine, REFERENCES)
    assert elsewhere.key(doc(VIP), ADMIN) != service.key(doc(VIP), ADMIN)
