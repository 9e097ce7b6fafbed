"""Workspaces: one package per page, `view_model` pure and `page` drawing."""
