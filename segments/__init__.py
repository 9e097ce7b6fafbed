"""Segment documents: checking, meaning, compilation, counts and members."""
