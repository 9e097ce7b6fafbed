"""Questions to one release: the door through which everything else asks about segments."""

import time
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from segments.answers import (
    NO_STOP_LISTS,
    Context,
    CountAnswer,
    MembersPage,
    NodeCount,
    Plan,
    Remark,
    SensitivityAnswer,
    SqlAnswer,
    WhyAnswer,
)
from segments.asked import Asked, require_key, require_text
from segments.attrition import Attrition, BitSets
from segments.budget import Budget
from segments.compiler import bits, questions
from segments.compiler.audience import Audience
from segments.compiler.compile import Compiled
from segments.compiler.key import cache_key, key_parts
from segments.compiler.questions import Page, Question
from segments.conditions.check import opened_problems
from segments.conditions.problems import DocumentError, Problem
from segments.conditions.read import parse
from segments.moments import as_instants
from segments.references import NO_REFERENCES, References
from segments.sensitivity import Curve, movable, spread
from segments.survivors import SurvivorReferences, Survivors
from segments.why import Finding, data_date, explain, shown_value, smallest_flip
from warehouse.access import Actor
from warehouse.engines.port import Engine
from warehouse.errors import InputError
from warehouse.releases.model import Release

PURPOSES = ("analysis", "contact")
MAX_PAGE = 10_000


class SegmentService:
    """Answers about segment documents over one open release. Safe to use from several threads."""

    def __init__(self, release: Release, engine: Engine, references: References = NO_REFERENCES) -> None:
        self.release = release
        self.engine = engine
        self.survivors = Survivors(release, engine)
        self.references: References = SurvivorReferences(references, self.survivors)
        self._asked = Asked(release, self.references)
        self._universes: dict[tuple[object, ...], int] = {}

    def check(self, document: Mapping[str, Any], actor: Actor) -> tuple[Problem, ...]:
        """Every fault of the document; none = it can be counted."""
        try:
            parsed = parse(document)
        except DocumentError as error:
            return error.problems
        return self._asked.problems(parsed, actor)

    def count(
        self,
        document: Mapping[str, Any],
        actor: Actor,
        *,
        as_of: date | None = None,
        known_on: date | None = None,
        purpose: str = "analysis",
        attrition: bool = False,
        budget: Budget | None = None,
    ) -> CountAnswer:
        """How many, exactly. Raises DocumentError, InputError, EngineError and its kinds."""
        started, budget = time.perf_counter(), budget or Budget.start()
        compiled = self._asked.compile(document, actor, (as_of, known_on), budget)
        audience = self._audience(document, actor, purpose)
        question = questions.count(compiled, audience, self.engine.name)
        counted, excluded = _counted(self._run(question, budget), audience)
        universe = self._universe(compiled, audience, budget)
        nodes = self._attrition(compiled, actor, budget) if attrition else None
        return CountAnswer(
            count=counted,
            universe=universe,
            elapsed_ms=_since(started),
            context=self._context(compiled, question.tables),
            excluded=excluded,
            nodes=nodes,
            remarks=self._remarks(purpose),
        )

    def why(
        self,
        document: Mapping[str, Any],
        entity_id: str,
        actor: Actor,
        *,
        as_of: date | None = None,
        known_on: date | None = None,
        budget: Budget | None = None,
    ) -> WhyAnswer:
        """Condition by condition for one entity. Raises InputError where the reader sees no such entity."""
        started, budget = time.perf_counter(), budget or Budget.start()
        require_text(entity_id)
        compiled, audience = (
            self._asked.compile(document, actor, (as_of, known_on), budget),
            Audience(actor.scope),
        )
        found = self._run(bits.find(compiled, audience, entity_id, self.engine.name), budget)
        if found.num_rows == 0:
            raise InputError(f"there is no {compiled.entity.name} {entity_id}")
        key = found.column("key")[0].as_py()
        question = bits.values(compiled, audience, key, self.engine.name)
        row = self._run(question, budget).to_pylist()[0]
        root = compiled.document.where
        tree = None if root is None else explain(root, self._findings(compiled, row))
        return WhyAnswer(
            id=entity_id,
            member=tree is None or tree.holds,
            tree=tree,
            flip=() if tree is None else smallest_flip(tree),
            elapsed_ms=_since(started),
            context=self._context(compiled, question.tables),
        )

    def sensitivity(
        self,
        document: Mapping[str, Any],
        path: str,
        actor: Actor,
        *,
        as_of: date | None = None,
        known_on: date | None = None,
        budget: Budget | None = None,
    ) -> SensitivityAnswer:
        """Size as a function of the threshold of the condition at `path`: lt, le, gt or ge with a number."""
        started, budget = time.perf_counter(), budget or Budget.start()
        compiled = self._asked.compile(document, actor, (as_of, known_on), budget)
        node, op, current = movable(compiled, path)
        asked = bits.histogram(compiled, Audience(actor.scope), node, self.engine.name)
        rows = self._run(asked.question, budget).to_pylist()
        points = Curve(spread(rows, asked.fraction), op).points(current)
        context = self._context(compiled, asked.question.tables)
        return SensitivityAnswer(path, op, current, points, _since(started), context)

    def members(  # noqa: PLR0913 - as count
        self,
        document: Mapping[str, Any],
        actor: Actor,
        *,
        as_of: date | None = None,
        known_on: date | None = None,
        purpose: str = "analysis",
        after: str | int | None = None,
        limit: int = 100,
        attributes: Sequence[str] = (),
        budget: Budget | None = None,
    ) -> MembersPage:
        """One page of members in the order of keys; ask with `after=page.next` for the page that follows."""
        started, budget = time.perf_counter(), budget or Budget.start()
        compiled = self._asked.compile(document, actor, (as_of, known_on), budget)
        audience = self._audience(document, actor, purpose)
        if not 1 <= limit <= MAX_PAGE:
            raise InputError(f"limit must be from 1 to {MAX_PAGE}, not {limit}")
        require_key(compiled, after)
        shown = self._asked.shown(compiled, attributes, actor)
        question = questions.members(compiled, audience, Page(after, limit, shown), self.engine.name)
        rows = self._run(question, budget)
        more = rows.num_rows > limit
        page = rows.slice(0, limit)
        return MembersPage(
            rows=as_instants(page.drop_columns(["key"]).rename_columns(["id", *attributes])),
            next=page.column("key")[-1].as_py() if more else None,
            elapsed_ms=_since(started),
            context=self._context(compiled, question.tables),
            zone=self._asked.zone,
            remarks=self._remarks(purpose),
        )

    def key(
        self,
        document: Mapping[str, Any],
        actor: Actor,
        *,
        as_of: date | None = None,
        known_on: date | None = None,
        purpose: str = "analysis",
        budget: Budget | None = None,
    ) -> str:
        """Equal for two questions exactly when everything their answers depend on is equal."""
        compiled = self._asked.compile(document, actor, (as_of, known_on), budget or Budget.start())
        audience = self._audience(document, actor, purpose)
        return cache_key(key_parts(compiled, audience, self.release.manifest, purpose))

    def sql(
        self,
        document: Mapping[str, Any],
        actor: Actor,
        *,
        as_of: date | None = None,
        known_on: date | None = None,
        purpose: str = "analysis",
        budget: Budget | None = None,
    ) -> SqlAnswer:
        """The statement that `count` runs; of lists the number of ids alone.

        A statement opens the segments it refers to: DocumentError where the actor may not use what they ask.
        """
        problems = opened_problems(parse(document), self.release.catalog, actor, self.references)
        if problems:
            raise DocumentError(problems)
        compiled = self._asked.compile(document, actor, (as_of, known_on), budget or Budget.start())
        audience = self._audience(document, actor, purpose)
        question = questions.count(compiled, audience, self.engine.name, pretty=True)
        context = self._context(compiled, question.tables)
        return SqlAnswer(question.statement.sql, question.shown(), question.tables, context)

    def _audience(self, document: Mapping[str, Any], actor: Actor, purpose: str) -> Audience:
        if purpose not in PURPOSES:
            raise InputError(f"purpose must be one of {', '.join(PURPOSES)}, not {purpose!r}")
        entity = str(document.get("entity", "customer"))
        return Audience(actor.scope, self.references.exclusions(entity) if purpose == "contact" else ())

    def _remarks(self, purpose: str) -> tuple[Remark, ...]:
        """Where nobody can be left out, an answer for contacts must not look as if somebody had been."""
        unlisted = purpose == "contact" and not self.references.keeps_stop_lists()
        return (NO_STOP_LISTS,) if unlisted else ()

    def _run(self, question: Question, budget: Budget) -> pa.Table:
        return budget.query(self.engine, question.statement)

    def _universe(self, compiled: Compiled, audience: Audience, budget: Budget) -> int:
        key = (compiled.entity.name, compiled.setting.as_of, compiled.setting.past, audience.scope)
        if key not in self._universes:
            question = questions.universe_size(compiled, audience, self.engine.name)
            rows = self._run(question, budget)
            self._universes[key] = int(rows.column("n")[0].as_py())
        return self._universes[key]

    def _attrition(self, compiled: Compiled, actor: Actor, budget: Budget) -> tuple[NodeCount, ...]:
        if compiled.document.where is None:
            return ()
        question = bits.bits(compiled, Audience(actor.scope), self.engine.name)
        sets = BitSets(self._run(question, budget))
        leaves = list(enumerate(bits.leaves(compiled.document)))
        answers = {node.path: sets.column(f"c{i}") for i, node in leaves}
        unknown = {node.path: sets.column(f"u{i}") for i, node in leaves if bits.can_be_unknown(node)}
        return Attrition(answers, unknown, sets.everyone).of(compiled.document.where)

    def _findings(self, compiled: Compiled, row: Mapping[str, Any]) -> dict[str, Finding]:
        found = {}
        for i, node in enumerate(bits.leaves(compiled.document)):
            measured = f"v{i}" in row
            value = shown_value(compiled, node, row.get(f"v{i}"), row.get(f"w{i}"))
            found[node.path] = Finding(
                bool(row[f"c{i}"]),
                value,
                measured and value is None,
                data_date(node, compiled.entity, self.release.manifest, compiled.setting.as_of),
            )
        return found

    def _context(self, compiled: Compiled, tables: tuple[str, ...]) -> Context:
        manifest, past = self.release.manifest, compiled.setting.past
        fresh = min((source.known_from for source in manifest.sources), default=manifest.as_of)
        return Context(
            as_of=compiled.setting.as_of,
            known_on=past.known_on if past else manifest.known_on,
            release=manifest.release_id,
            fresh_as_of=fresh,
            hash=compiled.hash,
            engine=self.engine.name,
            plan=Plan(compiled.answered_from(), tables),
            windows=compiled.windows,
        )


def _counted(rows: pa.Table, audience: Audience) -> tuple[int, dict[str, int]]:
    if not audience.exclusions:
        return int(rows.column("n")[0].as_py()), {}
    by_reason = {int(row["reason"]): int(row["n"]) for row in rows.to_pylist()}
    excluded: dict[str, int] = {}
    for i, exclusion in enumerate(audience.exclusions):
        excluded[exclusion.reason] = excluded.get(exclusion.reason, 0) + by_reason.get(i, 0)
    return by_reason.get(-1, 0), excluded


def _since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
