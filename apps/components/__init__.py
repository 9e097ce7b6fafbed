"""Pieces that several workspaces draw."""
