"""The segment builder: the tree on the left, its exact number on the right, the first members below."""

from collections.abc import Mapping

import streamlit as st

from api.client import Catalog, ServiceError, VitrinaClient, dumps
from apps.components.failures import draw_failure
from apps.state import BuilderState, builder_state, get_catalog, get_client, language
from apps.workspaces.segment_builder import view_model as vm
from apps.workspaces.segment_builder.document import Written, write
from apps.workspaces.segment_builder.editing import Drawing
from apps.workspaces.segment_builder.header import draw_header
from apps.workspaces.segment_builder.result import draw_answer, draw_details, draw_rows, draw_words
from apps.workspaces.segment_builder.scope import Scope
from apps.workspaces.segment_builder.tree import draw_root


def render() -> None:
    """Draw the page; a service that cannot answer is told in words."""
    try:
        client, catalog = get_client(), get_catalog()
    except ServiceError as error:
        draw_failure(error, language())
        return
    try:
        _draw(client, catalog, builder_state())
    except ServiceError as error:
        # Between two requests of one page the service may end, or the key may be revoked.
        draw_failure(error, language())


def _draw(client: VitrinaClient, catalog: Catalog, state: BuilderState) -> None:
    scope = Scope(catalog, state.entity)
    written = write(state.root, scope, state.name)
    _ask(client, state, written)
    problems = state.failure.problems if state.failure else ()
    drawing = Drawing(
        state,
        language(),
        vm.notes(written, problems, language()),
        _counts(state, written),
        remarks=vm.remarks(written, state.remarks, language()) if state.answer else {},
        unknown=vm.unknown_counts(written, (state.answer or {}).get("nodes") or []),
    )
    draw_header(drawing, catalog, written)
    tree, answer = st.columns([3, 1], gap="medium")
    with tree:
        draw_root(drawing, scope)
    with answer:
        draw_answer(drawing, scope, state.answer)
        if state.failure and not state.failure.problems:
            draw_failure(state.failure, language())
    if state.answer is not None:
        draw_words(drawing)
        draw_rows(drawing, client, scope, written.document)
        draw_details(drawing, client, written)


def _ask(client: VitrinaClient, state: BuilderState, written: Written) -> None:
    """Count anew when what is asked has changed; an unfinished draft has no number."""
    asked = (dumps(written.document), str(state.attrition), language()) if not written.unfinished else ()
    if asked == state.asked and (state.answer is not None or not asked):
        return
    state.asked, state.answer, state.failure = asked, None, None
    state.remarks, state.save_message = (), None
    if not asked:
        return
    try:
        slot = f"{state.session}/count"
        state.answer = client.count(written.document, attrition=state.attrition, slot=slot)
        described = client.describe(written.document, language())
        state.words, state.conditions = described["text"], described["conditions"]
        state.remarks = client.remarks(written.document, state.saved_as[0] if state.saved_as else None)
    except ServiceError as error:
        state.failure = error


def _counts(state: BuilderState, written: Written) -> Mapping[str, str]:
    return vm.count_words(written, (state.answer or {}).get("nodes") or [], language())
