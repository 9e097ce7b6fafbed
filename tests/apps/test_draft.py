"""Edits of the tree: what moves where, and that nothing is ever lost by accident."""

from apps.workspaces.segment_builder import draft
from apps.workspaces.segment_builder.draft import Item, new_group, new_leaf, walk


def leaf(name: str) -> Item:
    return Item("attr", {"attr": name}, id=name)


def outline(item: Item) -> str:
    if not item.is_group:
        return str(item.fields.get("attr"))
    return f"{item.kind}({' '.join(outline(child) for child in item.children)})"


def tree() -> Item:
    return Item("all", {}, (leaf("a"), Item("any", {}, (leaf("b"), leaf("c")), id="g"), leaf("d")), id="root")


def test_added_items_stand_last() -> None:
    assert outline(draft.add(tree(), "g", leaf("e"))) == "all(a any(b c e) d)"


def test_removed_items_take_what_is_below_them_along() -> None:
    assert outline(draft.remove(tree(), "g")) == "all(a d)"


def test_the_root_stays() -> None:
    assert draft.remove(tree(), "root") == tree()


def test_moving_past_a_group_enters_it() -> None:
    assert outline(draft.move(tree(), "a", 1)) == "all(any(a b c) d)"
    assert outline(draft.move(tree(), "d", -1)) == "all(a any(b c d))"


def test_moving_at_the_edge_leaves_the_group() -> None:
    assert outline(draft.move(tree(), "b", -1)) == "all(a b any(c) d)"
    assert outline(draft.move(tree(), "c", 1)) == "all(a any(b) c d)"


def test_a_group_that_loses_its_last_member_goes_too() -> None:
    slim = draft.remove(tree(), "c")
    assert outline(draft.move(slim, "b", 1)) == "all(a b d)"


def test_moving_at_the_edge_of_the_root_changes_nothing() -> None:
    assert draft.move(tree(), "a", -1) == tree()
    assert draft.move(tree(), "d", 1) == tree()


def test_a_condition_never_leaves_the_where_of_another() -> None:
    where = Item("all", {}, (leaf("x"),), id="where")
    root = Item("all", {}, (Item("fact", {}, (where,), id="f"),), id="root")
    assert draft.move(root, "x", -1) == root


def test_fields_are_set_and_taken_out() -> None:
    root = draft.set_fields(tree(), "a", op="eq", value="1")
    assert draft.set_fields(root, "a", value=None).children[0].fields == {"attr": "a", "op": "eq"}


def test_every_kind_of_condition_can_be_begun() -> None:
    for kind in draft.LEAVES:
        root = new_group("all", new_leaf(kind))
        assert len({item.id for item in walk(root)}) == len(list(walk(root)))
