"""Small builders of sqlglot trees: identifiers from the catalogue, values as placeholders, no text of SQL.

Trees are neutral: what engines do differently is a function of `fn` with a name of ours that `render` knows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

Sql = exp.Expr
TRUE, FALSE = exp.true, exp.false


@dataclass(frozen=True, slots=True)
class Parameter:
    """A bound value and the type it has to have in the engine (`date`, `decimal(18,2)`, `text[]` ...)."""

    kind: str
    value: Any


@dataclass(slots=True)
class Parameters:
    """The values of one statement, by placeholder name."""

    values: dict[str, Parameter] = field(default_factory=dict)

    def add(self, kind: str, value: Any) -> Sql:
        """A placeholder for a value. Never shared: the text of a statement does not depend on its values."""
        name = f"p{len(self.values) + 1}"
        self.values[name] = Parameter(kind, value)
        return exp.Placeholder(this=name)


@dataclass(frozen=True, slots=True)
class Pred:
    """A condition in SQL. `nullable`: it may be NULL where it is not true."""

    sql: Sql
    nullable: bool = True

    def strict(self) -> Sql:
        """The same as true or false, never NULL."""
        return coalesce(self.sql, FALSE()) if self.nullable else self.sql


def column(alias: str, name: str) -> Sql:
    """A column of an aliased table."""
    return exp.Column(this=quoted(name), table=quoted(alias))


def quoted(name: str) -> exp.Identifier:
    """An identifier, always quoted."""
    return exp.Identifier(this=name, quoted=True)


OURS = "our:"
"""Marks functions of ours, before they become one engine's own; no engine has such a name."""


def fn(name: str, *arguments: Sql) -> Sql:
    """A function of ours; the engines' tables have their forms of it."""
    return exp.Anonymous(this=OURS + name, expressions=list(arguments))


def number(value: int) -> Sql:
    """A whole number of our own making (never a user's)."""
    literal = exp.Literal.number(abs(value))
    return exp.Paren(this=exp.Neg(this=literal)) if value < 0 else literal


def one_of(value: Sql, options: Sequence[Sql]) -> Sql:
    """`value IN (...)` with a few placeholders."""
    return exp.In(this=value, expressions=list(options))


def wrapped(value: Sql) -> Sql:
    """In parentheses where precedence could matter."""
    return exp.Paren(this=value) if isinstance(value, exp.Binary) else value


def coalesce(value: Sql, otherwise: Sql) -> Sql:
    """The value, or the other where it is NULL."""
    return exp.Coalesce(this=value, expressions=[otherwise])


def text(value: str) -> Sql:
    """A text of our own making (a time zone, a type's name), never a user's."""
    return exp.Literal.string(value)


COMPARE: dict[str, type[exp.Binary]] = {
    "eq": exp.EQ,
    "lt": exp.LT,
    "le": exp.LTE,
    "gt": exp.GT,
    "ge": exp.GTE,
}


def compare(left: Sql, op: str, right: Sql) -> Sql:
    """`left op right`."""
    return COMPARE[op](this=left, expression=right)


def is_null(value: Sql) -> Sql:
    """`value IS NULL`."""
    return exp.Is(this=value, expression=exp.Null())


def is_known(value: Sql) -> Sql:
    """`value IS NOT NULL`."""
    return exp.Not(this=is_null(value))


def negate(value: Sql) -> Sql:
    """`NOT (value)`."""
    return exp.Not(this=exp.Paren(this=value))


def both(parts: Iterable[Sql]) -> Sql:
    """Conjunction; TRUE for none."""
    return _chain(exp.And, list(parts), TRUE())


def either(parts: Iterable[Sql]) -> Sql:
    """Disjunction in parentheses; FALSE for none."""
    found = list(parts)
    made = _chain(exp.Or, found, FALSE())
    return exp.Paren(this=made) if len(found) > 1 else made


def _chain(kind: type[exp.Connector], parts: Sequence[Sql], empty: Sql) -> Sql:
    if not parts:
        return empty
    made: Sql = parts[0]
    for part in parts[1:]:
        made = kind(this=made, expression=part)
    return made


def times(left: Sql, right: Sql) -> Sql:
    """`left * right`."""
    return exp.Mul(this=wrapped(left), expression=wrapped(right))


def plus(left: Sql, right: Sql) -> Sql:
    """`(left + right)`."""
    return exp.Paren(this=exp.Add(this=wrapped(left), expression=wrapped(right)))


def total(parts: Sequence[Sql]) -> Sql:
    """The sum of one or more."""
    made = parts[0]
    for part in parts[1:]:
        made = plus(made, part)
    return made


def minus(left: Sql, right: Sql) -> Sql:
    """`(left - right)`."""
    return exp.Paren(this=exp.Sub(this=wrapped(left), expression=wrapped(right)))


def case(branches: Sequence[tuple[Sql, Sql]], otherwise: Sql | None = None) -> Sql:
    """CASE WHEN ... END."""
    ifs = [exp.If(this=when, true=then) for when, then in branches]
    return exp.Case(ifs=ifs, default=otherwise)


def select(columns: Sequence[tuple[Sql, str]], table: Sql, joins: Sequence[exp.Join] = ()) -> exp.Select:
    """`SELECT column AS name, ... FROM table JOIN ...`."""
    named = [exp.Alias(this=value, alias=quoted(name)) for value, name in columns]
    made = exp.Select(expressions=named)
    made.set("from_", exp.From(this=table))
    made.set("joins", list(joins))
    return made


def where(statement: exp.Select, parts: Sequence[Sql]) -> exp.Select:
    """The statement with a condition (none for no parts)."""
    if parts:
        statement.set("where", exp.Where(this=both(parts)))
    return statement


def grouped(statement: exp.Select, keys: Sequence[Sql]) -> exp.Select:
    """The statement with GROUP BY."""
    statement.set("group", exp.Group(expressions=list(keys)))
    return statement


def table(name: str, alias: str) -> Sql:
    """A table of the release."""
    return exp.Table(this=quoted(name), alias=exp.TableAlias(this=quoted(alias)))


def subquery(statement: exp.Select, alias: str) -> Sql:
    """A statement in FROM."""
    return exp.Subquery(this=statement, alias=exp.TableAlias(this=quoted(alias)))


def join(kind: str, right: Sql, on: Sql) -> exp.Join:
    """`kind` is INNER, LEFT, SEMI or ANTI."""
    if kind in ("SEMI", "ANTI"):
        return exp.Join(this=right, side="LEFT", kind=kind, on=on)
    return exp.Join(this=right, side="LEFT" if kind == "LEFT" else None, on=on)
