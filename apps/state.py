"""What a browser session holds, typed; and what all sessions of the process share."""

import os
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from api.client import Catalog, Finding, Named, ServiceError, VitrinaClient, client_from_environment
from apps.texts import DEFAULT_LANGUAGE, LANGUAGES, text
from apps.workspaces.segment_builder.draft import Item, new_group, new_id

LANGUAGE = "language"
BUILDER = "builder"
LANGUAGE_VARIABLE = "VITRINA_LANGUAGE"


@dataclass(slots=True)
class BuilderState:
    """The segment being built. `asked` is what `answer` answers, so that only a change is counted anew.

    `saved_as` is the id and name under which it is saved already; `save_message` whether the last save
    succeeded, and the words for it.
    """

    root: Item = field(default_factory=new_group)
    entity: str = "customer"
    name: str = ""
    attrition: bool = False
    columns: tuple[str, ...] | None = None
    asked: tuple[str, ...] = ()
    answer: dict[str, Any] | None = None
    words: str = ""
    conditions: dict[str, str] = field(default_factory=dict)
    remarks: tuple[Finding, ...] = ()
    session: str = field(default_factory=new_id)
    failure: ServiceError | None = None
    open_failed: str = ""
    saved_as: tuple[str, str] | None = None
    save_message: tuple[bool, str] | None = None


@st.cache_resource(show_spinner=False)
def get_client() -> VitrinaClient:
    """The process's client of the service. Raises ServiceError when nothing says where it is."""
    return client_from_environment()


@st.cache_data(show_spinner=False, ttl=300)
def _catalog(release: str) -> Catalog:  # noqa: ARG001 - a new release means another catalogue
    return get_client().catalog()


def get_catalog() -> Catalog:
    """The catalogue of the current release. Raises ServiceError."""
    return _catalog(str(get_client().health()["release"]))


@st.cache_data(show_spinner=False, ttl=300)
def get_examples() -> dict[str, dict[str, Any]]:
    """Documents to begin with, by name. Raises ServiceError."""
    return get_client().examples()


@st.cache_data(show_spinner=False, ttl=15)
def get_segments() -> tuple[Named, ...]:
    """Saved segments by name. Raises ServiceError."""
    return get_client().segments()


@st.cache_data(show_spinner=False, ttl=15)
def get_lists() -> tuple[Named, ...]:
    """Uploaded lists by name. Raises ServiceError."""
    return get_client().lists()


def builder_state() -> BuilderState:
    """The session's segment builder."""
    if BUILDER not in st.session_state:
        st.session_state[BUILDER] = BuilderState()
    state: BuilderState = st.session_state[BUILDER]
    return state


def language() -> str:
    """The session's language."""
    return str(st.session_state.get(LANGUAGE) or os.environ.get(LANGUAGE_VARIABLE) or DEFAULT_LANGUAGE)


def draw_language_switch() -> None:
    """The switch in the side bar."""
    st.segmented_control(
        text("language", language()),
        list(LANGUAGES),
        default=language(),
        format_func=LANGUAGES.__getitem__,
        key=LANGUAGE,
        required=True,
    )
