"""Parts of the reference evaluator (`segments.conditions.matches`): dates, values, data, facts.

Written from SEGMENTS.md alone. Nothing here may be imported by the compiler, nor import from it.
"""
