"""The answer beside the tree: number, share and dates; the first members; SQL and document on demand."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from api.client import ServiceError, VitrinaClient, dumps
from apps.texts import grouped, label
from apps.workspaces.segment_builder import view_model as vm
from apps.workspaces.segment_builder.document import Written
from apps.workspaces.segment_builder.editing import Drawing
from apps.workspaces.segment_builder.scope import Scope

ROWS = 50


def draw_answer(drawing: Drawing, scope: Scope, answer: Mapping[str, Any] | None) -> None:
    """The size of the segment, large; without an answer, why there is none."""
    entity = scope.catalog.entities[scope.entity]
    with st.container(border=True, key="answer"):
        title = f"{drawing.say('answer')} · {label(entity.labels, drawing.language, entity.name)}"
        if answer is None:
            st.metric(title, "—")
            st.caption(drawing.say("unfinished" if not drawing.state.failure else "wrong"))
            return
        count, universe = int(answer["count"]), int(answer["universe"])
        st.metric(title, grouped(count, drawing.language))
        st.progress(count / universe if universe else 0.0)
        share = vm.share_words(count, universe, drawing.language)
        st.markdown(drawing.say("share", share=f"**{share}**", universe=grouped(universe, drawing.language)))
        st.caption(
            " · ".join(
                (
                    drawing.say("as_of", as_of=vm.day_words(answer["as_of"], drawing.language)),
                    drawing.say("elapsed", ms=round(answer["elapsed_ms"])),
                )
            )
        )
        _attrition_switch(drawing)
        _incomplete(drawing, answer)


def _attrition_switch(drawing: Drawing) -> None:
    def switch() -> None:
        drawing.state.attrition = bool(st.session_state["attrition"])

    st.toggle(drawing.say("by_condition"), value=drawing.state.attrition, key="attrition", on_change=switch)


def _incomplete(drawing: Drawing, answer: Mapping[str, Any]) -> None:
    days = vm.incomplete_days(answer["windows"], drawing.language)
    if days is not None:
        st.warning(drawing.say("incomplete", start=days[0], before=days[1]))


def draw_words(drawing: Drawing) -> None:
    """The document as a sentence, to be read before the number is believed."""
    with st.expander(drawing.say("in_words"), icon=":material/description:"):
        st.text(drawing.state.words)


def _columns(drawing: Drawing, scope: Scope) -> list[str]:
    """The columns to show: they follow the conditions until somebody chooses them."""
    found, state = scope.attributes(), drawing.state
    shown = vm.first_columns(state.root, scope) if state.columns is None else list(state.columns)
    shown = [name for name in shown if name in found]
    kept = f"columns:{drawing.language}:{scope.entity}"
    key = f"columns:{drawing.language}:{','.join(shown)}" if state.columns is None else kept

    def choose() -> None:
        state.columns = tuple(st.session_state[key])
        st.session_state[kept] = list(state.columns)

    return st.multiselect(
        drawing.say("columns"),
        vm.attribute_choices(scope, drawing.language),
        default=shown,
        format_func=lambda name: label(found[name].labels, drawing.language, name),
        key=key,
        on_change=choose,
    )


def draw_rows(drawing: Drawing, client: VitrinaClient, scope: Scope, document: Mapping[str, Any]) -> None:
    """The first members with chosen attributes."""
    found = scope.attributes()
    st.subheader(drawing.say("first_rows"))
    chosen = _columns(drawing, scope)
    attributes = [found[name] for name in chosen]
    rows = client.members(document, attributes=chosen, limit=ROWS).rows
    rows = vm.with_value_words(rows, attributes, drawing.language)
    titles = {name: label(found[name].labels, drawing.language, name) for name in chosen}
    titles["id"] = drawing.say("identifier")
    if rows.num_rows:
        event = st.dataframe(
            rows,
            hide_index=True,
            column_config=titles,
            placeholder="—",
            on_select="rerun",
            selection_mode="single-row",
            key=f"rows:{hash(drawing.state.asked)}:{','.join(chosen)}",
        )
        marked = event["selection"]["rows"]
        if marked:
            draw_why(drawing, client, document, str(rows.column("id")[marked[0]]))
        else:
            st.caption(drawing.say("why_hint"))
    else:
        st.info(drawing.say("nobody"))


def draw_why(drawing: Drawing, client: VitrinaClient, document: Mapping[str, Any], entity_id: str) -> None:
    """What was found for one member at each condition."""
    st.markdown(f"**{drawing.say('why_title', id=entity_id)}**")
    tree = client.why(document, entity_id)["tree"]
    if tree is None:
        st.caption(drawing.say("everyone"))
        return
    found = vm.explained(tree, drawing.state.conditions, drawing.say("why_unknown"))
    truth = {True: drawing.say("yes"), False: drawing.say("no")}
    titles = [drawing.say(f"why_{part}") for part in ("condition", "holds", "found")]
    rows = [dict(zip(titles, (words, truth[holds], value), strict=True)) for words, holds, value in found]
    st.dataframe(rows, hide_index=True)


def draw_details(drawing: Drawing, client: VitrinaClient, written: Written) -> None:
    """The statement and the document, each on demand."""
    if st.toggle(drawing.say("sql"), key="show_sql"):
        try:
            answer = client.sql(written.document)
            st.code(answer["sql"], language="sql", wrap_lines=True)
            st.caption(drawing.say("parameters"))
            st.code(dumps(answer["parameters"]), language="json", wrap_lines=True)
        except ServiceError as error:
            st.error(error.detail)
    if st.toggle(drawing.say("document"), key="show_document"):
        st.code(dumps(written.document), language="json", wrap_lines=True)
