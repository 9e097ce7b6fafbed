"""Why something saved can't be had or changed; each is bad input with a message fit for people."""

from warehouse.errors import InputError


class UnknownError(InputError):
    """There is no such segment, version or list."""


class ConflictError(InputError):
    """What is there already does not allow it: a name that is taken, an archived or used segment."""


class ForbiddenError(InputError):
    """The actor may not see it."""
