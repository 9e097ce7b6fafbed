"""The tree as it is being edited: values with ids, and the edits a person can make to it.

A draft may be unfinished (no attribute chosen yet, half a number typed); `document` says what is missing.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

GROUPS = ("all", "any")
LEAVES = ("attr", "fact", "change", "related", "sequence", "segment", "list")


def new_id() -> str:
    """An id that no other node on any screen has; widget keys are made from it."""
    return uuid.uuid4().hex[:12]


@dataclass(frozen=True, slots=True)
class Item:
    """A node being edited. `kind` is one of GROUPS, LEAVES or `step`.

    `fields` holds what was chosen and typed, values in their typed form (see `values`). `children` are the
    members of a group, the steps of a sequence, or the one group that is the `where` of the others.
    """

    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    children: tuple["Item", ...] = ()
    negated: bool = False
    id: str = field(default_factory=new_id)

    @property
    def is_group(self) -> bool:
        """Whether its children are alternatives or requirements."""
        return self.kind in GROUPS


def new_group(kind: str = "all", *children: Item) -> Item:
    """A group with the given members."""
    return Item(kind, children=children)


def new_leaf(kind: str) -> Item:
    """An unfinished condition of a kind, with the parts it always has."""
    if kind == "sequence":
        fields = {"within": {"n": "30", "unit": "day"}, "window": None}
        return Item(kind, fields, (new_step(), new_step()))
    if kind in {"fact", "change"}:
        return Item(kind, _behaviour(kind), (new_group(),))
    if kind == "related":
        return Item(kind, {"quantifier": "any"}, (new_group(),))
    return Item(kind)


def new_step() -> Item:
    """One event of a sequence."""
    return Item("step", {}, (new_group(),))


def _behaviour(kind: str) -> dict[str, Any]:
    window = {"kind": "last", "n": "1", "unit": "month"}
    if kind == "fact":
        return {"agg": "count", "window": window, "op": "ge", "value": "1"}
    return {"agg": "sum", "window": window, "previous": "1", "as": "percent", "op": "le", "value": "-25"}


def walk(item: Item) -> Iterator[Item]:
    """The item and everything below it, in the order of the screen."""
    yield item
    for child in item.children:
        yield from walk(child)


def find(root: Item, item_id: str) -> Item | None:
    """The item with that id."""
    return next((item for item in walk(root) if item.id == item_id), None)


def parent_of(root: Item, item_id: str) -> Item | None:
    """The item whose child has that id; None for the root."""
    return next((item for item in walk(root) if any(child.id == item_id for child in item.children)), None)


def put(root: Item, changed: Item) -> Item:
    """The tree with the item of the same id replaced."""
    if root.id == changed.id:
        return changed
    return replace(root, children=tuple(put(child, changed) for child in root.children))


def add(root: Item, parent_id: str, item: Item) -> Item:
    """The tree with an item added at the end of a parent."""
    parent = find(root, parent_id)
    return root if parent is None else put(root, replace(parent, children=(*parent.children, item)))


def remove(root: Item, item_id: str) -> Item:
    """The tree without an item; the root stays."""
    parent = parent_of(root, item_id)
    if parent is None:
        return root
    return put(
        root, replace(parent, children=tuple(child for child in parent.children if child.id != item_id))
    )


def set_fields(root: Item, item_id: str, **fields: Any) -> Item:
    """The tree with fields of one item set; a field set to None is taken out."""
    item = find(root, item_id)
    if item is None:
        return root
    merged = {name: value for name, value in {**item.fields, **fields}.items() if value is not None}
    return put(root, replace(item, fields=merged))


def set_kind(root: Item, item_id: str, kind: str) -> Item:
    """The tree with a group turned from `all` into `any` or back."""
    item = find(root, item_id)
    return root if item is None else put(root, replace(item, kind=kind))


def set_negated(root: Item, item_id: str, negated: bool) -> Item:
    """The tree with one item negated or not."""
    item = find(root, item_id)
    return root if item is None else put(root, replace(item, negated=negated))


def move(root: Item, item_id: str, step: int) -> Item:
    """The tree with one item a place up (-1) or down (1), as in an outline.

    It enters a neighbouring group and leaves its own at the edges; it never leaves the place whose
    attributes it asks for (the root, or the `where` of a condition).
    """
    parent, item = parent_of(root, item_id), find(root, item_id)
    if parent is None or item is None:
        return root
    index = [child.id for child in parent.children].index(item_id)
    neighbour = index + step
    if 0 <= neighbour < len(parent.children):
        return _past(root, parent, index, neighbour)
    outer = parent_of(root, parent.id)
    if not parent.is_group or outer is None or not outer.is_group:
        return root
    return _out_of(root, outer, parent, item, step)


def _past(root: Item, parent: Item, index: int, neighbour: int) -> Item:
    children = list(parent.children)
    other = children[neighbour]
    if parent.is_group and other.is_group:
        item = children.pop(index)
        inside = (item, *other.children) if neighbour > index else (*other.children, item)
        children[children.index(other)] = replace(other, children=inside)
    else:
        children[index], children[neighbour] = children[neighbour], children[index]
    return put(root, replace(parent, children=tuple(children)))


def _out_of(root: Item, outer: Item, parent: Item, item: Item, step: int) -> Item:
    slimmer = replace(parent, children=tuple(child for child in parent.children if child.id != item.id))
    children = list(outer.children)
    place = next(i for i, child in enumerate(children) if child.id == parent.id)
    children[place] = slimmer
    children.insert(place if step < 0 else place + 1, item)
    if not slimmer.children:
        children.remove(slimmer)
    return put(root, replace(outer, children=tuple(children)))
