"""Building segments without code."""
