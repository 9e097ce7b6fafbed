"""Drawing of everything that is not a plain attribute: behaviour, change, children, sequences, references."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from api.client import Named
from apps.state import get_lists, get_segments
from apps.texts import label
from apps.workspaces.segment_builder import draft
from apps.workspaces.segment_builder import view_model as vm
from apps.workspaces.segment_builder.draft import Item
from apps.workspaces.segment_builder.editing import Drawing
from apps.workspaces.segment_builder.scope import Scope, measures, operators, tested
from apps.workspaces.segment_builder.value_inputs import draw_value

WINDOWS = ("last", "this", "dates", "all")


def draw_fact(drawing: Drawing, item: Item, scope: Scope) -> None:
    """An aggregate over a fact in a window, compared with a value."""
    _measured(drawing, item, scope)
    _window(drawing, item, scope, WINDOWS)
    _test(drawing, item, scope)


def draw_change(drawing: Drawing, item: Item, scope: Scope) -> None:
    """An aggregate against the mean of the windows before."""
    _measured(drawing, item, scope)
    _window(drawing, item, scope, ("last",))
    previous, measured_as, base, per_day = st.columns([4, 3, 3, 3], vertical_alignment="bottom")
    with previous:
        drawing.text_input(item, "previous", "previous")
    with measured_as:
        drawing.select(
            item,
            "as",
            ("percent", "absolute"),
            item.fields.get("as"),
            lambda name: drawing.say(f"as_{name}"),
            drawing.field(item, "as"),
            name="as",
            hidden=False,
        )
    with base:
        drawing.text_input(item, "min_base", "min_base", placeholder="0")
    with per_day:
        st.toggle(
            drawing.say("per_day"),
            value=bool(item.fields.get("per_day")),
            **drawing.on_change(f"{item.id}:per_day", drawing.field(item, "per_day")),
        )
    _test(drawing, item, scope)


def draw_related(drawing: Drawing, item: Item, scope: Scope) -> None:
    """A relation, a quantifier, and for the number of children a comparison."""
    relations = scope.relations()
    what, how_many, test = st.columns([4, 4, 5])
    with what:
        drawing.select(
            item,
            "relation",
            list(relations),
            item.fields.get("related"),
            lambda name: label(relations[name].labels, drawing.language, name) if name in relations else name,
            lambda root, name: vm.choose_relation(root, item.id, name),
            name="related",
            placeholder="choose_relation",
        )
    with how_many:
        drawing.select(
            item,
            "quantifier",
            scope.catalog.quantifiers,
            item.fields.get("quantifier"),
            lambda name: drawing.say(f"quantifier_{name}"),
            lambda root, name: vm.choose_quantifier(root, item.id, name or "any"),
            name="quantifier",
        )
    if item.fields.get("quantifier") == "count":
        with test:
            _test(drawing, item, scope)


def draw_sequence(drawing: Drawing, item: Item, scope: Scope) -> None:
    """The span of a sequence and its window; the steps are drawn below."""
    words, number, unit = st.columns([5, 2, 3], vertical_alignment="center")
    with words:
        st.markdown(f"**{drawing.say('kind_sequence')}** · {drawing.say('within')}")
    with number:
        drawing.text_input(item, "within", "count_of", "n", label_visibility="collapsed")
    with unit:
        drawing.units(item, "within", scope.catalog.units)
    _window(drawing, item, scope, WINDOWS)
    st.button(
        drawing.say("add_step"),
        icon=":material/add:",
        key=f"{item.id}:add_step",
        on_click=drawing.edit,
        args=(lambda root: draft.add(root, item.id, draft.new_step()),),
    )


def draw_step(drawing: Drawing, item: Item, step: Item, scope: Scope) -> None:
    """One event of a sequence."""
    number = [child.id for child in item.children].index(step.id) + 1
    words, what, remove = st.columns([3, 8, 1], vertical_alignment="center")
    with words:
        st.markdown(f"**{drawing.say('step', n=number)}**")
    with what:
        _fact_choice(drawing, step, scope)
    with remove:
        st.button(
            "",
            icon=":material/close:",
            help=drawing.say("remove"),
            type="tertiary",
            key=f"{step.id}:remove",
            on_click=drawing.edit,
            args=(lambda root: draft.remove(root, step.id),),
        )


def draw_segment(drawing: Drawing, item: Item, scope: Scope) -> None:
    """Membership in another segment."""
    identifier, version = st.columns([7, 5])
    with identifier:
        _reference(drawing, item, "segment", ("saved_segment", "segment_id"), _of(get_segments(), scope))
    with version:
        drawing.text_input(item, "version", "version")


def draw_list(drawing: Drawing, item: Item, scope: Scope) -> None:
    """Membership in an uploaded list."""
    _reference(drawing, item, "list", ("uploaded_list", "list_id"), _of(get_lists(), scope))


def _of(found: Sequence[Named], scope: Scope) -> dict[str, str]:
    return {one.id: one.name for one in found if one.entity == scope.entity}


def _reference(
    drawing: Drawing, item: Item, kind: str, titles: tuple[str, str], names: Mapping[str, str]
) -> None:
    """One of what is kept, by its name; where nothing is, an id can still be typed."""
    by_name, by_id = titles
    if not names:
        drawing.text_input(item, kind, by_id)
        return
    drawing.select(
        item,
        by_name,
        list(names),
        item.fields.get(kind),
        lambda one: names.get(one, one),
        drawing.field(item, kind),
        name=kind,
        placeholder=f"choose_{kind}",
        hidden=False,
    )


def draw_operator(drawing: Drawing, item: Item, scope: Scope) -> None:
    """The list of comparisons that fit what is tested."""
    attribute = tested(item, scope)
    if attribute is None:
        return
    drawing.select(
        item,
        "operator",
        operators(attribute),
        item.fields.get("op"),
        lambda name: vm.operator_words(name, attribute.type, drawing.language),
        lambda root, name: vm.choose_operator(root, item.id, name, scope.catalog),
        name=f"op:{attribute.type}:{attribute.name}",
    )


def _test(drawing: Drawing, item: Item, scope: Scope) -> None:
    attribute = tested(item, scope)
    if attribute is None:
        return
    how, value = st.columns([5, 6])
    with how:
        draw_operator(drawing, item, scope)
    with value:
        draw_value(drawing, item, attribute, scope)


def _fact_choice(drawing: Drawing, item: Item, scope: Scope) -> None:
    facts = scope.facts()
    drawing.select(
        item,
        "fact",
        list(facts),
        item.fields.get("fact"),
        lambda name: label(facts[name].labels, drawing.language, name) if name in facts else name,
        lambda root, name: vm.choose_fact(root, item.id, name),
        name="fact",
        placeholder="choose_fact",
    )


def _measured(drawing: Drawing, item: Item, scope: Scope) -> None:
    what, figure, measure = st.columns(3)
    with what:
        _fact_choice(drawing, item, scope)
    with figure:
        drawing.select(
            item,
            "aggregate",
            [name for name, one in scope.catalog.aggregates.items() if item.kind == "fact" or one.change],
            item.fields.get("agg"),
            lambda name: drawing.say(f"agg_{name}"),
            lambda root, name: vm.choose_aggregate(root, item.id, name, scope),
            name="agg",
        )
    aggregate = scope.catalog.aggregates.get(item.fields.get("agg", ""))
    if aggregate is None or not aggregate.measure or not item.fields.get("fact"):
        return
    found = measures(item, scope)
    with measure:
        drawing.select(
            item,
            "measure",
            list(found),
            item.fields.get("measure"),
            lambda name: label(found[name].labels, drawing.language, name) if name in found else name,
            drawing.field(item, "measure"),
            name=f"measure:{item.fields.get('fact')}",
            placeholder="choose_measure",
        )


def _window(drawing: Drawing, item: Item, scope: Scope, kinds: tuple[str, ...]) -> None:
    held: Mapping[str, Any] = item.fields.get("window") or {"kind": "all"}
    kind, first, second = st.columns([5, 3, 3])
    with kind:
        drawing.select(
            item,
            "window",
            kinds,
            held.get("kind"),
            lambda name: drawing.say(f"window_{name}"),
            drawing.field(item, "window", "kind"),
            name="window:kind",
        )
    if held.get("kind") == "last":
        with first:
            drawing.text_input(item, "window", "count_of", "n", label_visibility="collapsed")
        with second:
            drawing.units(item, "window", scope.catalog.units)
    elif held.get("kind") == "this":
        with first:
            _this_unit(drawing, item, scope, held)
    elif held.get("kind") == "dates":
        with first:
            _window_day(drawing, item, "from", held)
        with second:
            _window_day(drawing, item, "before", held)


def _this_unit(drawing: Drawing, item: Item, scope: Scope, held: Mapping[str, Any]) -> None:
    drawing.select(
        item,
        "unit",
        scope.catalog.units,
        held.get("unit"),
        lambda unit: drawing.say(f"this_{unit}"),
        drawing.field(item, "window", "unit"),
        name="window:this",
    )


def _window_day(drawing: Drawing, item: Item, part: str, held: Mapping[str, Any]) -> None:
    set_part = drawing.field(item, "window", part)
    given = held.get(part)
    st.date_input(
        drawing.say(f"date_{part}"),
        value=date.fromisoformat(given) if given else None,
        min_value=date(1900, 1, 1),
        max_value=date(2199, 12, 31),
        format="YYYY-MM-DD",
        label_visibility="collapsed",
        help=None,
        **drawing.on_change(
            f"{item.id}:window:{part}",
            lambda root, chosen: set_part(root, chosen.isoformat() if chosen else None),
        ),
    )
