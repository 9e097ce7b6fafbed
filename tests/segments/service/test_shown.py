"""What an answer shows and to whom: statements, keys of pages, numbers with all their digits, one time limit."""

import time
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from segments.answers import plain
from segments.budget import Budget
from segments.conditions.problems import DocumentError
from segments.references import Exclusion, IdList, MemoryReferences, SavedSegment
from segments.service import SegmentService
from tests.segments.service.small import ADMIN, CLERK, TASHKENT, publish
from warehouse.engines.duckdb import DuckDBEngine
from warehouse.engines.port import QueryTimeoutError, Statement
from warehouse.errors import InputError
from warehouse.releases.reader import open_release

TAX = {"attr": "tax_id", "op": "eq", "value": "111"}


def doc(where: Any, entity: str = "customer") -> Mapping[str, Any]:
    return {"version": 1, "entity": entity, "where": where}


REFERENCES = MemoryReferences(
    segments=(SavedSegment("taxed", 1, doc(TAX)), SavedSegment("around", 1, doc({"segment": "taxed"}))),
    lists=(IdList("some", "customer", "v1", pa.array(["C1", "C3"])),),
    stops=(Exclusion("stop", IdList("stops", "customer", "v1", pa.array(["C2"]))),),
)


class Timed(DuckDBEngine):
    """Keeps what each statement was allowed; each takes a while."""

    allowed: list[float]
    pause = 0.0

    def query(self, statement: Statement, *, timeout_s: float = 30.0, **other: Any) -> pa.Table:
        self.allowed.append(timeout_s)
        time.sleep(self.pause)
        return super().query(statement, timeout_s=timeout_s, **other)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Timed]:
    opened = Timed(publish(tmp_path))
    opened.allowed = []
    yield opened
    opened.close()


@pytest.fixture
def service(engine: Timed, tmp_path: Path) -> SegmentService:
    return SegmentService(open_release(tmp_path), engine, REFERENCES)


@pytest.mark.parametrize("segment", ["taxed", "around"])
def test_a_statement_opens_the_segments_inside(service: SegmentService, segment: str) -> None:
    where = {"any": [{"segment": segment}, {"attr": "vip", "op": "is_true"}]}
    assert service.count(doc(where), CLERK).count == 2
    with pytest.raises(
        DocumentError, match=f"clerk may not use all that version 1 of the segment {segment} asks for"
    ) as refused:
        service.sql(doc(where), CLERK)
    assert [(p.path, p.code) for p in refused.value.problems] == [("/where/any/0", "forbidden_attribute")]
    assert "tax_id" not in str(refused.value)
    assert "tax_id" in service.sql(doc(where), ADMIN).sql


def test_a_statement_names_nobody_on_a_list(service: SegmentService) -> None:
    shown = service.sql(doc({"list": "some"}), TASHKENT, purpose="contact").parameters.values()
    assert {"2 ids", "1 ids"} <= {value for value in shown if isinstance(value, str)}
    assert not any(isinstance(value, list) for value in shown)


def test_why_tells_nothing_of_what_is_inside_a_segment(service: SegmentService) -> None:
    answer = service.why(doc({"segment": "taxed"}), "C1", CLERK)
    assert answer.member
    assert answer.tree is not None
    assert (answer.tree.found, answer.tree.required) == (None, {"segment": "taxed", "version": None})


@pytest.mark.parametrize(("entity", "after"), [("customer", "C1"), ("account", 7)])
def test_a_page_begins_after_a_key(service: SegmentService, entity: str, after: Any) -> None:
    with pytest.raises(InputError, match=f"is no key of {entity}"):
        service.members(doc(None, entity), ADMIN, after=after)


def test_an_id_that_is_no_text_is_nobody(service: SegmentService) -> None:
    with pytest.raises(InputError, match="character"):
        service.why(doc(None), "C1\ud800", ADMIN)


def test_all_statements_of_an_answer_share_its_time(service: SegmentService, engine: Timed) -> None:
    engine.pause = 0.2
    service.count(doc({"attr": "vip", "op": "is_true"}), ADMIN, attrition=True, budget=Budget.start(10))
    assert len(engine.allowed) == 3
    assert engine.allowed[0] <= 10
    assert engine.allowed[2] <= engine.allowed[0] - 0.4
    with pytest.raises(QueryTimeoutError):
        service.count(doc({"attr": "vip", "op": "is_true"}), ADMIN, attrition=True, budget=Budget.start(0.1))


def test_the_time_of_an_answer_includes_its_attrition(service: SegmentService, engine: Timed) -> None:
    engine.pause = 0.1
    assert service.count(doc({"attr": "vip", "op": "is_true"}), ADMIN, attrition=True).elapsed_ms >= 300


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("12345678901234567890.1234567891", "12345678901234567890.1234567891"),
        ("0.10", "0.1"),
        ("-5.50", "-5.5"),
        ("100.00", 100),
    ],
)
def test_numbers_keep_their_digits(number: str, shown: Any) -> None:
    assert plain(Decimal(number)) == shown


def test_an_average_is_compared_with_all_the_digits_of_a_constant(service: SegmentService) -> None:
    asked = {"fact": "payment", "agg": "avg", "measure": "amount", "window": {"all": True}, "op": "ge"}
    compared = doc(asked | {"value": Decimal("12345678901234567890.1234567891")})
    assert 123456789012345678901234567891 in service.sql(compared, ADMIN).parameters.values()
