"""Thin HTTP API: endpoints parse, call and answer."""
