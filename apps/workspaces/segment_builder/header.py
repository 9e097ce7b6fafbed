"""The top of the builder: what is counted, the name, opening and saving of documents."""

from typing import Any

import streamlit as st

from api.client import Catalog, dumps, loads
from apps.state import BuilderState, get_examples
from apps.texts import label
from apps.workspaces.segment_builder.document import Written
from apps.workspaces.segment_builder.draft import new_group
from apps.workspaces.segment_builder.editing import Drawing
from apps.workspaces.segment_builder.reading import read

UPLOAD = "builder:upload"
EXAMPLE = "builder:example"


def open_document(state: BuilderState, document: Any) -> None:
    """Put a document on the page in place of what is there. Raises ValueError for something else."""
    root = read(document)
    state.root, state.entity = root, str(document.get("entity", "customer"))
    state.name = str(document.get("name") or "")
    st.session_state["builder:name"] = state.name
    st.session_state["builder:entity"] = state.entity


def draw_header(drawing: Drawing, catalog: Catalog, written: Written) -> None:
    """Title line with its controls."""
    st.title(drawing.say("segment_builder"), anchor=False)
    st.caption(drawing.say("builder_hint"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _name(drawing)
        _entity(drawing, catalog)
        _open(drawing)
        st.download_button(
            drawing.say("save_file"),
            dumps(written.document),
            file_name="segment.json",
            mime="application/json",
            icon=":material/download:",
            disabled=bool(written.unfinished),
            on_click="ignore",
        )
        st.button(drawing.say("clear"), icon=":material/restart_alt:", on_click=_clear, args=(drawing.state,))
    if drawing.state.open_failed:
        st.error(drawing.say("open_failed", reason=drawing.state.open_failed))


def _name(drawing: Drawing) -> None:
    def rename() -> None:
        drawing.state.name = str(st.session_state["builder:name"])

    st.session_state.setdefault("builder:name", drawing.state.name)
    st.text_input(drawing.say("name"), key="builder:name", on_change=rename, width=380)


def _entity(drawing: Drawing, catalog: Catalog) -> None:
    def change() -> None:
        drawing.state.entity = str(st.session_state["builder:entity"])
        drawing.state.root = new_group()

    st.session_state.setdefault("builder:entity", drawing.state.entity)
    st.selectbox(
        drawing.say("counted"),
        list(catalog.entities),
        format_func=lambda name: label(catalog.entities[name].labels, drawing.language, name),
        key="builder:entity",
        on_change=change,
        width=220,
    )


def _open(drawing: Drawing) -> None:
    with st.popover(drawing.say("open"), icon=":material/folder_open:"):
        _examples(drawing)
        st.file_uploader(
            drawing.say("open_file"), type="json", key=UPLOAD, on_change=_opened, args=(drawing.state,)
        )


def _examples(drawing: Drawing) -> None:
    examples = get_examples()
    if not examples:
        return

    def load() -> None:
        chosen = st.session_state.get(EXAMPLE)
        if chosen is not None:
            _open_safely(drawing.state, examples[chosen])
            st.session_state[EXAMPLE] = None

    st.selectbox(
        drawing.say("example"),
        list(examples),
        index=None,
        placeholder=drawing.say("choose_example"),
        key=EXAMPLE,
        on_change=load,
    )


def _opened(state: BuilderState) -> None:
    file = st.session_state.get(UPLOAD)
    if file is None:
        return
    try:
        document = loads(file.getvalue())
    except ValueError as error:
        state.open_failed = str(error)
        return
    _open_safely(state, document)


def _open_safely(state: BuilderState, document: Any) -> None:
    try:
        open_document(state, document)
        state.open_failed = ""
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        state.open_failed = str(error)


def _clear(state: BuilderState) -> None:
    state.root, state.open_failed = new_group(), ""
