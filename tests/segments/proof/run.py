"""Runs the proof: random documents over random worlds, every evaluator the same ids, coverage counted."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from segments.conditions.reference.data import Data
from tests.segments.proof.evaluators import Evaluator, InPython
from tests.segments.proof.shrink import shrink, told
from tests.segments.world.coverage import Tagger, shape, wanted
from tests.segments.world.documents import DocumentMaker, with_references
from tests.segments.world.exchange import EVERYONE, as_read
from tests.segments.world.rows import make_world
from warehouse.access import Actor, RowScope

PER_WORLD = 50
LEAST_PAIRS_PER_TAG = 20
Open = Callable[[Data, Path], Evaluator]
Answer = frozenset[str] | str
Node = Mapping[str, Any]


def _limited(name: str, *allowed: tuple[str, frozenset[str]]) -> Actor:
    return Actor(name, RowScope(allowed=allowed), attribute_groups=None)


ACTORS = (
    *[EVERYONE] * 5,
    _limited("one region", ("region", frozenset({"north"}))),
    _limited("two attributes", ("region", frozenset({"north", "south"})), ("kind", frozenset({"person"}))),
    _limited("derived attribute", ("status", frozenset({"gone", "undated"}))),
)
"""Who asks: mostly somebody who sees everything, else somebody who sees some customers and what is theirs."""


@dataclass
class Tally:
    """What a run met."""

    pairs: int = 0
    large: int = 0
    trivial: int = 0
    tags: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)

    def report(self) -> str:
        """One line per tag, and the shares."""
        counted = "\n".join(f"  {self.tags[tag]:6d}  {tag}" for tag in wanted())
        return (
            f"{self.pairs} pairs, {len(self.disagreements)} disagreements; "
            f"5 leaves and depth 3: {self.large / self.pairs:.0%}; "
            f"empty or everyone: {self.trivial / self.pairs:.0%}\n{counted}"
        )

    def check(self) -> None:
        """Assert agreement and, for a run of 2,000 pairs and more, coverage."""
        assert not self.disagreements, "\n\n".join(self.disagreements[:5])
        rare = {tag: self.tags[tag] for tag in wanted() if self.tags[tag] < LEAST_PAIRS_PER_TAG}
        assert not rare, rare
        assert self.large >= self.pairs / 2
        assert self.trivial <= self.pairs / 3


def run(pairs: int, engines: Sequence[Open], first_seed: int = 0) -> Tally:
    """Compare on that many pairs, a new world for each 50 of them."""
    tally = Tally()
    for seed in range(first_seed, first_seed + -(-pairs // PER_WORLD)):
        _one_world(seed, engines, tally)
    return tally


def _one_world(seed: int, engines: Sequence[Open], tally: Tally) -> None:
    world = with_references(make_world(seed))
    maker, tagger = DocumentMaker(world, seed), Tagger(world)
    reference = InPython(world.data)
    with TemporaryDirectory() as home:
        others = [start(world.data, Path(home) / str(i)) for i, start in enumerate(engines)]
        try:
            for _ in range(PER_WORLD):
                document = as_read(maker.document())
                actor = maker.rng.choice(ACTORS)
                expected = _count_pair(tally, tagger, document, reference, actor)
                answers = {other.name: answer(other, document, actor) for other in others}
                if any(found != expected for found in answers.values()):
                    tally.disagreements.append(_counter_example(seed, world.data, document, actor, engines))
        finally:
            for other in others:
                other.close()


def _count_pair(
    tally: Tally, tagger: Tagger, document: Node, reference: InPython, actor: Actor
) -> frozenset[str]:
    expected = reference.ids(document, actor)
    leaves, depth = shape(document["where"])
    seen = reference.reference.seen_by(actor.scope)
    everyone = len(seen.universe(document["entity"]))
    tally.pairs += 1
    tally.large += leaves >= 5 and depth >= 3
    tally.trivial += len(expected) in {0, everyone}
    tally.tags.update({*tagger.tags(document), f"scope: {actor.name}"})
    if reference.reference.members(document) & seen.universe(document["entity"]).keys() != seen.members(
        document
    ):
        tally.tags["scope: rows of others decide"] += 1
    return expected


def answer(evaluator: Evaluator, document: Node, actor: Actor) -> Answer:
    """The ids, or what went wrong."""
    try:
        return evaluator.ids(document, actor)
    except Exception as error:  # noqa: BLE001 - any failure of an evaluator is a counter-example
        return f"{type(error).__name__}: {error}"


def _counter_example(seed: int, data: Data, document: Node, actor: Actor, engines: Sequence[Open]) -> str:
    def disagree(data: Data, document: Node) -> bool:
        return len(set(answers_of(data, document, actor, engines).values())) > 1

    data, document = shrink(data, document, disagree)
    return f"seed {seed}, {actor.name}\n" + told(data, document, answers_of(data, document, actor, engines))


def answers_of(data: Data, document: Node, actor: Actor, engines: Sequence[Open]) -> dict[str, Answer]:
    """What each evaluator says on fresh releases of the data."""
    found = {"reference": answer(InPython(data), document, actor)}
    with TemporaryDirectory() as home:
        for i, start in enumerate(engines):
            engine = start(data, Path(home) / str(i))
            found[engine.name] = answer(engine, document, actor)
            engine.close()
    return found
