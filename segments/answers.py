"""Answers to questions about segments, in the shapes of SEGMENTS.md ("Answers")."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from segments.moments import local
from warehouse.releases.model import Untold

PlainValue = None | bool | int | str | Decimal | date | datetime


def plain(value: Any) -> Any:
    """A value as JSON carries it: dates as ISO text, decimals as numbers if whole and as text if not."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else _digits(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return value


def _digits(value: Decimal) -> str:
    # As text: the arithmetic of Decimal keeps 28 digits only.
    return format(value, "f").rstrip("0")


@dataclass(frozen=True, slots=True)
class UsedWindow:
    """The dates a window came to: [start, before); start None = from the beginning.

    `missing`: where it is incomplete, what sources have not told of these days.
    """

    path: str
    start: date | None
    before: date
    incomplete: bool
    missing: tuple[Untold, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """`{"path", "from", "before", "incomplete", "missing": [{"source", "dataset", "from", "before"}]}`."""
        return {
            "path": self.path,
            "from": plain(self.start),
            "before": plain(self.before),
            "incomplete": self.incomplete,
            "missing": [
                {
                    "source": each.source,
                    "dataset": each.dataset,
                    "from": plain(each.first),
                    "before": plain(each.before),
                }
                for each in self.missing
            ],
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Which path answered: `answered_from` maps each behaviour condition's path to `mart` or `facts`."""

    answered_from: Mapping[str, str]
    tables: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """`{"answered_from": {path: "mart"|"facts"}, "tables": [...]}`."""
        return {"answered_from": dict(self.answered_from), "tables": list(self.tables)}


@dataclass(frozen=True, slots=True)
class Context:
    """What every answer depends on and says."""

    as_of: date
    known_on: date
    release: str
    fresh_as_of: date
    hash: str
    engine: str
    plan: Plan
    windows: tuple[UsedWindow, ...]

    def to_json(self) -> dict[str, Any]:
        """The common keys of all answers."""
        return {
            "as_of": plain(self.as_of),
            "known_on": plain(self.known_on),
            "release": self.release,
            "fresh_as_of": plain(self.fresh_as_of),
            "plan": self.plan.to_json(),
            "windows": [window.to_json() for window in self.windows],
            "hash": self.hash,
            "engine": self.engine,
        }


@dataclass(frozen=True, slots=True)
class NodeCount:
    """Attrition of one node. `unknown` is None for groups."""

    path: str
    count: int
    unknown: int | None
    left_out_only_by_this: int

    def to_json(self) -> dict[str, Any]:
        """`{"path", "count", "unknown", "left_out_only_by_this"}`."""
        return {
            "path": self.path,
            "count": self.count,
            "unknown": self.unknown,
            "left_out_only_by_this": self.left_out_only_by_this,
        }


@dataclass(frozen=True, slots=True)
class Remark:
    """What has to be known to read an answer. `code` is a stable word for programs."""

    code: str
    message: str

    def to_json(self) -> dict[str, str]:
        """`{"code", "message"}`."""
        return {"code": self.code, "message": self.message}


NO_STOP_LISTS = Remark(
    "no_stop_lists",
    "asked for contacts, but this deployment keeps no stop-lists or consents: nobody was left out",
)


@dataclass(frozen=True, slots=True)
class CountAnswer:
    """How many. `excluded` counts per reason the entities of the asked kind that `purpose = contact` subtracted."""

    count: int
    universe: int
    elapsed_ms: int
    context: Context
    excluded: Mapping[str, int] = field(default_factory=dict)
    nodes: tuple[NodeCount, ...] | None = None
    remarks: tuple[Remark, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The shape of SEGMENTS.md; `nodes` only where attrition was asked for."""
        answer: dict[str, Any] = {
            "count": self.count,
            "universe": self.universe,
            "elapsed_ms": self.elapsed_ms,
        }
        answer |= self.context.to_json() | {"excluded": dict(self.excluded)}
        answer |= {"remarks": [remark.to_json() for remark in self.remarks]}
        return answer | ({} if self.nodes is None else {"nodes": [n.to_json() for n in self.nodes]})


@dataclass(frozen=True, slots=True)
class MembersPage:
    """Members in the order of the entity's key. `rows`: column `id`, then the attributes asked for;
    moments are UTC instants.

    `next` is what `after` must be for the page that follows; None on the last page.
    """

    rows: pa.Table
    next: str | int | None
    elapsed_ms: int
    context: Context
    zone: ZoneInfo
    remarks: tuple[Remark, ...] = ()

    def shown(self) -> list[dict[str, Any]]:
        """The rows with moments as local times with their offset."""
        return [{name: self._shown(value) for name, value in row.items()} for row in self.rows.to_pylist()]

    def _shown(self, value: Any) -> Any:
        return local(value, self.zone) if isinstance(value, datetime) else value

    def to_json(self) -> dict[str, Any]:
        """`{"rows": [{...}], "next": ..., "remarks": ...}` and the common keys."""
        return {
            "rows": plain(self.shown()),
            "next": self.next,
            "remarks": [remark.to_json() for remark in self.remarks],
            "elapsed_ms": self.elapsed_ms,
        } | self.context.to_json()


@dataclass(frozen=True, slots=True)
class SqlAnswer:
    """The statement a count would run: SQL with bound parameters, the tables it reads."""

    sql: str
    parameters: Mapping[str, Any]
    tables: tuple[str, ...]
    context: Context

    def to_json(self) -> dict[str, Any]:
        """`{"sql", "parameters", "tables"}` and the common keys."""
        return {
            "sql": self.sql,
            "parameters": {name: plain(value) for name, value in self.parameters.items()},
            "tables": list(self.tables),
        } | self.context.to_json()


@dataclass(frozen=True, slots=True)
class WhyNode:
    """One node for one entity: whether it holds, what was found and what is required (None for groups)."""

    path: str
    kind: str
    holds: bool
    found: Any = None
    required: Any = None
    unknown: bool = False
    data_date: date | None = None
    children: tuple["WhyNode", ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The node and those below it."""
        return {
            "path": self.path,
            "kind": self.kind,
            "holds": self.holds,
            "found": plain(self.found),
            "required": plain(self.required),
            "unknown": self.unknown,
            "data_date": plain(self.data_date),
            "children": [child.to_json() for child in self.children],
        }


@dataclass(frozen=True, slots=True)
class WhyAnswer:
    """Why an entity is in or out. `flip` is a smallest set of condition paths whose change flips `member`."""

    id: str
    member: bool
    tree: WhyNode | None
    flip: tuple[str, ...]
    elapsed_ms: int
    context: Context

    def to_json(self) -> dict[str, Any]:
        """`{"id", "member", "tree", "flip"}` and the common keys."""
        return {
            "id": self.id,
            "member": self.member,
            "tree": None if self.tree is None else self.tree.to_json(),
            "flip": list(self.flip),
            "elapsed_ms": self.elapsed_ms,
        } | self.context.to_json()


@dataclass(frozen=True, slots=True)
class SensitivityPoint:
    """Size of the segment if the threshold were `value`."""

    value: Any
    count: int


@dataclass(frozen=True, slots=True)
class SensitivityAnswer:
    """Size as a function of the threshold of the condition at `path`, the other conditions fixed."""

    path: str
    op: str
    current: Any
    points: tuple[SensitivityPoint, ...]
    elapsed_ms: int
    context: Context

    def to_json(self) -> dict[str, Any]:
        """`{"path", "op", "current", "points": [{"value", "count"}]}` and the common keys."""
        return {
            "path": self.path,
            "op": self.op,
            "current": plain(self.current),
            "points": [{"value": plain(p.value), "count": p.count} for p in self.points],
            "elapsed_ms": self.elapsed_ms,
        } | self.context.to_json()
