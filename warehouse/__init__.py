"""Catalogue, engine port and adapters, file readers, releases and change feed. Imports nothing else of ours."""
