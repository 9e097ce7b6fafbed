"""The few rules of appearance that the theme file cannot say."""

import streamlit as st

CSS = """
.block-container {padding: 3rem 2.2rem 4rem; max-width: 1640px;}
h1 {font-size: 1.9rem !important; padding-bottom: .2rem !important;}
h3 {font-size: 1.2rem !important;}
[class*="st-key-root-"], .st-key-answer {background: #fff;}
[class*="st-key-group-"] {border-left: 3px solid #0b5cad !important; background: #f9fbfe;}
[class*="st-key-group-"] [class*="st-key-leaf-"] {background: #fff;}
[class*="st-key-inner-"] {border-left: 3px dashed #9db4cc !important; background: #f6f9fc;}
[class*="st-key-noted-"] {border-color: #c77700 !important;}
[class*="st-key-menu-"] button div[aria-hidden="true"] {display: none;}
.st-key-answer {position: sticky; top: 4rem;}
.st-key-answer [data-testid="stMetricValue"] {font-size: 3.2rem; font-weight: 650; line-height: 1.1;}
.st-key-answer [data-testid="stMetricLabel"] p {font-size: 1rem;}
"""


def apply_style() -> None:
    """Put the rules on the page."""
    st.html(f"<style>{CSS}</style>")
