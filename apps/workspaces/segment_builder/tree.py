"""Drawing of the tree: groups with their members, and the frame of every condition."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from apps.workspaces.segment_builder import behaviour, draft
from apps.workspaces.segment_builder import view_model as vm
from apps.workspaces.segment_builder.draft import Item
from apps.workspaces.segment_builder.editing import Drawing
from apps.workspaces.segment_builder.scope import Scope, tested
from apps.workspaces.segment_builder.value_inputs import draw_value


def draw_root(drawing: Drawing, scope: Scope) -> None:
    """The whole tree."""
    _group(drawing, drawing.state.root, scope, "root", "everyone")


def _group(drawing: Drawing, item: Item, scope: Scope, role: str, empty: str) -> None:
    with st.container(border=True, key=f"{role}-{item.id}"):
        # One condition is neither "all of" nor "any of": the choice appears with the second.
        if role == "group" or len(item.children) > 1 or item.negated:
            _group_head(drawing, item, role)
        elif not item.children:
            st.caption(drawing.say(empty))
        for child in item.children:
            if child.is_group:
                _group(drawing, child, scope, "group", "group_empty")
            else:
                _leaf(drawing, child, scope)
        _notes(drawing, item)
        _add_buttons(drawing, item, scope)


def _group_head(drawing: Drawing, item: Item, role: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.segmented_control(
            drawing.say("actions"),
            draft.GROUPS,
            default=item.kind,
            format_func=drawing.say,
            label_visibility="collapsed",
            required=True,
            **drawing.on_change(
                f"{item.id}:kind", lambda root, kind: draft.set_kind(root, item.id, kind or item.kind)
            ),
        )
        with st.container(
            horizontal=True, width="content", wrap=False, gap=None, vertical_alignment="center"
        ):
            _frame_buttons(drawing, item, movable=role == "group")


def _leaf(drawing: Drawing, item: Item, scope: Scope) -> None:
    noted = "noted" if drawing.notes.get(item.id) else "leaf"
    with st.container(border=True, key=f"{noted}-{item.id}"):
        with st.container(horizontal=True, wrap=False, gap="small"):
            with st.container(width="stretch", gap="small"):
                DRAWN[item.kind](drawing, item, scope)
            with st.container(
                horizontal=True, width="content", wrap=False, gap=None, vertical_alignment="center"
            ):
                _frame_buttons(drawing, item, movable=True)
        for step in item.children:
            _inside(drawing, item, step, scope)
        _notes(drawing, item)
        if item.id in drawing.counts:
            st.caption(drawing.counts[item.id])
        offered = drawing.unknown.get(item.id) and vm.takes_in_unknown(item)
        if offered and not vm.is_known_beside(drawing.state.root, item):
            known = partial(vm.require_known, item_id=item.id)
            _button(drawing, item, "add_known", ":material/done_all:", known)


def _inside(drawing: Drawing, item: Item, child: Item, scope: Scope) -> None:
    """The `where` of a condition, or one step of a sequence with its own `where`."""
    if child.kind == "step":
        with st.container(border=True, key=f"step-{child.id}"):
            behaviour.draw_step(drawing, item, child, scope)
            if child.fields.get("fact"):
                _where(drawing, child, scope)
            _notes(drawing, child)
    elif item.fields.get("fact") or item.fields.get("related"):
        _where(drawing, item, scope)


def _where(drawing: Drawing, item: Item, scope: Scope) -> None:
    group = item.children[0]
    words = "where_children" if item.kind == "related" else "where_events"
    if not group.children:
        _add(drawing, group, words, partial(draft.new_leaf, "attr"))
        return
    st.caption(drawing.say(words))
    _group(drawing, group, scope.inside(item), "inner", "where_events")


def _attribute(drawing: Drawing, item: Item, scope: Scope) -> None:
    chosen = tested(item, scope) is not None
    widths = [4, 4, 5] if item.fields.get("op") == "between" else [5, 3, 5]
    what, how, value = st.columns(widths) if chosen else (st.container(), None, None)
    found = scope.attributes()

    def words(name: str) -> str:
        return vm.attribute_words(found[name], scope.catalog, drawing.language) if name in found else name

    with what:
        drawing.select(
            item,
            "attribute",
            vm.attribute_choices(scope, drawing.language),
            item.fields.get("attr"),
            words,
            lambda root, name: vm.choose_attribute(root, item.id, name, scope),
            name="attr",
            placeholder="choose_attribute",
        )
    attribute = tested(item, scope)
    if attribute is None or how is None or value is None:
        return
    with how:
        behaviour.draw_operator(drawing, item, scope)
    with value:
        draw_value(drawing, item, attribute, scope)


def _frame_buttons(drawing: Drawing, item: Item, *, movable: bool) -> None:
    negate = drawing.on_change(
        f"{item.id}:not", lambda root, chosen: draft.set_negated(root, item.id, bool(chosen))
    )
    st.pills(
        drawing.say("not_help"),
        [True],
        default=True if item.negated else None,
        format_func=lambda _: drawing.say("not"),
        label_visibility="collapsed",
        help=None,
        **negate,
    )
    if not movable:
        return
    with st.popover(
        "", icon=":material/more_vert:", help=drawing.say("actions"), type="tertiary", key=f"menu-{item.id}"
    ):
        _button(drawing, item, "up", ":material/arrow_upward:", lambda root: draft.move(root, item.id, -1))
        _button(drawing, item, "down", ":material/arrow_downward:", lambda root: draft.move(root, item.id, 1))
        _comparison_toggle(drawing, item)
    st.button(
        "",
        icon=":material/close:",
        help=drawing.say("remove"),
        type="tertiary",
        key=f"{item.id}:remove",
        on_click=drawing.edit,
        args=(lambda root: draft.remove(root, item.id),),
    )


def _comparison_toggle(drawing: Drawing, item: Item) -> None:
    if item.kind not in {"attr", "fact", "change"} or item.fields.get("op") not in vm.COMPARISONS:
        return
    st.toggle(
        drawing.say("compare"),
        value=vm.is_compared(item),
        **drawing.on_change(
            f"{item.id}:compare", lambda root, wanted: vm.compare_with_attribute(root, item.id, bool(wanted))
        ),
    )


def _button(drawing: Drawing, item: Item, name: str, icon: str, change: Callable[[Item], Item]) -> None:
    st.button(
        drawing.say(name),
        icon=icon,
        key=f"{item.id}:{name}",
        type="tertiary",
        on_click=drawing.edit,
        args=(change,),
    )


def _add_buttons(drawing: Drawing, item: Item, scope: Scope) -> None:
    with st.container(horizontal=True, gap="small"):
        _add(drawing, item, "add_condition", partial(draft.new_leaf, "attr"))
        other = "any" if item.kind == "all" else "all"
        _add(drawing, item, "add_group", lambda: draft.new_group(other, draft.new_leaf("attr")))
        more = [kind for kind in scope.leaves() if kind != "attr"]
        if not more:
            return
        with st.popover(drawing.say("add_more"), icon=":material/add:", key=f"{item.id}:more"):
            for kind in more:
                _add(drawing, item, f"kind_{kind}", partial(draft.new_leaf, kind))


def _add(drawing: Drawing, item: Item, name: str, make: Callable[[], Item]) -> None:
    st.button(
        drawing.say(name),
        icon=":material/add:",
        key=f"{item.id}:{name}",
        on_click=drawing.edit,
        args=(lambda root: draft.add(root, item.id, make()),),
    )


def _notes(drawing: Drawing, item: Item) -> None:
    for note in drawing.notes.get(item.id, ()):
        st.caption(f":orange[:material/error: {_plain(note)}]")
    for words, own_words in drawing.remarks.get(item.id, ()):
        st.caption(f":blue[:material/lightbulb: {_plain(words)}]", help=_plain(own_words))


def _plain(words: Any) -> str:
    """Words of the service as they are, not as formatting."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!~:$<>|" else sign for sign in str(words))


DRAWN: Mapping[str, Callable[[Drawing, Item, Scope], None]] = {
    "attr": _attribute,
    "fact": behaviour.draw_fact,
    "change": behaviour.draw_change,
    "related": behaviour.draw_related,
    "sequence": behaviour.draw_sequence,
    "segment": behaviour.draw_segment,
    "list": behaviour.draw_list,
}
