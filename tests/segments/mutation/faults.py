"""One seeded fault for each regression seed: the mistake that the seed was written against, made again.

Edits are made to the product's text, so that each can be read; they have to apply exactly once.
"""

from dataclasses import dataclass

from tests.segments.mutation.patching import Edit

COMPILER = "segments.compiler"
CHECK = "segments.conditions.check"


@dataclass(frozen=True)
class Fault:
    """A mistake in words, and the edits that make it."""

    seed: int
    mistake: str
    edits: tuple[Edit, ...]


def _fault(seed: int, mistake: str, module: str, old: str, new: str) -> Fault:
    return Fault(seed, mistake, (Edit(module, old, new),))


FAULTS: tuple[Fault, ...] = (
    _fault(
        1,
        "grouped rows hold no zeros, so nobody did something 0 times",
        f"{COMPILER}.facts",
        "        return satisfied(Decimal(0), bound.wanted)",
        "        return False",
    ),
    _fault(
        2,
        "those without rows were remembered for 0 times, and forgotten for at most N",
        f"{COMPILER}.facts",
        "        return satisfied(Decimal(0), bound.wanted)",
        "        return bound.wanted.op == 'eq' and satisfied(Decimal(0), bound.wanted)",
    ),
    _fault(
        3,
        "NOT of NOT is NOT",
        f"{COMPILER}.passes.negation",
        "            return _push(part, positive=not positive)",
        "            return _push(part, positive=False)",
    ),
    _fault(
        3,
        "NOT of a group negates its parts and keeps the word between them",
        f"{COMPILER}.passes.negation",
        "            return _group(parts, conjunction=positive, positive=positive)",
        "            return _group(parts, conjunction=True, positive=positive)",
    ),
    _fault(
        4,
        "NOT of a comparison with NULL stays NULL",
        f"{COMPILER}.lower",
        "sql.negate(self.predicate(part, source).strict())",
        "sql.negate(self.predicate(part, source).sql)",
    ),
    _fault(
        5,
        "an unknown yes-or-no counts as no",
        f"{COMPILER}.comparisons",
        'return Pred(sql.compare(operand.sql, "eq", wanted), operand.nullable)',
        'return Pred(sql.compare(sql.coalesce(operand.sql, sql.FALSE()), "eq", wanted), operand.nullable)',
    ),
    _fault(
        6,
        "blanks are taken for a value",
        "segments.conditions.read_values",
        "    if not value.strip():\n",
        "    if not value:\n",
    ),
    _fault(
        7,
        "two conditions on one field share one placeholder",
        f"{COMPILER}.sql",
        'name = f"p{len(self.values) + 1}"',
        "name = kind",
    ),
    _fault(
        8,
        "a condition on a deleted segment is dropped",
        CHECK,
        'self.refuse(node.path, f"there is no segment {node.segment}{version}", "unknown_segment")',
        "del version",
    ),
    Fault(
        9,
        "only a segment that names itself is a cycle, and chains of segments have no end",
        (
            Edit(CHECK, "        elif saved.id in self.trail:", "        elif saved.id in self.trail[-1:]:"),
            Edit(CHECK, "        elif len(self.trail) >= MAX_CHAIN:", "        elif len(self.trail) < 0:"),
        ),
    ),
    Fault(
        10,
        "the anti join is written NOT IN, over keys that may be NULL",
        (
            Edit(
                f"{COMPILER}.lower",
                '        source.joins.append(self._key_join("ANTI" if keys.outside else "SEMI",',
                "        if keys.outside:\n"
                "            found = exp.In(this=source.key, query=exp.Subquery(this=keys.keys))\n"
                "            return [exp.Not(this=exp.Paren(this=found))]\n"
                '        source.joins.append(self._key_join("ANTI" if keys.outside else "SEMI",',
            ),
            Edit(
                f"{COMPILER}.related",
                "sql.is_known(key) if outer is None else",
                "sql.TRUE() if outer is None else",
            ),
        ),
    ),
    _fault(
        11,
        "no row beside the customer reads as 0",
        f"{COMPILER}.aggregates",
        'ZERO_WITHOUT_ROWS = frozenset({"count", "count_distinct", "sum"})',
        'ZERO_WITHOUT_ROWS = frozenset({"count", "count_distinct", "sum", "latest", "min"})',
    ),
    Fault(
        12,
        "the latest value is the latest known one, so a cleared value comes back",
        (
            Edit(f"{COMPILER}.engines", 'call("arg_max_null", value,', 'call("arg_max", value,'),
            Edit(f"{COMPILER}.engines", '            "arg_max_null",\n', '            "arg_max",\n'),
        ),
    ),
    _fault(
        13,
        "the latest row is any row of the latest day, another one for each column",
        f"{COMPILER}.aggregates",
        "for name in (what.fact.business_date, *what.fact.order)]",
        "for name in (what.fact.business_date,)]",
    ),
    _fault(
        14,
        "a window includes the day on which it ends",
        f"{COMPILER}.comparisons",
        'sql.compare(operand.sql, "lt", self._day(operand, before))',
        'sql.compare(operand.sql, "le", self._day(operand, before))',
    ),
    _fault(
        15,
        "days are 24 hours counted back from the as-of date",
        f"{COMPILER}.comparisons",
        'self.parameters.add("timestamp", day_start(day, self.zone))',
        'self.parameters.add("timestamp", day_start(self.as_of, self.zone) - (self.as_of - day))',
    ),
    _fault(
        16,
        "days of timestamps begin at midnight UTC",
        f"{COMPILER}.comparisons",
        'self.parameters.add("timestamp", day_start(day, self.zone))',
        'self.parameters.add("timestamp", datetime(day.year, day.month, day.day))',
    ),
    _fault(
        17,
        "29 February has no anniversary in common years",
        f"{COMPILER}.calendar",
        "        found.add(229)",
        "        found.discard(229)",
    ),
    _fault(
        18,
        "31 March minus a month runs over into March",
        f"{COMPILER}.calendar",
        "return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))",
        "return add_days(date(year, month + 1, 1), day.day - 1)",
    ),
    _fault(
        19,
        "dates are read in whatever way they can be",
        "segments.conditions.types",
        '    raise TypeFault(f"{name} is a date such as 2026-07-01, {value!r} is not")',
        '    return datetime.strptime(str(value), "%d.%m.%Y").date()',
    ),
    _fault(
        20,
        "more than 30 days ago includes the 30th",
        f"{COMPILER}.comparisons",
        '"more_than_ago": lambda as_of, span: (None, add_units(as_of, -span.n, span.unit)),',
        '"more_than_ago": lambda as_of, span: (None, add_days(add_units(as_of, -span.n, span.unit), 1)),',
    ),
    _fault(
        21,
        "the searched text is lowered by another function than the data",
        f"{COMPILER}.comparisons",
        "fold_text(str(wanted.value))",
        "str(wanted.value).lower()",
    ),
    _fault(
        22,
        "a list without values is a condition",
        "segments.conditions.read_values",
        '        raise BadValue("the list of values is empty", "empty")',
        "        return ()",
    ),
    _fault(
        23,
        "99.995 is cut to the two digits of the column",
        f"{COMPILER}.comparisons",
        'rounded = known.ceiling(bound) if op in ("lt", "ge") else known.floor(bound)',
        "rounded = known.floor(bound)",
    ),
    _fault(
        24,
        "growth from nothing is a number",
        f"{COMPILER}.changes",
        'positive, negative = sql.compare(base, "gt", zero),',
        'positive, negative = sql.compare(base, "ge", zero),',
    ),
    _fault(
        25,
        "the base is the sum of the windows before, not their mean",
        f"{COMPILER}.changes",
        "value_range(low, change.what).scale, len(change.windows) - 1",
        "value_range(low, change.what).scale, 1",
    ),
    _fault(
        25,
        "the days of months are not divided out",
        f"{COMPILER}.changes",
        "return _common_days(change) // days.length if change.per_day else 1",
        "return _common_days(change)",
    ),
)
