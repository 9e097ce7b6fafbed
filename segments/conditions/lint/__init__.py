"""What is odd about a valid document: what can never or always hold, what changes nothing, what exists.

Claims are sound under the two-valued rules: `contradiction` means nobody on any data, `tautology` everybody.
They are not complete: silence proves nothing.
"""

from segments.conditions.lint.findings import Finding, lint

__all__ = ["Finding", "lint"]
