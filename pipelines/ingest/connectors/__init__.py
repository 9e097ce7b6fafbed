"""Connectors: what a database or a REST interface has becomes a landing file, which is ingested like any other."""
