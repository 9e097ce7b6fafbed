"""What all drawing functions pass on, and how a widget's change becomes an edit of the draft."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from apps.state import BuilderState
from apps.texts import text
from apps.workspaces.segment_builder import draft
from apps.workspaces.segment_builder.draft import Item

Edit = Callable[[Item, Any], Item]


@dataclass(frozen=True, slots=True)
class Drawing:
    """One run of the page: the state it edits, the language, what to say at which item.

    `notes` are what is wrong, `remarks` what is odd (words and the service's own), `unknown` how many have
    no value.
    """

    state: BuilderState
    language: str
    notes: Mapping[str, Sequence[str]]
    counts: Mapping[str, str]
    remarks: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)

    def say(self, key: str, **values: object) -> str:
        """A text of the page in its language."""
        return text(key, self.language, **values)

    def edit(self, change: Callable[[Item], Item]) -> None:
        """Change the draft; for callbacks of buttons."""
        self.state.root = change(self.state.root)

    def changed(self, key: str, edit: Edit) -> None:
        """Change the draft by a widget's new value; for callbacks of inputs."""
        self.state.root = edit(self.state.root, st.session_state.get(key))

    def on_change(self, key: str, edit: Edit) -> dict[str, Any]:
        """Arguments that bind a widget to an edit.

        Another language is another widget: the browser keeps showing a choice in the words it was made in.
        """
        key = f"{key}:{self.language}"
        return {"key": key, "on_change": self.changed, "args": (key, edit)}

    def field(self, item: Item, name: str, part: str | None = None) -> Edit:
        """The edit that sets one field of an item, or one part of a field that is a mapping."""

        def edit(root: Item, value: Any) -> Item:
            current = draft.find(root, item.id)
            if part is None or current is None:
                return draft.set_fields(root, item.id, **{name: value})
            held = current.fields.get(name)
            merged = {**(held if isinstance(held, Mapping) else {}), part: value}
            return draft.set_fields(root, item.id, **{name: merged})

        return edit

    def text_input(self, item: Item, name: str, label: str, part: str | None = None, **options: Any) -> None:
        """A text input bound to a field."""
        held = item.fields.get(name)
        shown = held.get(part, "") if part is not None and isinstance(held, Mapping) else held
        key = f"{item.id}:{name}:{part or ''}"
        bound = self.on_change(key, self.field(item, name, part))
        st.text_input(self.say(label), value=str(shown or ""), **bound, **options)

    def select(  # noqa: PLR0913 - a thin wrapper of one widget
        self,
        item: Item,
        label: str,
        options: Sequence[str],
        chosen: str | None,
        words: Callable[[str], str],
        edit: Edit,
        *,
        name: str,
        placeholder: str = "choose_value",
        hidden: bool = True,
    ) -> None:
        """A searchable list bound to an edit."""
        offered = list(options)
        if chosen and chosen not in offered:
            offered.append(chosen)
        st.selectbox(
            self.say(label),
            offered,
            index=offered.index(chosen) if chosen in offered else None,
            format_func=words,
            placeholder=self.say(placeholder),
            label_visibility="collapsed" if hidden else "visible",
            **self.on_change(f"{item.id}:{name}", edit),
        )

    def units(self, item: Item, name: str, units: Sequence[str], label: str = "unit", **options: Any) -> None:
        """The unit part of a span or window."""
        held = item.fields.get(name)
        chosen = held.get("unit") if isinstance(held, Mapping) else None
        self.select(
            item,
            label,
            units,
            chosen,
            lambda unit: self.say(f"unit_{unit}"),
            self.field(item, name, "unit"),
            name=f"{name}:unit",
            **options,
        )
