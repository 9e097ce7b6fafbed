"""Which file is written for which business day: a function of the anchor alone, so that days can follow days.

A file dated D holds what is known before D. History before the anchor comes month by month, later days one
by one; registers are sent whole on the anchor and then the rows that changed.
"""

from dataclasses import dataclass
from itertools import pairwise

from pipelines.simulator.plan import Calendar


@dataclass(frozen=True, slots=True)
class Period:
    """The files to write: those dated after `since` (all, where it is None) up to the as-of date."""

    calendar: Calendar
    since: int | None = None

    def has(self, day: int) -> bool:
        """Whether a file of this date is to be written."""
        return (self.since is None or day > self.since) and day <= self.calendar.as_of

    def months(self) -> list[int]:
        """Positions of the months whose files are to be written: each comes when the month is over."""
        return [i for i in range(self.calendar.closed) if self.has(int(self.calendar.nexts[i]))]

    def register_days(self) -> list[int]:
        """The anchor, on which registers are whole, and every day after it."""
        return [day for day in range(self.calendar.anchor, self.calendar.as_of + 1) if self.has(day)]

    def whole_days(self) -> list[int]:
        """The anchor and the first days of months after it: small systems send everything then."""
        first = {int(day) for day in self.calendar.nexts}
        return [day for day in self.register_days() if day == self.calendar.anchor or day in first]

    def spans(self) -> list[tuple[int, int]]:
        """[begin, end) of the files of events dated `end`: months before the anchor, days after it."""
        anchor = self.calendar.anchor
        edges = [int(day) for day in self.calendar.starts if day < anchor]
        edges += range(anchor, self.calendar.as_of + 1)
        return [(begin, end) for begin, end in pairwise(edges) if self.has(end)]
