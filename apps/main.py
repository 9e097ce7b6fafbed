"""Entry of the workspaces: `streamlit run apps/main.py`, or `vitrina serve apps`."""

import streamlit as st

from apps.components.icon import page_icon
from apps.components.style import apply_style
from apps.pages import PAGES
from apps.state import draw_language_switch, language
from apps.texts import text


def _first_by_name() -> st.Page:
    """The first page under its own address: the default page has the bare one alone."""
    first = PAGES[0]
    return st.Page(
        first.render,
        title=text(first.title, language()),
        icon=first.icon,
        url_path=first.url_path,
        visibility="hidden",
    )


def main() -> None:
    """Draw the navigation and the chosen page."""
    st.set_page_config(page_title="Vitrina", page_icon=page_icon(), layout="wide", initial_sidebar_state=240)
    apply_style()
    sections: dict[str, list[st.Page]] = {}
    for number, entry in enumerate(PAGES):
        page = st.Page(
            entry.render,
            title=text(entry.title, language()),
            icon=entry.icon,
            url_path=entry.url_path if number else "",
            default=number == 0,
        )
        sections.setdefault(text(entry.section, language()), []).append(page)
    sections[""] = [_first_by_name()]
    current = st.navigation(sections)
    with st.sidebar:
        draw_language_switch()
    current.run()


main()
