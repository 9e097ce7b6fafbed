"""Random segment documents over a world: every node, operator and unit; thresholds come from the data."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from segments.conditions.matches import Reference
from segments.conditions.read_values import MAX_DIGITS_BEFORE
from tests.segments.world.catalogue import SEARCH
from tests.segments.world.rows import NAMES, World
from warehouse.catalog.model import OPERATORS, Attribute, ValueType

UNITS = ("day", "week", "month", "quarter", "year")
NUMBERS = {ValueType.INTEGER, ValueType.DECIMAL}
DATES = {ValueType.DATE, ValueType.TIMESTAMP}
NEVER = {"is_set", "is_not_set", "is_true", "is_false"}
SPANS = {"within_last", "more_than_ago", "within_next", "anniversary_within"}
ROLLING = {"day": (1, 120), "week": (1, 20), "month": (1, 14), "quarter": (1, 5), "year": (1, 60)}
LAST = {"day": (1, 90), "week": (1, 13), "month": (1, 4), "quarter": (1, 2), "year": (1, 1)}
SHORT_LIST = (1, 4)
LONG_LIST = (17, 24)
"""More values than single placeholders are written for."""
GREATEST = Decimal(10) ** MAX_DIGITS_BEFORE - 1
"""No document writes a larger number."""
Node = dict[str, Any]


class DocumentMaker:
    """Draws documents for one world; the same seed gives the same documents."""

    def __init__(self, world: World, seed: int) -> None:
        self.rng = Random(seed)
        self.world = world
        self.reference = Reference(world.data)
        self.catalog = world.data.catalog

    def document(self) -> Node:
        """A document; three times out of four one whose answer is neither empty nor everyone."""
        trivial_is_fine = self.rng.random() < 0.15
        for _ in range(12):
            made = self._any_document()
            answer = self.reference.members(made)
            universe = self.reference.universe(made["entity"])
            if trivial_is_fine or 0 < len(answer) < len(universe):
                break
        return made

    def _any_document(self) -> Node:
        entity = self.rng.choice(["customer"] * 5 + ["account", "subscription"])
        leaves = self.rng.choice([1, 1, 2, 3, 5, 5, 6, 6, 7, 9])
        where = self.tree(entity, leaves, self.rng.choice([3, 4]) if leaves >= 5 else 1)
        return {"version": 1, "entity": entity, "where": where}

    def tree(self, entity: str, leaves: int, depth: int, under: str = "") -> Node:
        """A group of at least `depth` levels with that many conditions, often negated."""
        if leaves == 1 and depth <= 1:
            return self._negated(self._leaf(entity, under))
        kind = self.rng.choice(["all", "any"]) if not under else ("any" if under == "all" else "all")
        sizes = self._split(leaves, depth)
        children = [self.tree(entity, size, depth - 1 if i == 0 else 1, kind) for i, size in enumerate(sizes)]
        self.rng.shuffle(children)
        return self._negated({kind: children})

    def _split(self, leaves: int, depth: int) -> list[int]:
        first = max(2, leaves // 2) if depth > 2 or leaves > 4 else 1
        first = min(first, leaves)
        return [first] + [1] * (leaves - first)

    def _negated(self, node: Node) -> Node:
        return {"not": node} if self.rng.random() < 0.12 else node

    def _leaf(self, entity: str, under: str) -> Node:
        """A condition; under `all` rather a wide one, under `any` rather a narrow one."""
        low, high = {"all": (0.45, 0.98), "any": (0.02, 0.55)}.get(under, (0.05, 0.95))
        rows = list(self.reference.universe(entity).values())[::3]
        for _ in range(3):
            made = self._condition(entity)
            share = sum(self.reference.evaluate(made, entity, row) for row in rows) / max(len(rows), 1)
            if low <= share <= high or self.rng.random() < 0.1:
                break
        return made

    def _condition(self, entity: str, depth: int = 0) -> Node:
        makers: list[tuple[Callable[[str, int], Node], int]] = [
            (self.attribute, 30),
            (self.fact, 24),
            (self.change, 14),
            (self.related, 12 if depth < 2 else 0),
            (self.sequence, 8),
            (self.segment, 4),
            (self.id_list, 4),
        ]
        if entity == "subscription":  # it has no children
            makers[3] = (self.related, 0)
        make = self.rng.choices([m for m, _ in makers], [weight for _, weight in makers])[0]
        return make(entity, depth)

    # Attributes

    def attribute(self, entity: str, depth: int = 0) -> Node:
        """A test of an attribute, or of one attribute against another."""
        attributes = self.catalog.entities[entity].attributes
        chosen = self.rng.choice([a for a in attributes.values() for _ in range(_interest(a))])
        rows = list(self.reference.universe(entity).values())
        found = [self.reference.value({"attr": chosen.name}, entity, row) for row in self._some(rows)]
        return {"attr": chosen.name} | self._test(chosen.type, chosen, found, attributes)

    def row_condition(self, fact_name: str, depth: int = 0) -> Node:
        """A tree of tests inside the `where` of a fact."""
        if depth < 2 and self.rng.random() < 0.3:
            children = [self.row_condition(fact_name, depth + 1) for _ in range(self.rng.randint(1, 3))]
            return self._negated({self.rng.choice(["all", "any"]): children})
        fact = self.catalog.facts[fact_name]
        about = {**fact.attributes, **fact.measures}
        chosen = self.rng.choice(list(about.values()))
        values = [row[chosen.column] for row in self._some(self.world.data.tables[fact.table])]
        found = [
            Fraction(v) if isinstance(v, (int, Decimal)) and not isinstance(v, bool) else v for v in values
        ]
        return self._negated({"attr": chosen.name} | self._test(chosen.type, chosen, found, about))

    def _some(self, rows: Sequence[Any]) -> Sequence[Any]:
        return self.rng.sample(list(rows), min(8, len(rows)))

    def _test(
        self, kind: ValueType, about: Attribute | None, found: Sequence[Any], others: Mapping[str, Attribute]
    ) -> Node:
        """`op` and `value` for a value of that type; `about` is None for computed values."""
        allowed = about.operators if about else OPERATORS[kind] - SEARCH
        rare = sorted(allowed & (SEARCH | SPANS | {"is_true", "is_false"}))
        op = self.rng.choice([*sorted(allowed), *rare, *rare])
        if op in {"eq", "ne", "lt", "le", "gt", "ge"} and self.rng.random() < 0.2:
            fitting = [b for b in others.values() if _comparable(kind, b.type) and b is not about]
            if fitting:
                return {"op": op, "value": self._other(self.rng.choice(fitting), kind)}
        known = [value for value in found if value is not None]
        return {"op": op} | self._value(op, kind, known, about)

    def _other(self, attribute: Attribute, kind: ValueType) -> Node:
        times = self.rng.choice([None, Decimal("2.0"), Decimal("0.5"), Decimal("1.25"), 3])
        return {"attr": attribute.name} | ({"times": times} if kind in NUMBERS and times is not None else {})

    def _value(self, op: str, kind: ValueType, known: Sequence[Any], about: Attribute | None) -> Node:
        if op in NEVER:
            return {}
        if op in SPANS:
            unit = self.rng.choice(UNITS)
            n = self.rng.randint(*ROLLING[unit])
            return {
                "value": {
                    "n": min(n, 1) if op == "anniversary_within" and unit == "year" else n,
                    "unit": unit,
                }
            }
        if op in {"in", "not_in"}:
            size = self.rng.randint(*LONG_LIST if self.rng.random() < 0.1 else SHORT_LIST)
            return {"value": [self._literal(kind, known, about) for _ in range(size)]}
        if op == "between":
            return {"value": _ordered(self._literal(kind, known, about), self._literal(kind, known, about))}
        literal = self._literal(kind, known, about)
        return {"value": self._piece(literal) if op in SEARCH else literal}

    def _literal(self, kind: ValueType, known: Sequence[Any], about: Attribute | None) -> Any:
        value = self.rng.choice(known) if known else None
        if kind is ValueType.BOOLEAN:
            return self.rng.random() < 0.5
        if kind is ValueType.TEXT:
            return self._text(value, about)
        if kind in NUMBERS:
            return self._number(value)
        return self._moment(value, kind)

    def _text(self, value: str | None, about: Attribute | None) -> str:
        if about and about.values:
            return self.rng.choice(about.values).value
        return self.rng.choice(NAMES) if value is None or self.rng.random() < 0.2 else value

    def _piece(self, text: str) -> str:
        """Part of a text in another spelling."""
        start = self.rng.randrange(len(text))
        piece = text[start : start + self.rng.randint(1, 5)] if self.rng.random() < 0.7 else text
        change = self.rng.choice([str, str.upper, str.lower, lambda t: t.replace("е", "ё").replace("'", "ʼ")])
        return change(piece) if change(piece).strip() else "a"

    def _number(self, value: Fraction | None) -> int | Decimal:
        exact = Fraction(0) if value is None else value
        rounded = Decimal(exact.numerator) / Decimal(exact.denominator)
        near = rounded.quantize(Decimal("0.01")) if exact.denominator > 1 else Decimal(exact.numerator)
        if exact.denominator in {2, 4, 5, 10, 20, 25, 50, 100}:
            near = rounded
        nudge = self.rng.choice([Decimal(0)] * 6 + [Decimal(s) for s in ("1", "-1", "0.01", "-0.005", "0.5")])
        number = min(max(near + nudge, -GREATEST), GREATEST)
        whole = number == number.to_integral_value()
        return int(number) if whole and self.rng.random() < 0.7 else number

    def _moment(self, value: date | datetime | None, kind: ValueType) -> str:
        day = self.world.data.as_of if value is None else self.world.data.clock.day(value)
        shifted = day + timedelta(days=self.rng.choice([0, 0, 0, 1, -1]))
        if kind is ValueType.TIMESTAMP and isinstance(value, datetime) and self.rng.random() < 0.5:
            moment = value + timedelta(seconds=self.rng.choice([0, 0, 1, -1]))
            aware = moment.replace(tzinfo=UTC).astimezone(self.world.data.clock.zone)
            return self.rng.choice(
                [moment.isoformat() + "Z", aware.replace(tzinfo=None).isoformat(), aware.isoformat()]
            )
        return shifted.isoformat()

    # Behaviour

    def _fact_of(self, entity: str) -> str:
        return self.rng.choice([f.name for f in self.catalog.facts.values() if entity in f.keys])

    def _where(self, fact: str) -> Node:
        return {"where": self.row_condition(fact)} if self.rng.random() < 0.45 else {}

    def _aggregate(self, fact_name: str, allowed: Sequence[str]) -> tuple[Node, ValueType]:
        """`agg`, `measure` and the type of the result."""
        agg = self.rng.choice(allowed)
        if agg in {"count", "first", "last"}:
            return {"agg": agg}, ValueType.INTEGER if agg == "count" else ValueType.DATE
        fitting = {"sum": NUMBERS, "avg": NUMBERS, "min": NUMBERS | DATES, "max": NUMBERS | DATES}.get(agg)
        measures = [
            m for m in self.catalog.facts[fact_name].measures.values() if not fitting or m.type in fitting
        ]
        measure = self.rng.choice(measures)
        kind = {"count_distinct": ValueType.INTEGER, "avg": ValueType.DECIMAL}.get(agg, measure.type)
        return {"agg": agg, "measure": measure.name}, kind

    def window(self, kinds: Sequence[str] = ("last", "last", "last", "this", "this", "dates", "all")) -> Node:
        """A window around the world's as-of date."""
        kind, as_of = self.rng.choice(kinds), self.world.data.as_of
        unit = self.rng.choice([*UNITS, "day", "week"])
        if kind == "last":
            return {"last": self.rng.randint(*LAST[unit]), "unit": unit}
        if kind == "this":
            return {"this": unit}
        if kind == "dates":
            start = as_of - timedelta(days=self.rng.randint(1, 300))
            return {
                "from": start.isoformat(),
                "before": (start + timedelta(days=self.rng.randint(1, 300))).isoformat(),
            }
        return {"all": True}

    def fact(self, entity: str, depth: int = 0) -> Node:
        """A test of behaviour."""
        name = self._fact_of(entity)
        every = (
            "count",
            "count_distinct",
            "sum",
            "avg",
            "min",
            "max",
            "first",
            "last",
            "latest",
            "sum",
            "count",
        )
        aggregate, kind = self._aggregate(name, every)
        node = {"fact": name, **aggregate, "window": self.window(), **self._where(name)}
        return node | self._test(
            kind, None, self._found(node, entity), self.catalog.entities[entity].attributes
        )

    def change(self, entity: str, depth: int = 0) -> Node:
        """A test of change."""
        name = self._fact_of(entity)
        aggregate, kind = self._aggregate(name, ("count", "count_distinct", "sum", "sum", "latest"))
        if kind not in NUMBERS:
            return self.change(entity, depth)
        window, previous = self.window(["last"]), self.rng.randint(1, 3)
        inner = {
            "fact": name,
            **aggregate,
            "window": window,
            **self._where(name),
            "against": {"previous": previous},
        }
        node: Node = {"change": inner, "as": self.rng.choice(["percent", "absolute"])}
        if self.rng.random() < 0.4:
            node["per_day"] = self.rng.random() < 0.7
        if self.rng.random() < 0.4:
            node["min_base"] = self.rng.choice([1, 2, Decimal("0.5"), 10, -200, -(10**18)])
        return node | self._test(ValueType.DECIMAL, None, self._found(node, entity), self._numbers(entity))

    def _numbers(self, entity: str) -> dict[str, Attribute]:
        return {n: a for n, a in self.catalog.entities[entity].attributes.items() if a.type in NUMBERS}

    def _found(self, node: Node, entity: str) -> list[Any]:
        rows = self._some(list(self.reference.universe(entity).values()))
        return [self.reference.value(node, entity, row) for row in rows]

    def sequence(self, entity: str, depth: int = 0) -> Node:
        """Events in order."""
        steps = []
        for _ in range(self.rng.choice([2, 2, 2, 3, 3, 4])):
            name = self._fact_of(entity)
            steps.append(
                {"fact": name} | ({"where": self.row_condition(name)} if self.rng.random() < 0.3 else {})
            )
        unit = self.rng.choice(UNITS)
        node: Node = {
            "sequence": steps,
            "within": {"n": self.rng.randint(1, 60 if unit == "day" else 4), "unit": unit},
        }
        return node | ({"window": self.window()} if self.rng.random() < 0.4 else {})

    # Other entities and references

    def related(self, entity: str, depth: int = 0) -> Node:
        """A test over children."""
        relation = self.rng.choice([r for r in self.catalog.relations.values() if r.parent == entity])
        quantifier = self.rng.choice(["any", "all", "none", "count"])
        node: Node = {"related": relation.name, "quantifier": quantifier}
        if quantifier not in {"count"} or self.rng.random() < 0.6:
            node["where"] = self._child_condition(relation.child, depth + 1)
        if quantifier == "count":
            node |= self._test(ValueType.INTEGER, None, self._found(node, entity), self._numbers(entity))
        return node

    def _child_condition(self, child: str, depth: int) -> Node:
        if self.rng.random() < 0.3:
            return {
                self.rng.choice(["all", "any"]): [
                    self._negated(self._condition(child, depth)) for _ in range(2)
                ]
            }
        return self._negated(self._condition(child, depth))

    def segment(self, entity: str, depth: int = 0) -> Node:
        """A reference to one of the world's saved segments."""
        saved = [key for key, document in self.world.data.segments.items() if document["entity"] == entity]
        if not saved:
            return self.attribute(entity)
        chosen, version = self.rng.choice(saved)
        return {"segment": chosen, "version": version}

    def id_list(self, entity: str, depth: int = 0) -> Node:
        """A reference to one of the world's lists."""
        named = [name for name in self.world.data.lists if name.startswith(entity)]
        return {"list": self.rng.choice(named)} if named else self.attribute(entity)


def _interest(attribute: Attribute) -> int:
    """How much oftener than others an attribute is drawn: those that meet rare operators and edges."""
    if attribute.folded or attribute.name == "birth_date":
        return 5
    return 2 if attribute.type in DATES or attribute.type is ValueType.BOOLEAN else 1


def _comparable(left: ValueType, right: ValueType) -> bool:
    return left is right or {left, right} <= NUMBERS or {left, right} <= DATES


def _ordered(low: Any, high: Any) -> list[Any]:
    """The two ends of a `between`; dates and timestamps by their written days first."""
    if isinstance(low, str) and low[:10] != high[:10]:
        return [low, high] if low[:10] <= high[:10] else [high, low]
    if isinstance(low, str):  # one local day: a written offset may put the later text first
        return [low[:10], high[:10]]
    return [low, high] if low <= high else [high, low]


def with_references(world: World) -> World:
    """The world with saved segments (one naming another) and uploaded lists per entity."""
    from dataclasses import replace

    maker = DocumentMaker(world, world.seed + 1)
    data = world.data
    lists = {f"{entity}_{n}": _ids(maker, entity) for entity in data.catalog.entities for n in (1, 2)}
    world = replace(world, data=replace(data, lists=lists))
    for version in (1, 2):
        maker = DocumentMaker(world, world.seed + 1 + version)
        made = {(f"s{version}_{e}", version): _saved(maker, e) for e in data.catalog.entities}
        world = replace(world, data=replace(world.data, segments={**world.data.segments, **made}))
    return world


def _saved(maker: DocumentMaker, entity: str) -> Node:
    return {"version": 1, "entity": entity, "where": maker.tree(entity, 3, 2)}


def _ids(maker: DocumentMaker, entity: str) -> frozenset[str]:
    kind = maker.catalog.entities[entity]
    ids = [row[kind.id] for row in maker.world.data.tables[kind.table]]
    return frozenset([*maker.rng.sample(ids, len(ids) // 2), "nobody", "'; DROP TABLE customer_360; --"])
