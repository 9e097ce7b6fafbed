"""Streamlit workspaces: a shell over `api.client`."""
