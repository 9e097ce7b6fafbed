"""Inputs for the value of a comparison, one per form: each hands typed text on, never a float."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from api.client import Attribute
from apps.texts import label
from apps.workspaces.segment_builder import view_model as vm
from apps.workspaces.segment_builder.draft import Item, find, set_fields
from apps.workspaces.segment_builder.editing import Drawing
from apps.workspaces.segment_builder.scope import Scope

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


def draw_value(drawing: Drawing, item: Item, attribute: Attribute, scope: Scope) -> None:
    """The input that the chosen operator wants; nothing for operators without a value."""
    operator = scope.catalog.operators.get(item.fields.get("op", ""))
    if operator is None or operator.value == "none":
        return
    if vm.is_compared(item):
        _other_attribute(drawing, item, attribute, scope)
    elif operator.value == "relative":
        _relative(drawing, item, operator.units)
    elif operator.value == "many":
        _many(drawing, item, attribute)
    elif operator.value == "range":
        _range(drawing, item, attribute)
    else:
        _one(drawing, item, attribute)


def _key(item: Item, suffix: str) -> str:
    """A widget of its own for each attribute and aggregate, so that none shows the value of another."""
    subject = "-".join(str(item.fields.get(part, "")) for part in ("attr", "agg", "measure"))
    return f"{item.id}:value:{suffix}:{subject}"


def _set(item: Item, place: int | None = None) -> Any:
    def edit(root: Item, value: Any) -> Item:
        typed = value.isoformat() if isinstance(value, date) else value
        if place is None:
            return set_fields(root, item.id, value=typed)
        held = (find(root, item.id) or item).fields.get("value")
        pair = list(held) if isinstance(held, tuple) and len(held) == 2 else [None, None]
        pair[place] = typed
        return set_fields(root, item.id, value=tuple(pair))

    return edit


def _one(drawing: Drawing, item: Item, attribute: Attribute) -> None:
    held = item.fields.get("value")
    _scalar(drawing, item, attribute, held, None)


def _range(drawing: Drawing, item: Item, attribute: Attribute) -> None:
    held = item.fields.get("value")
    pair = held if isinstance(held, tuple) and len(held) == 2 else (None, None)
    for place, column in enumerate(st.columns(2)):
        with column:
            _scalar(drawing, item, attribute, pair[place], place)


def _scalar(drawing: Drawing, item: Item, attribute: Attribute, held: Any, place: int | None) -> None:
    key = _key(item, f"{'one' if place is None else place}")
    bound = drawing.on_change(key, _set(item, place))
    title = drawing.say("value")
    if attribute.type == "boolean":
        words = {True: drawing.say("yes"), False: drawing.say("no")}
        index = None if held is None else [True, False].index(bool(held))
        st.selectbox(
            title,
            [True, False],
            index=index,
            format_func=words.__getitem__,
            placeholder=drawing.say("choose_value"),
            label_visibility="collapsed",
            **bound,
        )
    elif attribute.values:
        _closed(drawing, attribute, held, bound)
    elif attribute.type in {"date", "timestamp"}:
        _day(title, held, bound)
    else:
        hint = ("from_value", "to_value")[place] if place is not None else "value"
        unit = vm.unit_words(attribute.unit, drawing.language)
        shown = f"{drawing.say(hint)}, {unit}" if unit else drawing.say(hint)
        st.text_input(title, value=str(held or ""), placeholder=shown, label_visibility="collapsed", **bound)


def _closed(drawing: Drawing, attribute: Attribute, held: Any, bound: Mapping[str, Any]) -> None:
    offered = [one.value for one in attribute.values]
    if held and held not in offered:
        offered.append(str(held))
    st.selectbox(
        drawing.say("value"),
        offered,
        index=offered.index(held) if held in offered else None,
        format_func=lambda value: vm.value_words(attribute, value, drawing.language),
        placeholder=drawing.say("choose_value"),
        label_visibility="collapsed",
        **bound,
    )


def _day(title: str, held: Any, bound: Mapping[str, Any]) -> None:
    try:
        shown = date.fromisoformat(str(held)[:10]) if held else None
    except ValueError:
        shown = None
    st.date_input(
        title,
        value=shown,
        min_value=FIRST_DAY,
        max_value=LAST_DAY,
        format="YYYY-MM-DD",
        label_visibility="collapsed",
        **bound,
    )


def _many(drawing: Drawing, item: Item, attribute: Attribute) -> None:
    held = list(item.fields.get("value") or ())
    truth = {True: drawing.say("yes"), False: drawing.say("no")}
    known: list[Any] = list(truth) if attribute.type == "boolean" else [one.value for one in attribute.values]

    def words(value: Any) -> str:
        return truth[value] if isinstance(value, bool) else vm.value_words(attribute, value, drawing.language)

    bound = drawing.on_change(
        _key(item, "many"), lambda root, chosen: set_fields(root, item.id, value=tuple(chosen or ()) or None)
    )
    st.multiselect(
        drawing.say("value"),
        [*known, *(one for one in held if one not in known)],
        default=held,
        format_func=words,
        placeholder=drawing.say("choose_value" if known else "choose_values"),
        accept_new_options=not known,
        label_visibility="collapsed",
        **bound,
    )


def _relative(drawing: Drawing, item: Item, units: tuple[str, ...]) -> None:
    number, unit = st.columns([2, 3])
    with number:
        drawing.text_input(
            item, "value", "count_of", "n", label_visibility="collapsed", placeholder=drawing.say("count_of")
        )
    with unit:
        drawing.units(item, "value", units)


def _other_attribute(drawing: Drawing, item: Item, attribute: Attribute, scope: Scope) -> None:
    held = item.fields["value"]
    found = scope.attributes()
    numeric = attribute.type in {"integer", "decimal"}
    columns = st.columns([5, 3]) if numeric else [st.container()]
    with columns[0]:
        drawing.select(
            item,
            "attribute",
            vm.comparable_choices(attribute, scope, drawing.language),
            held.get("attr"),
            lambda name: label(found[name].labels, drawing.language, name) if name in found else name,
            drawing.field(item, "value", "attr"),
            name="value:attr",
            placeholder="choose_attribute",
        )
    if numeric:
        with columns[1]:
            drawing.text_input(
                item,
                "value",
                "times",
                "times",
                label_visibility="collapsed",
                placeholder=drawing.say("times"),
            )
