"""The few rules of appearance that the theme file cannot say."""

import streamlit as st

CSS = """
.block-container {padding-top: 3.2rem; padding-bottom: 4rem; max-width: 1500px;}
div[class*="st-key-group-"] {border-left: 3px solid var(--st-primary-color, #0b5cad) !important;}
div[class*="st-key-inner-"] {border-left: 3px dashed #9db4cc !important; background: rgba(11, 92, 173, .025);}
div[class*="st-key-leaf-"] {background: #fff;}
div[class*="st-key-noted-"] {border-color: #c77700 !important;}
.st-key-answer {position: sticky; top: 4rem;}
.st-key-answer [data-testid="stMetricValue"] {font-size: 3.2rem; font-weight: 650; line-height: 1.1;}
.st-key-answer [data-testid="stMetricLabel"] p {font-size: 1rem;}
"""


def apply_style() -> None:
    """Put the rules on the page."""
    st.html(f"<style>{CSS}</style>")
