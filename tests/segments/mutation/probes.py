"""What kills mutants: questions over golden cases and random worlds, with the answers they have to give.

Answers of the engine are remembered by statement: a mutant whose statement is the same text with the same
values is not asked again, any other statement runs. The engine starts only then.
"""

import functools
import gc
import pickle
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FrameType
from typing import Any

import pyarrow as pa

from segments.conditions import check as checker
from segments.conditions.matches import Reference
from segments.conditions.problems import DocumentError
from segments.conditions.read import parse
from segments.conditions.reference.data import Data
from segments.service import SegmentService
from tests.segments.mutation.memory import InMemory
from tests.segments.mutation.patching import ROOT
from tests.segments.world.exchange import EVERYONE, references
from warehouse.access import Actor, RowScope
from warehouse.engines.port import Cancellation, Statement
from warehouse.errors import InputError

LIMIT = 10_000


class Caught(Exception):  # noqa: N818 - what a probe raises when it catches a mutant
    """A wrong answer."""


@dataclass
class Stage:
    """A small release to ask about.

    Filled while preparing: `known`, answers by statement; `click`, statements that ClickHouse answers rightly.
    """

    name: str
    data: Data
    known: dict[str, pa.Table] = field(default_factory=dict)
    click: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Forget services: what was compiled before is not what a mutant compiles."""
        self.memory = InMemory(replace(self.data))
        self.service = SegmentService(self.memory.release, Remembering(self), references(self.data))  # type: ignore[arg-type]
        self.reference = Reference(self.memory.data)

    def __getstate__(self) -> dict[str, Any]:
        return {"name": self.name, "data": replace(self.data), "known": self.known, "click": self.click}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state)
        self.start()


class Remembering:
    """The engine of a stage."""

    name = "duckdb"

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def query(
        self, statement: Statement, *, timeout_s: float = 30.0, cancellation: Cancellation | None = None
    ) -> pa.Table:
        """The remembered answer, or a new one."""
        asked = fingerprint(statement)
        if asked not in self._stage.known:
            self._stage.known[asked] = self._stage.memory.engine.query(statement)
        return self._stage.known[asked]


def fingerprint(statement: Statement) -> str:
    """Text and values of a statement."""
    return (
        f"{statement.sql} {sorted((k, type(v).__name__, repr(v)) for k, v in statement.parameters.items())}"
    )


@dataclass
class Probe:
    """A question of one kind to one stage. `touches`: functions that answering runs through."""

    kind: str
    stage: str
    name: str
    document: Mapping[str, Any]
    expected: Any = None
    touches: frozenset[str] = frozenset()

    def ask(self, stage: Stage) -> Any:
        """The answer as plain values."""
        return KINDS[self.kind](stage, self.document)

    def check(self, stage: Stage) -> None:
        """Raise Caught, or whatever the mutant raises, unless the answer is the expected one."""
        found = self.ask(stage)
        if found != self.expected:
            raise Caught(f"{self.name}: {str(found)[:200]}, not {str(self.expected)[:200]}")


def _refused(stage: Stage, document: Mapping[str, Any]) -> Any:
    try:
        found = checker.check(parse(document), stage.data.catalog, EVERYONE, references(stage.data))
    except DocumentError as refused:
        found = refused.problems
    return sorted({(problem.path, problem.code) for problem in found})


def _reference(stage: Stage, document: Mapping[str, Any]) -> Any:
    entity = stage.data.catalog.entities[document["entity"]]
    universe = stage.reference.universe(entity.name)
    return sorted(universe[key][entity.id] for key in stage.reference.members(document))


def _engine(stage: Stage, document: Mapping[str, Any]) -> Any:
    return sorted(stage.service.members(document, EVERYONE, limit=LIMIT).rows.column("id").to_pylist())


def _count(stage: Stage, document: Mapping[str, Any]) -> Any:
    answer = stage.service.count(document, EVERYONE).to_json()
    return {name: answer[name] for name in ("count", "universe", "windows", "plan", "hash")}


def _attrition(stage: Stage, document: Mapping[str, Any]) -> Any:
    return stage.service.count(document, EVERYONE, attrition=True).to_json()["nodes"]


def _why(stage: Stage, document: Mapping[str, Any]) -> Any:
    entity = stage.data.catalog.entities[document["entity"]]
    ids = sorted(row[entity.id] for row in stage.data.tables[entity.table])
    told = []
    for one in ids[:: max(len(ids) // 3, 1)]:
        try:
            answer = stage.service.why(document, one, EVERYONE).to_json()
        except InputError as outside:
            answer = {"error": str(outside)}
        told.append({name: found for name, found in answer.items() if name != "elapsed_ms"})
    return told


def _clickhouse(stage: Stage, document: Mapping[str, Any]) -> Any:
    """Whether ClickHouse gives what the reference gave; a statement that did is not asked again."""
    asked = fingerprint(click_statement(stage, document))
    if asked in stage.click:
        return True
    from tests.segments.proof.evaluators import on_clickhouse

    with TemporaryDirectory() as home:
        right = sorted(on_clickhouse(stage.data, Path(home)).ids(document)) == _reference(stage, document)
    if right:
        stage.click.add(asked)
    return right


def click_statement(stage: Stage, document: Mapping[str, Any]) -> Statement:
    """What ClickHouse is asked for the members."""
    recorder = _Recorder()
    try:
        SegmentService(stage.memory.release, recorder, references(stage.data)).members(  # type: ignore[arg-type]
            document, EVERYONE, limit=LIMIT
        )
    except _Recorded as recorded:
        return recorded.statement
    raise AssertionError("nothing was asked")


SCOPED = Actor("reader", RowScope(allowed=(("region", frozenset({"north", "west"})),)), attribute_groups=None)
"""A reader who sees the customers of some regions, and what belongs to them."""


def _scoped_reference(stage: Stage, document: Mapping[str, Any]) -> Any:
    entity = stage.data.catalog.entities[document["entity"]]
    # A new one each time: what is kept for the next question would not run through a mutant again.
    seen = Reference(stage.data).seen_by(SCOPED.scope)
    rows = seen.universe(entity.name)
    return sorted(rows[key][entity.id] for key in seen.members(document))


def _scoped(stage: Stage, document: Mapping[str, Any]) -> Any:
    return sorted(stage.service.members(document, SCOPED, limit=LIMIT).rows.column("id").to_pylist())


def _attributes_reference(stage: Stage, document: Mapping[str, Any]) -> Any:
    entity = stage.data.catalog.entities[document["entity"]]
    names = sorted(entity.attributes)
    return [
        [
            row[entity.id],
            *(_normal(stage.reference.value({"attr": name}, entity.name, row)) for name in names),
        ]
        for row in stage.reference.universe(entity.name).values()
    ]


def _attributes(stage: Stage, document: Mapping[str, Any]) -> Any:
    entity = stage.data.catalog.entities[document["entity"]]
    names = sorted(entity.attributes)
    everyone = {"version": Decimal(1), "entity": entity.name, "where": None}
    page = stage.service.members(everyone, EVERYONE, limit=LIMIT, attributes=names)
    return [[_normal(value) for value in row.values()] for row in page.rows.to_pylist()]


def _normal(value: Any) -> Any:
    """A value in one form, whoever found it."""
    if isinstance(value, (int, Decimal, Fraction)) and not isinstance(value, bool):
        return str(Fraction(value))
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)  # the reference keeps instants without their zone
    return value.isoformat() if isinstance(value, date) else value


CLICK_TYPE = re.compile(
    r"(Array\()?(String|Bool|Date32|DateTime64\(6, 'UTC'\)|Int64|Int256|Decimal\(\d+, ?\d+\))\)?"
)


def _placeholders(stage: Stage, document: Mapping[str, Any]) -> Any:
    """Types of ClickHouse's placeholders that it does not have."""
    text = click_statement(stage, document).sql
    found = [kind.strip() for kind in re.findall(r"\{p\d+: ?([^}]*)\}", text)]
    return sorted(kind for kind in found if not CLICK_TYPE.fullmatch(kind))


class _Recorded(Exception):  # noqa: N818 - carries the statement out of the service
    def __init__(self, statement: Statement) -> None:
        super().__init__(statement.sql)
        self.statement = statement


class _Recorder:
    name = "clickhouse"

    def query(self, statement: Statement, **_: Any) -> pa.Table:
        raise _Recorded(statement)


KINDS: Mapping[str, Callable[[Stage, Mapping[str, Any]], Any]] = {
    "refused": _refused,
    "reference": _reference,
    "engine": _engine,
    "count": _count,
    "attrition": _attrition,
    "why": _why,
    "scoped reference": _scoped_reference,
    "scoped": _scoped,
    "attributes reference": _attributes_reference,
    "attributes": _attributes,
    "placeholders": _placeholders,
    "clickhouse": _clickhouse,
}


@dataclass
class Prepared:
    """Stages by name, probes, and unit tests with the functions they run."""

    stages: dict[str, Stage]
    probes: list[Probe]
    tests: Mapping[str, frozenset[str]]

    def dumped(self) -> bytes:
        """For `loaded`, in a process that may have imported a changed product."""
        return pickle.dumps(self)


def loaded(content: bytes) -> Prepared:
    """What `dumped` gave."""
    found = pickle.loads(content)
    assert isinstance(found, Prepared)
    return found


@contextmanager
def traced() -> Iterator[set[str]]:
    """Collects the functions of the product that run: `module function`."""
    places: set[str] = set()
    seen: set[CodeType] = set()
    root = f"{ROOT}/segments/"

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        code = frame.f_code
        if event == "call" and code not in seen:
            seen.add(code)
            if code.co_filename.startswith(root):
                places.add(_place(code.co_filename, code.co_qualname))

    for results in remembered():
        results.cache_clear()  # a result that is remembered runs through nothing
    sys.setprofile(note)
    try:
        yield places
    finally:
        sys.setprofile(None)


@functools.cache
def remembered() -> list[Any]:
    """Functions of the product that remember results."""
    lru_cache = type(functools.lru_cache(lambda: None))
    found = [found for found in gc.get_objects() if isinstance(found, lru_cache)]
    return [each for each in found if each.__module__.startswith("segments")]


def _place(file: str, name: str) -> str:
    module = file.removeprefix(f"{ROOT}/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    return f"{module} {name.split('.<locals>', maxsplit=1)[0]}"
