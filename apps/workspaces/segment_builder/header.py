"""The top of the builder: what is counted, the name, opening and saving of documents."""

from typing import Any

import streamlit as st

from api.client import Catalog, ServiceError, dumps, loads
from apps.state import BuilderState, get_client, get_examples, get_segments
from apps.texts import label
from apps.workspaces.segment_builder.document import Written
from apps.workspaces.segment_builder.draft import new_group
from apps.workspaces.segment_builder.editing import Drawing
from apps.workspaces.segment_builder.reading import read

UPLOAD = "builder:upload"
EXAMPLE = "builder:example"
SAVED = "builder:saved"


def open_document(state: BuilderState, document: Any) -> None:
    """Put a document on the page in place of what is there. Raises ValueError for something else."""
    root = read(document)
    state.root, state.entity = root, str(document.get("entity", "customer"))
    state.name, state.saved_as = str(document.get("name") or ""), None
    st.session_state["builder:name"] = state.name


def draw_header(drawing: Drawing, catalog: Catalog, written: Written) -> None:
    """Title line with its controls."""
    st.title(drawing.say("segment_builder"), anchor=False)
    st.caption(drawing.say("builder_hint"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        _name(drawing)
        _entity(drawing, catalog)
        _open(drawing)
        st.button(
            drawing.say("save"),
            icon=":material/save:",
            disabled=drawing.state.answer is None,
            on_click=_save,
            args=(drawing, written),
        )
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
    if drawing.state.save_message is not None:
        succeeded, words = drawing.state.save_message
        (st.success if succeeded else st.error)(words)


def _save(drawing: Drawing, written: Written) -> None:
    """Save under the name; the next version where that name was opened or saved here, else a new segment."""
    state = drawing.state
    if not state.name.strip():
        state.save_message = False, drawing.say("name_missing")
        return
    own = state.saved_as[0] if state.saved_as and state.saved_as[1] == state.name else None
    try:
        saved = get_client().save_segment(written.document, name=state.name, segment_id=own)
    except ServiceError as error:
        reasons = [error.detail, *(problem.message for problem in error.problems)]
        state.save_message = False, drawing.say("save_failed", reason=": ".join(reasons))
        return
    words = "saved" if saved["changed"] else "saved_already"
    state.saved_as = saved["id"], state.name
    state.save_message = (
        True,
        drawing.say(words, name=saved["name"], version=saved["version"], id=saved["id"]),
    )
    get_segments.clear()


def _name(drawing: Drawing) -> None:
    def rename() -> None:
        drawing.state.name = str(st.session_state["builder:name"])

    st.session_state.setdefault("builder:name", drawing.state.name)
    st.text_input(drawing.say("name"), key="builder:name", on_change=rename, width=280)


def _entity(drawing: Drawing, catalog: Catalog) -> None:
    key = f"builder:entity:{drawing.language}"

    def change() -> None:
        drawing.state.entity = str(st.session_state[key])
        drawing.state.root = new_group()

    st.session_state[key] = drawing.state.entity
    st.selectbox(
        drawing.say("counted"),
        list(catalog.entities),
        format_func=lambda name: label(catalog.entities[name].labels, drawing.language, name),
        key=key,
        on_change=change,
        width=220,
    )


def _open(drawing: Drawing) -> None:
    with st.popover(drawing.say("open"), icon=":material/folder_open:"):
        _saved(drawing)
        _examples(drawing)
        st.file_uploader(
            drawing.say("open_file"), type="json", key=UPLOAD, on_change=_opened, args=(drawing.state,)
        )


def _saved(drawing: Drawing) -> None:
    segments = {one.id: one for one in get_segments()}
    if not segments:
        return

    def load() -> None:
        chosen = segments.get(str(st.session_state.get(SAVED)))
        st.session_state[SAVED] = None
        if chosen is None:
            return
        try:
            document = get_client().saved_document(chosen.id, chosen.version)
        except ServiceError as error:
            drawing.state.open_failed = error.detail
            return
        if _open_safely(drawing.state, document | {"name": chosen.name}):
            drawing.state.saved_as = chosen.id, chosen.name

    st.selectbox(
        drawing.say("saved_segment"),
        list(segments),
        index=None,
        format_func=lambda one: segments[one].name,
        placeholder=drawing.say("choose_segment"),
        key=SAVED,
        on_change=load,
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


def _open_safely(state: BuilderState, document: Any) -> bool:
    try:
        open_document(state, document)
        state.open_failed = ""
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        state.open_failed = str(error)
    return not state.open_failed


def _clear(state: BuilderState) -> None:
    state.root, state.open_failed, state.saved_as = new_group(), "", None
