"""Numbers of the catalogue in the reference evaluator: sums over months and what is made of them, exact."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from segments.conditions.reference.data import Data, Subject
from segments.conditions.reference.dates import Span, add, unit_start
from segments.conditions.reference.facts import aggregate, complete, events
from segments.conditions.reference.values import Value
from warehouse.catalog.model import Number, WindowSum

FORMS: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = {
    "value": lambda of: of[0],
    "total": lambda of: sum(of, Fraction(0)),
    "difference": lambda of: of[0] - of[1],
    "ratio": lambda of: of[0] / of[1],
    "share": lambda of: 100 * of[0] / of[1],
    "change": lambda of: 100 * (of[0] - of[1]) / of[1],
}
DIVIDING = frozenset({"ratio", "share", "change"})


def number(data: Data, made: Number, scale: int, subject: Subject, stored: Callable[[str], Value]) -> Value:
    """The value for the subject; None is unknown. `stored` gives the subject's attribute of a name."""
    spans = [months(window, data) for window in made.windows]
    facts = [window.fact for window in made.windows]
    if not all(complete(data, fact, span) for fact, span in zip(facts, spans, strict=True)):
        return None
    if spans and not _lived(made, spans, subject):
        return None
    found = [
        _summed(data, operand, subject) if isinstance(operand, WindowSum) else stored(operand)
        for operand in made.of
    ]
    known = [value for value in found if isinstance(value, Fraction)]
    if len(known) < len(found) or (made.form in DIVIDING and known[1] == 0):
        return None
    return rounded(FORMS[made.form](known), scale)


def months(window: WindowSum, data: Data) -> Span:
    """The full calendar months of a sum."""
    before = add(unit_start(data.as_of, "month"), -window.back, "month")
    return Span(add(before, -window.months, "month"), before)


def _lived(made: Number, spans: Sequence[Span], subject: Subject) -> bool:
    """In all of the months where they are averaged or compared with other months, else before they ended."""
    entity = subject.entity
    since = subject.row[entity.exists_from] if entity and entity.exists_from else None
    if any(window.mean for window in made.windows) or any(span != spans[0] for span in spans):
        return since is not None and all(span.start is not None and since <= span.start for span in spans)
    return since is None or since < spans[0].before


def _summed(data: Data, window: WindowSum, subject: Subject) -> Fraction:
    node = {"fact": window.fact, "agg": "sum", "measure": window.measure}
    rows = events(data, node, subject, months(window, data), lambda _node, _row: True)
    found = aggregate(data, node, rows)
    assert isinstance(found, Fraction)
    return found / window.months if window.mean else found


def rounded(value: Fraction, scale: int) -> Fraction:
    """To that many decimal places, half away from zero."""
    size = (abs(value) * 10**scale + Fraction(1, 2)) // 1
    return Fraction(size if value >= 0 else -size, 10**scale)
