"""The load ledger."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from store.audit import Audit
from store.storable import storable
from store.tables import load, load_problem
from store.tables.load import FILE_LENGTH
from store.values import LoadEntry, LoadProblem


class Loads:
    """Loads that are in raw, and files that could not be loaded."""

    def __init__(self, connection: Connection, audit: Audit) -> None:
        self._connection, self._audit = connection, audit

    def ids(self) -> frozenset[str]:
        """All load ids."""
        return frozenset(self._connection.scalars(select(load.c.load_id)))

    def all(self) -> tuple[LoadEntry, ...]:
        """Every load by (known_from, source, dataset, load_id)."""
        order = (load.c.known_from, load.c.source, load.c.dataset, load.c.load_id)
        return tuple(
            LoadEntry(**row._mapping) for row in self._connection.execute(select(load).order_by(*order))
        )

    def last_loaded(self) -> dict[tuple[str, str], datetime]:
        """(source, data set) -> when its last load came (UTC)."""
        last = select(load.c.source, load.c.dataset, func.max(load.c.loaded_at)).group_by(
            load.c.source, load.c.dataset
        )
        return {(row[0], row[1]): row[2] for row in self._connection.execute(last)}

    def add(self, entry: LoadEntry) -> None:
        """Enter a load. One that is entered stays as it is: its id says everything about it."""
        there = select(load.c.load_id).where(load.c.load_id == entry.load_id)
        if self._connection.scalar(there) is not None:
            return
        values = {key: value for key, value in asdict(entry).items() if key != "loaded_at"}
        values["file_name"] = storable(entry.file_name)
        self._connection.execute(insert(load).values(**values))
        details = {"source": entry.source, "file": values["file_name"]}
        self._audit.note("load.add", entry.load_id, details)

    def problems(self) -> tuple[LoadProblem, ...]:
        """Files that could not be loaded and have not been since."""
        order = (load_problem.c.source, load_problem.c.dataset, load_problem.c.file)
        rows = self._connection.execute(select(load_problem).order_by(*order))
        return tuple(LoadProblem(**row._mapping) for row in rows)

    def report(self, problem: LoadProblem) -> None:
        """Note that a file could not be loaded; a newer message takes the place of the older."""
        self._delete(problem.source, problem.dataset, problem.file)
        values = {
            "source": problem.source,
            "dataset": problem.dataset,
            "file": _file(problem.file),
            "message": storable(problem.message),
        }
        self._connection.execute(insert(load_problem).values(**values))
        subject = f"{problem.source}/{problem.file}"
        self._audit.note("load.refuse", subject, {"message": values["message"]})

    def forget_others(self, source: str, dataset: str, files: Collection[str]) -> None:
        """Forget the problems of a data set with files that are no longer there: `files` are."""
        there = {_file(file) for file in files}
        for problem in self.problems():
            if (problem.source, problem.dataset) == (source, dataset) and problem.file not in there:
                self.solve(source, dataset, problem.file)

    def solve(self, source: str, dataset: str, file: str) -> None:
        """Forget the problem of a file, if it had one."""
        if self._delete(source, dataset, file):
            self._audit.note("load.solve", f"{source}/{file}")

    def _delete(self, source: str, dataset: str, file: str) -> int:
        where = (
            load_problem.c.source == source,
            load_problem.c.dataset == dataset,
            load_problem.c.file == _file(file),
        )
        return self._connection.execute(delete(load_problem).where(*where)).rowcount


def _file(name: str) -> str:
    return storable(name, FILE_LENGTH)
