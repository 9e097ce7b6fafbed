"""How a failure of the service is told: what happened and what to do."""

import streamlit as st

from api.client import ServiceError
from apps.texts import text


def draw_failure(error: ServiceError, language: str) -> None:
    """One box with the words for a failure, and the request id that the log knows."""
    key = {0: "no_service", 401: "no_key", 403: "no_key", 503: "no_release"}.get(error.status, "failed")
    st.error(text(key, language, reason=error.detail), icon=":material/error:")
    if error.request_id:
        st.caption(text("request_id", language, id=error.request_id))
