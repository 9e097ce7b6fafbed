"""Two documents read alike exactly when they are equal: over many documents and all their small changes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from segments.conditions.canonical import document_hash
from segments.conditions.check import check
from segments.conditions.describe import LANGUAGES, conditions_in_words, describe
from segments.conditions.nodes import Document
from segments.conditions.problems import DocumentError
from segments.conditions.read import loads, parse
from segments.references import MemoryReferences, References
from tests.segments.describe.mutants import mutants
from tests.segments.describe.test_golden import CASES, CATALOG, EVERYONE, REFERENCES
from tests.segments.world.documents import DocumentMaker, with_references
from tests.segments.world.exchange import dumps, references
from tests.segments.world.rows import make_world
from warehouse.catalog.model import Attribute, Catalog

PURPOSES = ("analysis", "contact")


def readable(content: Any, catalog: Catalog, known: References) -> Document | None:
    """The document, or None where it is not valid."""
    try:
        document = parse(loads(dumps(content)))
    except DocumentError:
        return None
    return None if check(document, catalog, EVERYONE, known) else document


class Library:
    """Every sentence seen, and the hash it stands for."""

    def __init__(self, catalog: Catalog, known: References) -> None:
        self.catalog, self.known = catalog, known
        self.hashes: dict[str, tuple[str, str]] = {}
        self.sentences: dict[tuple[str, str, str], str] = {}

    def add(self, content: Any) -> None:
        """Describe a document in each language, for each purpose; it must not read like another one."""
        document = readable(content, self.catalog, self.known)
        if document is None:
            return
        identity = document_hash(document)
        for language in LANGUAGES:
            for purpose in PURPOSES:
                said = describe(document, self.catalog, language, purpose=purpose)
                assert self.hashes.setdefault(said, (identity, purpose)) == (identity, purpose), said
                assert self.sentences.setdefault((identity, language, purpose), said) == said

    @property
    def documents(self) -> int:
        """How many different documents were told."""
        return len(self.sentences) // (len(LANGUAGES) * len(PURPOSES))


def names_of(catalog: Catalog) -> Mapping[str, tuple[str, ...]]:
    """Other names to put for `attr`, `fact`, `measure` and `related`."""
    attributes = {name for entity in catalog.entities.values() for name in entity.attributes}
    described = {name for fact in catalog.facts.values() for name in fact.attributes}
    measures = {name for fact in catalog.facts.values() for name in fact.measures}
    return {
        "attr": tuple(sorted(attributes | described | measures)),
        "measure": tuple(sorted(measures)),
        "fact": tuple(sorted(catalog.facts)),
        "related": tuple(sorted(catalog.relations)),
    }


def test_golden_documents_and_all_their_small_changes_read_differently() -> None:
    library = Library(CATALOG, REFERENCES)
    names = names_of(CATALOG)
    for case in CASES:
        library.add(case["document"])
        for changed in mutants(case["document"], names=names):
            library.add(changed)
    assert library.documents > 2_500


@pytest.mark.parametrize("seed", range(3))
def test_random_documents_and_their_small_changes_read_differently(seed: int) -> None:
    world = with_references(make_world(seed, customers=8))
    library = Library(world.data.catalog, known := references(world.data))
    assert isinstance(known, MemoryReferences)
    rng = Random(seed)
    names = names_of(world.data.catalog)
    for content in drawn(DocumentMaker(world, seed), 60):
        library.add(content)
        changed = list(mutants(content, names=names))
        for one in rng.sample(changed, min(40, len(changed))):
            library.add(one)
    assert library.documents > 500


def drawn(maker: DocumentMaker, n: int) -> Iterator[Any]:
    """Random documents without regard to what they answer."""
    for _ in range(n):
        yield maker._any_document()


def shuffled(value: Any, rng: Random, key: str = "", op: str = "") -> Any:
    """The same document with keys, groups and `in` lists in another order."""
    if isinstance(value, Mapping):
        inner_op = str(value.get("op", ""))
        return {
            name: shuffled(value[name], rng, name, inner_op) for name in rng.sample(list(value), len(value))
        }
    if isinstance(value, list):
        inner = [shuffled(item, rng) for item in value]
        unordered = key in {"all", "any"} or (key == "value" and op in {"in", "not_in"})
        return rng.sample(inner, len(inner)) if unordered else inner
    return value


@pytest.mark.parametrize("seed", range(3))
def test_the_same_document_in_another_order_reads_the_same(seed: int) -> None:
    world = with_references(make_world(seed, customers=8))
    rng, catalog = Random(seed), world.data.catalog
    for content in drawn(DocumentMaker(world, seed), 60):
        other = shuffled(content, rng) | {"name": "another name", "description": "x", "tags": ["t"]}
        one, two = (parse(loads(dumps(each))) for each in (content, other))
        assert document_hash(one) == document_hash(two)
        for language in LANGUAGES:
            assert describe(one, catalog, language) == describe(two, catalog, language)


@pytest.mark.parametrize(("one", "two"), [("2", "2.00"), ("[2, 1, 2]", "[1.0, 2]"), ("100", "1e2")])
def test_numbers_read_the_same_however_they_are_written(one: str, two: str) -> None:
    op = "in" if one.startswith("[") else "eq"
    written = (
        '{"version": 1, "where": {"attr": "age", "op": "' + op + '", "value": ' + v + "}}" for v in (one, two)
    )
    first, second = (describe(parse(loads(text)), CATALOG, "en") for text in written)
    assert first == second


def test_a_name_the_catalogue_does_not_know_is_refused_with_its_path() -> None:
    where = {"any": [{"attr": "age", "op": "is_set"}, {"attr": "nonsense", "op": "is_set"}]}
    with pytest.raises(DocumentError, match="/where/any/1: there is no attribute nonsense"):
        describe(parse(loads(json.dumps({"version": 1, "where": where}))), CATALOG, "en")


HOSTILE = "» [age]: больше 5 И «” [age] is more than 5 AND “"


def hostile(catalog: Catalog) -> Catalog:
    """The catalogue with one label for everything, made to look like the end of a condition."""
    labels = dict.fromkeys(LANGUAGES, HOSTILE)

    def attribute(found: Attribute) -> Attribute:
        values = tuple(replace(value, labels=labels) for value in found.values)
        return replace(found, labels=labels, values=values)

    def described(found: Mapping[str, Attribute]) -> dict[str, Attribute]:
        return {name: attribute(one) for name, one in found.items()}

    return replace(
        catalog,
        entities={
            name: replace(entity, labels=labels, attributes=described(entity.attributes))
            for name, entity in catalog.entities.items()
        },
        facts={
            name: replace(
                fact, labels=labels, measures=described(fact.measures), attributes=described(fact.attributes)
            )
            for name, fact in catalog.facts.items()
        },
        relations={name: replace(relation, labels=labels) for name, relation in catalog.relations.items()},
    )


def test_labels_that_imitate_conditions_deceive_nobody() -> None:
    library, rng = Library(hostile(CATALOG), REFERENCES), Random(0)
    names = names_of(CATALOG)
    for case in CASES:
        library.add(case["document"])
        changed = list(mutants(case["document"], names=names))
        for one in rng.sample(changed, min(12, len(changed))):
            library.add(one)
    assert library.documents > 300


def test_every_node_has_its_line_by_the_submitted_path() -> None:
    where = {
        "any": [
            {"not": {"attr": "vip", "op": "is_true"}},
            {"all": [{"attr": "age", "op": "ge", "value": 18}]},
        ]
    }
    document = parse(loads(dumps({"version": 1, "where": where})))
    assert conditions_in_words(document, CATALOG, "ru") == {
        "/where": "хотя бы одно из условий",
        "/where/any/0": "не",
        "/where/any/0/not": "«VIP-клиент»: да",
        "/where/any/1": "все условия",
        "/where/any/1/all/0": "«Возраст»: не меньше 18 лет",
    }
    assert conditions_in_words(parse({"version": 1, "where": None}), CATALOG, "en") == {}
