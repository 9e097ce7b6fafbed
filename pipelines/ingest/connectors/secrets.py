"""`${NAME}` in a declaration: the value stands in the environment, never in a file and never in a message."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipelines.ingest.connectors.model import UnavailableError

_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
SHORTEST = 4


@dataclass(slots=True)
class Secrets:
    """Fills names in, and hides what it filled in from messages. `environment` is that of the process."""

    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    _used: set[str] = field(default_factory=set)

    def fill(self, text: str) -> str:
        """`text` with its names filled in. Raises UnavailableError for a name that is not set."""
        return _NAME.sub(self._value, text)

    def hide(self, text: str) -> str:
        """`text` without any value that was filled in."""
        for value in sorted(self._used, key=len, reverse=True):
            text = text.replace(value, "***")
        return text

    def _value(self, match: re.Match[str]) -> str:
        value = self.environment.get(match[1])
        if not value:
            raise UnavailableError(f"the environment variable {match[1]} is not set")
        # A value of a letter or two is no secret, and taking it out would make messages unreadable.
        if len(value) >= SHORTEST:
            self._used.add(value)
        return value
