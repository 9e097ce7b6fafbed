"""A sentence for a segment document, exact enough for an audit: different meanings never read alike.

`narrator` walks the canonical nodes, `russian` and `english` hold the words, `naming` the catalogue's labels.
"""

from segments.conditions.describe.narrator import LANGUAGES, conditions_in_words, describe

__all__ = ["LANGUAGES", "conditions_in_words", "describe"]
