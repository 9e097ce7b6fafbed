"""What each rewrite of bound trees leaves: shapes, beside the ids that the proof compares."""

from datetime import date
from zoneinfo import ZoneInfo

from segments.compiler.bind import Setting
from segments.compiler.bound import Always, And, Bound, Complement, InDays, Or, Related
from segments.compiler.passes import children, constants, negation
from segments.compiler.passes.context import PassContext
from tests.segments.world.catalogue import CUSTOMER, SUBSCRIPTION, build_catalogue

CATALOGUE = build_catalogue()
CONTEXT = PassContext(Setting(CATALOGUE, date(2026, 7, 1), ZoneInfo("UTC")), {})
A, B, C = (InDays(CUSTOMER.attributes["gone_on"], None, date(2026, 7, day), f"/{day}") for day in (1, 2, 3))
YES, NO = Always(True), Always(False)


def fold(tree: Bound) -> Bound:
    return constants.fold(tree, CUSTOMER, CONTEXT)


def push(tree: Bound) -> Bound:
    return negation.push(tree, CUSTOMER, CONTEXT)


def test_parts_that_decide_nothing_go() -> None:
    assert fold(And((A, YES, B))) == And((A, B))
    assert fold(Or((A, NO, B))) == Or((A, B))
    assert fold(And((YES, A))) == A
    assert fold(Or((NO, A))) == A


def test_parts_that_decide_all_stay_alone() -> None:
    assert fold(And((A, NO))) == NO
    assert fold(Or((A, YES))) == YES
    assert fold(And((A, Or((B, YES))))) == A
    assert fold(Or((A, And((B, NO))))) == A


def test_empty_groups() -> None:
    assert fold(And(())) == YES
    assert fold(Or(())) == NO
    assert fold(Complement(And(()))) == NO
    assert fold(Complement(Or(()))) == YES


def test_groups_of_one_kind_are_flattened() -> None:
    assert fold(And((A, And((B, C))))) == And((A, B, C))
    assert fold(Or((Or((A, B)), C))) == Or((A, B, C))
    assert fold(And((A, Or((B, C))))) == And((A, Or((B, C))))
    assert fold(Or((A, And((B, C))))) == Or((A, And((B, C))))


def test_constants_inside_a_complement_and_a_relation() -> None:
    assert fold(Complement(And((A, YES)))) == Complement(A)
    relation = CATALOGUE.relations["subscriptions"]
    related = Related(relation, CUSTOMER, SUBSCRIPTION, "any", And((A, YES)), None, "/r")
    assert fold(related) == Related(relation, CUSTOMER, SUBSCRIPTION, "any", A, None, "/r")


def test_negation_reaches_the_conditions() -> None:
    assert push(Complement(And((A, B)))) == Or((Complement(A), Complement(B)))
    assert push(Complement(Or((A, Complement(B))))) == And((Complement(A), B))
    assert push(Complement(Complement(A))) == A
    assert push(Complement(YES)) == NO
    assert push(And((A, Complement(Or((B, C)))))) == And((A, And((Complement(B), Complement(C)))))


def test_negation_inside_a_relation_stays_inside() -> None:
    relation = CATALOGUE.relations["subscriptions"]
    related = Related(relation, CUSTOMER, SUBSCRIPTION, "any", Complement(And((A, B))), None, "/r")
    inner = Or((Complement(A), Complement(B)))
    expected = Related(relation, CUSTOMER, SUBSCRIPTION, "any", inner, None, "/r")
    assert push(related) == expected
    assert push(Complement(related)) == Complement(expected)


def test_all_becomes_none_of_the_complement() -> None:
    relation = CATALOGUE.relations["subscriptions"]

    def related(quantifier: str, where: Bound | None) -> Related:
        return Related(relation, CUSTOMER, SUBSCRIPTION, quantifier, where, None, "/r")

    def made(tree: Bound) -> Bound:
        return children.without_all(tree, CUSTOMER, CONTEXT)

    assert made(related("all", A)) == related("none", Complement(A))
    assert made(related("all", None)) == YES
    for quantifier in ("any", "none", "count"):
        assert made(related(quantifier, A)) == related(quantifier, A)
