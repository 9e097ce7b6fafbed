"""Saving: checked, pinned, versioned; names, circles, archive, deletion."""

import json
from decimal import Decimal
from typing import Any

import pytest

from segments.conditions.problems import DocumentError
from segments.conditions.read import loads
from segments.saved import ConflictError, ForbiddenError, UnknownError
from tests.segments.saved.world import ANNA, BORIS, World, document
from warehouse.errors import InputError

NORTH = {"attr": "region", "op": "eq", "value": "North"}
SOUTH = {"attr": "region", "op": "eq", "value": "South"}
RICH = {"attr": "balance", "op": "ge", "value": Decimal("0.10")}


def save(world: World, where: Any, **options: Any) -> Any:
    name = options.pop("title", None)
    content = document(where) if name is None else document(where, name=name)
    return world.segments.save(content, options.pop("actor", ANNA), **options)


def problems(world: World, where: Any, **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(DocumentError) as refused:
        save(world, where, **options)
    return [(one.path, one.code) for one in refused.value.problems]


def test_a_saved_segment_can_be_referred_to(world: World) -> None:
    saved = save(world, NORTH, title="Север")
    assert (saved.segment.id, saved.segment.version, saved.segment.owner) == ("sever", 1, "anna")
    assert world.members({"segment": "sever"}) == ["C1", "C2"]
    assert world.members({"not": {"segment": "sever", "version": 1}}) == ["C3", "C4", "C5", "Й6"]


def test_the_document_is_kept_with_exact_numbers(world: World) -> None:
    where = '{"attr": "balance", "op": "ge", "value": 1234567890123456.01}'
    content = loads(f'{{"version": 1, "name": "x", "where": {where}}}')
    save_of = world.segments.save(content, ANNA)
    assert '"value":1234567890123456.01' in save_of.version.document
    assert world.segments.open("x", 1, ANNA).document == content


def test_versions_follow_each_other_and_never_change(world: World) -> None:
    save(world, NORTH, title="region")
    assert save(world, SOUTH, segment_id="region", actor=BORIS).version.version == 2
    assert world.members({"segment": "region", "version": 1}) == ["C1", "C2"]
    assert world.members({"segment": "region"}) == ["C3", "C4", "Й6"]
    segment, versions, _ = world.segments.history("region")
    assert [(one.version, one.author) for one in versions] == [(1, "anna"), (2, "boris")]
    assert (segment.version, segment.owner) == (2, "anna")


def test_an_equal_document_makes_no_version(world: World) -> None:
    first = save(world, {"all": [NORTH, RICH]}, title="One")
    again = save(world, {"all": [{**RICH, "value": Decimal("0.1")}, NORTH]}, title="One")
    assert (again.changed, again.version) == (False, first.version)
    assert save(world, {"all": [RICH, NORTH]}, segment_id="one").changed is False
    save(world, NORTH, segment_id="one")
    assert save(world, {"all": [RICH, NORTH]}, segment_id="one").version.version == 3, (
        "going back is a change"
    )


def test_names_belong_to_one_segment(world: World) -> None:
    save(world, NORTH, title="Север")
    with pytest.raises(ConflictError, match="sever"):
        save(world, SOUTH, title=" СЕВЕР ")
    save(world, SOUTH, title="Юг")
    with pytest.raises(ConflictError, match="is taken"):
        save(world, SOUTH, title="Север", segment_id="yug")
    renamed = save(world, SOUTH, title="Юг и запад", segment_id="yug")
    assert (renamed.changed, renamed.segment.name, renamed.segment.id) == (False, "Юг и запад", "yug")


def test_ids_from_names_are_unique_and_readable(world: World) -> None:
    made = [
        save(world, NORTH, title=name).segment.id
        for name in ("Жёлтый щит!", "желтый щит?", "!!!", "Examples")
    ]
    assert made == ["zheltyy-shchit", "zheltyy-shchit-2", "segment", "examples-2"]


@pytest.mark.parametrize("given", ["", "Ä", "a b", "../x", "-a", "x" * 65, "examples"])
def test_an_id_is_plain(world: World, given: str) -> None:
    with pytest.raises(InputError, match="id"):
        save(world, NORTH, segment_id=given, name="n")


@pytest.mark.parametrize("name", [None, "", "   ", "x" * 201, "a\x00b", "\ud800"])
def test_a_name_is_wanted(world: World, name: str | None) -> None:
    with pytest.raises(InputError, match="name"):
        save(world, NORTH, name=name)


def test_letters_that_are_none_are_bad_input(world: World) -> None:
    with pytest.raises(InputError, match="character"):
        save(world, {"attr": "region", "op": "eq", "value": "\ud800"}, name="n")


def test_references_are_pinned_at_saving_wherever_they_stand(world: World) -> None:
    save(world, NORTH, title="a")
    save(world, SOUTH, segment_id="a")
    where = {"any": [{"segment": "a"}, {"not": {"all": [{"segment": "a", "version": 1}, {"segment": "a"}]}}]}
    kept = json.loads(save(world, where, title="b").version.document)["where"]["any"]
    assert kept[0] == {"segment": "a", "version": 2}
    assert kept[1]["not"]["all"] == [{"segment": "a", "version": 1}, {"segment": "a", "version": 2}]
    save(world, NORTH, segment_id="a")
    assert world.members({"segment": "b"}) == world.members(
        {"any": [SOUTH, {"not": {"all": [NORTH, SOUTH]}}]}
    )


def test_a_reference_inside_a_relation_is_pinned_and_counted_as_use(world: World) -> None:
    content = {"entity": "subscription", "where": {"attr": "deactivated_on", "op": "is_not_set"}}
    world.segments.save({"version": 1, "name": "open", **content}, ANNA)
    where = {"related": "subscriptions", "quantifier": "any", "where": {"segment": "open"}}
    kept = json.loads(save(world, where, title="with open").version.document)
    assert kept["where"]["where"] == {"segment": "open", "version": 1}
    with pytest.raises(ConflictError, match="with-open version 1"):
        world.segments.delete("open", ANNA)
    assert world.members(where) == ["C1", "C3", "C5"]


def test_faults_are_refused_with_their_paths(world: World) -> None:
    found = problems(world, {"all": [{"segment": "no"}, {"list": "no"}, {**NORTH, "attr": "no"}]}, title="x")
    assert found == [
        ("/where/all/0", "unknown_segment"),
        ("/where/all/1", "unknown_list"),
        ("/where/all/2", "unknown_attribute"),
    ]
    with pytest.raises(UnknownError):
        world.segments.history("x")


def test_circles_are_refused_also_through_others(world: World) -> None:
    save(world, NORTH, title="a")
    save(world, {"not": {"segment": "a"}}, title="b")
    save(world, {"any": [SOUTH, {"segment": "b"}]}, title="c")
    assert problems(world, {"all": [NORTH, {"segment": "c"}]}, segment_id="a") == [("/where/all/1", "cycle")]
    assert problems(world, {"segment": "a", "version": 1}, segment_id="a") == [("/where", "cycle")]


def test_an_archived_segment_is_used_on_but_not_anew(world: World) -> None:
    save(world, NORTH, title="a")
    save(world, {"all": [{"segment": "a"}, RICH]}, title="user")
    world.segments.archive("a", ANNA)
    assert world.members({"segment": "user"}) == ["C1"]
    assert problems(world, {"segment": "a", "version": 1}, title="new") == [("/where", "archived_segment")]
    assert problems(world, {"segment": "a"}, title="new") == [("/where", "archived_segment")]
    on = save(world, {"any": [{"segment": "a", "version": 1}, RICH]}, segment_id="user")
    assert on.version.version == 2
    with pytest.raises(DocumentError, match="archived"):
        world.members({"segment": "a"})
    with pytest.raises(ConflictError, match="archived"):
        save(world, SOUTH, segment_id="a")
    with pytest.raises(ConflictError, match="already"):
        world.segments.archive("a", ANNA)
    assert [one.id for one in world.segments.all()] == ["user"]
    assert [one.id for one in world.segments.all(archived=True)] == ["a", "user"]


def test_a_used_segment_stays(world: World) -> None:
    save(world, NORTH, title="a")
    save(world, {"segment": "a"}, title="b")
    with pytest.raises(ConflictError, match="used by b version 1; archive it"):
        world.segments.delete("a", ANNA)
    world.segments.delete("b", ANNA)
    world.segments.delete("a", ANNA)
    with pytest.raises(DocumentError, match="there is no segment a"):
        world.members({"segment": "a", "version": 1})


def test_a_reference_to_a_missing_version_is_an_error(world: World) -> None:
    save(world, NORTH, title="a")
    with pytest.raises(DocumentError, match="no segment a version 7"):
        world.members({"segment": "a", "version": 7})
    with pytest.raises(UnknownError, match="no version 7"):
        world.segments.open("a", 7, ANNA)


def test_who_may_not_see_an_attribute_gets_members_but_not_the_tree(world: World) -> None:
    save(world, {"attr": "tax_id", "op": "eq", "value": "300000001"}, title="secret")
    assert world.members({"segment": "secret"}, BORIS) == ["C1"]
    with pytest.raises(ForbiddenError, match="tax_id"):
        world.segments.open("secret", None, BORIS)
    assert problems(world, {"attr": "tax_id", "op": "is_set"}, title="mine", actor=BORIS) == [
        ("/where", "forbidden_attribute")
    ]


def test_the_linter_hears_of_segments_that_say_the_same(world: World) -> None:
    save(world, NORTH, title="a")
    save(world, {"all": [{"segment": "a"}, RICH]}, title="b")
    same = document({"all": [RICH, {"segment": "a"}]})
    assert [one.code for one in world.segments.lint(same)] == ["same_as_saved"]
    assert "b, version 1" in world.segments.lint(same)[0].message
    assert world.segments.lint(same, own_id="b") == ()
    world.segments.archive("b", ANNA)
    assert world.segments.lint(document({"all": [RICH, {"segment": "a", "version": 1}]})) == ()


def test_each_change_is_in_the_audit(world: World) -> None:
    save(world, NORTH, title="a")
    save(world, NORTH, title="a")
    save(world, SOUTH, segment_id="a", actor=BORIS)
    world.segments.archive("a", ANNA)
    with world.store.reading() as work:
        told = [(one.actor, one.action, one.subject) for one in reversed(work.audit.last(10))]
    assert told == [
        ("anna", "segment.create", "a"),
        ("anna", "segment.version", "a"),
        ("boris", "segment.version", "a"),
        ("anna", "segment.archive", "a"),
    ]
