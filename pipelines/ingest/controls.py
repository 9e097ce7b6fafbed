"""Control totals: what the source says it sent, against what arrived."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from pipelines.ingest.formats import footer_lines
from pipelines.ingest.patterns import check_pattern, kinds_of_dates
from pipelines.ingest.yaml_node import Faults, Node
from warehouse.catalog.model import ValueType
from warehouse.errors import InputError
from warehouse.files.model import ColumnRule, FileError, FileFormat, Footer

Place: TypeAlias = tuple[int, int]
"""A line of totals (0 = the first of them) and a field of it (1 = the first)."""
NUMBERS = {ValueType.INTEGER, ValueType.DECIMAL}


@dataclass(frozen=True, slots=True)
class Totals:
    """What the source states: lines of the file, and sums per column of raw. None = not stated."""

    rows: int | None = None
    sums: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FooterTotals:
    """Which fields of the lines at a file's end are totals: of its rows, of columns of raw."""

    rows: Place | None
    sums: Mapping[str, Place]


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """Where totals come from: the file `pattern` beside each data file, `fixed` in the declaration, or the `footer`
    of each file.

    `tolerance_percent` is how far a total may be off (0 = not at all).
    """

    pattern: str | None
    fixed: Totals | None
    tolerance_percent: Decimal
    footer: FooterTotals | None = None


@dataclass(frozen=True, slots=True)
class ControlCheck:
    """One total compared. `name` is `rows` or `sum of COLUMN`."""

    name: str
    expected: Decimal
    actual: Decimal
    tolerance_percent: Decimal

    @property
    def ok(self) -> bool:
        """Whether the difference is within the tolerance."""
        return abs(self.actual - self.expected) * 100 <= abs(self.expected) * self.tolerance_percent

    def to_json(self) -> dict[str, Any]:
        """As kept in the manifest; numbers as texts, so that no digit is lost."""
        return {
            "name": self.name,
            "expected": str(self.expected),
            "actual": str(self.actual),
            "tolerance_percent": str(self.tolerance_percent),
            "ok": self.ok,
        }


def read_controls(node: Node, rules: Sequence[ColumnRule] | None) -> ControlTotals | None:
    """The keys `control_totals`, `footer` (and `tolerance`, in percent) of a data set.

    `rules`: its columns; None where they are wrong themselves: then any name may be one. Raises DeclarationError with
    all that is wrong.
    """
    faults = Faults()
    footer = faults.attempt(lambda: _footer_totals(node.at("footer"), rules))
    tolerance, controls = node.at("tolerance"), node.at("control_totals")
    if controls.value is None:
        if tolerance.value is not None and footer is None and not faults.found:
            faults.add(tolerance.fail("there are no control_totals"))
        percent = faults.value(lambda: _percent(tolerance), Decimal())
        faults.raise_all()
        return None if footer is None else ControlTotals(None, None, percent, footer)
    if node.at("footer").value is not None and (footer is not None or faults.found):
        faults.add(controls.fail("the footer says it already"))
    faults.attempt(lambda: controls.mapping({"file", "rows", "sums", "tolerance"}))
    if not isinstance(controls.value, dict):
        faults.raise_all()
    own = controls.at("tolerance")
    percent = faults.value(lambda: _percent(own if own.value is not None else tolerance), Decimal())
    pattern = faults.attempt(lambda: _file(controls, node))
    fixed = faults.attempt(lambda: _fixed(controls, rules))
    faults.raise_all()
    return ControlTotals(pattern, fixed, percent)


def _file(controls: Node, node: Node) -> str | None:
    """The pattern of the files beside the data files; None where there are none."""
    if controls.at("file").value is None:
        return None
    faults = Faults()
    for key in ("rows", "sums"):
        if key in controls.value:
            faults.add(controls.at(key).fail("the file says it already"))
    pattern = faults.attempt(lambda: _beside(controls.at("file"), node.at("files").text()))
    faults.raise_all()
    return pattern


def _fixed(controls: Node, rules: Sequence[ColumnRule] | None) -> Totals | None:
    """What the declaration states itself; None where a file states it."""
    if controls.at("file").value is not None:
        return None
    stated = {key: controls.value[key] for key in ("rows", "sums") if key in controls.value}
    try:
        return _totals(stated, rules)
    except ValueError as error:
        raise controls.fail(str(error)) from error


def _footer_totals(node: Node, rules: Sequence[ColumnRule] | None) -> FooterTotals | None:
    """The totals that the lines of a footer are said to hold; None where they only say how they begin."""
    rows: Place | None = None
    sums: dict[str, Place] = {}
    faults = Faults()
    for line, each in enumerate(footer_lines(node)):
        stated = faults.attempt(partial(_line_totals, each, rules))
        if stated is None:
            continue
        of_rows, of_columns = stated
        if (of_rows is not None and rows is not None) or sums.keys() & of_columns.keys():
            faults.add(each.fail("a total stands in another line already"))
        rows = (line, of_rows) if of_rows is not None else rows
        sums |= {name: (line, field) for name, field in of_columns.items()}
    faults.raise_all()
    return None if rows is None and not sums else FooterTotals(rows, sums)


def _line_totals(node: Node, rules: Sequence[ColumnRule] | None) -> tuple[int | None, dict[str, int]] | None:
    """The fields of one line that hold the number of rows and the sums of columns."""
    if not isinstance(node.value, dict):
        return None
    node = node.mapping({"begins", "rows", "sums"})
    rows = None if node.at("rows").value is None else _field(node.at("rows"))
    sums = {} if node.at("sums").value is None else dict(node.at("sums").items())
    try:
        return rows, {_column(name, rules): _field(each) for name, each in sums.items()}
    except ValueError as error:
        raise node.fail(str(error)) from error


def _field(node: Node) -> int:
    number = node.whole(0)
    if number < 1:
        raise node.fail("fields are counted from 1")
    return number


def totals_from_footers(
    path: Path, footers: Sequence[Footer], form: FileFormat, stated: FooterTotals
) -> Totals:
    """Totals from the lines at a file's end, their numbers written as in the rows."""

    def number(place: Place, what: str) -> Decimal:
        footer, field = footers[place[0]], place[1]
        text = footer.fields[field - 1] if field <= len(footer.fields) else ""
        plain = re.sub(r"\s", "", text).replace(form.thousands.strip(), "").replace(form.decimal, ".")
        try:
            return _number(what, plain)
        except ValueError as error:
            raise FileError(
                f"{path}: line {footer.line}: field {field} of the line of totals should be the {what}, "
                f"found {text!r}"
            ) from error

    rows = None if stated.rows is None else number(stated.rows, "number of rows")
    if stated.rows is not None and rows is not None and rows != int(rows):
        raise FileError(f"{path}: line {footers[stated.rows[0]].line}: {rows} is no number of rows")
    sums = {name: number(place, f"sum of {name}") for name, place in stated.sums.items()}
    return Totals(None if rows is None else int(rows), sums)


def _beside(node: Node, files: str) -> str:
    pattern = check_pattern(node)
    if "*" in pattern:
        raise node.fail("the name of a file with totals follows from the date alone, it has no *")
    for kind in sorted(kinds_of_dates(pattern) - kinds_of_dates(files)):
        raise node.fail(f"the names of the data files carry no {kind}")
    return pattern


def _percent(node: Node) -> Decimal:
    try:
        percent = Decimal(str(0 if node.value is None else node.value).rstrip("%"))
    except InvalidOperation as error:
        raise node.fail(f"expected percent such as 0.1, found {node.value!r}") from error
    if not 0 <= percent <= 100:
        raise node.fail(f"expected percent between 0 and 100, found {node.value!r}")
    return percent


def totals_from_file(path: Path, rules: Sequence[ColumnRule]) -> Totals:
    """Totals from a control file: JSON `{"rows": 10, "sums": {"AMOUNT": "12.50"}}`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return _totals(json.loads(text, parse_float=Decimal, object_pairs_hook=_once), rules)
    except OSError as error:
        raise FileError(
            f"{path}: the file with the control totals can't be read: {error.strerror}"
        ) from error
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path}: not control totals: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for name, _ in pairs:
        if sum(name == other for other, _ in pairs) > 1:
            raise ValueError(f"{name!r} stands there twice")
    return dict(pairs)


def _totals(content: Any, rules: Sequence[ColumnRule] | None) -> Totals:
    if not isinstance(content, dict) or not content or set(content) - {"rows", "sums"}:
        raise ValueError('expected {"rows": ..., "sums": {COLUMN: ...}}')
    rows, sums = content.get("rows"), content.get("sums") or {}
    if rows is not None and (not isinstance(rows, int) or isinstance(rows, bool) or rows < 0):
        raise ValueError(f"rows: expected a whole number, found {rows!r}")
    problem = _problem_of_sums(rows, sums)
    if problem:
        raise ValueError(problem)
    return Totals(rows, {_column(name, rules): _number(name, value) for name, value in sums.items()})


def _problem_of_sums(rows: int | None, sums: object) -> str | None:
    if not isinstance(sums, dict):
        return "sums: expected columns and numbers"
    # Without either, every file would pass.
    return "neither rows nor sums are stated" if rows is None and not sums else None


def _column(name: object, rules: Sequence[ColumnRule] | None) -> str:
    if rules is None:
        return str(name)
    for rule in rules:
        if name in {rule.source, rule.name} and rule.source is not None and rule.type in NUMBERS:
            return rule.name
    raise ValueError(f"sums: {name!r} is not a mapped column with numbers")


def _number(name: object, value: object) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("nan")
    if not number.is_finite():
        raise ValueError(f"sums: {name}: expected a number, found {value!r}")
    return number


def compare(
    stated: Totals, rows: int, sums: Mapping[str, Decimal], percent: Decimal
) -> tuple[ControlCheck, ...]:
    """Each stated total against the lines that came and the sums of what entered raw."""
    checks = (
        [] if stated.rows is None else [ControlCheck("rows", Decimal(stated.rows), Decimal(rows), percent)]
    )
    checks += [
        ControlCheck(f"sum of {name}", total, sums[name], percent) for name, total in stated.sums.items()
    ]
    return tuple(checks)


class ControlBreachError(InputError):
    """What arrived is not what the source says it sent; nothing of the file is loaded."""


def require(path: Path, checks: Sequence[ControlCheck]) -> None:
    """Raise ControlBreachError when a total is off by more than the tolerance."""
    broken = [check for check in checks if not check.ok]
    if broken:
        told = "; ".join(
            f"{check.name}: the source says {check.expected}, arrived {check.actual}" for check in broken
        )
        raise ControlBreachError(
            f"{path}: control totals differ: {told} (tolerance {broken[0].tolerance_percent}%)"
        )
