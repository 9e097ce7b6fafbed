"""One use case = one transaction: repositories over one connection, the audit written before the commit."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine

from store.audit import Audit
from store.connect import reading_connection
from store.repositories.api_keys import ApiKeys
from store.repositories.lists import Lists
from store.repositories.loads import Loads
from store.repositories.runs import Runs
from store.repositories.segments import Segments
from store.repositories.users import Users


class UnitOfWork:
    """The repositories of one transaction."""

    def __init__(self, connection: Connection, actor: str) -> None:
        self.audit = Audit(connection, actor)
        self.loads = Loads(connection, self.audit)
        self.runs = Runs(connection, self.audit)
        self.users = Users(connection, self.audit)
        self.api_keys = ApiKeys(connection, self.audit)
        self.segments = Segments(connection, self.audit)
        self.lists = Lists(connection, self.audit)


@contextmanager
def transaction(engine: Engine, actor: str) -> Iterator[UnitOfWork]:
    """Commit at the end, roll back on any error."""
    with engine.begin() as connection:
        work = UnitOfWork(connection, actor)
        yield work
        work.audit.write()


@contextmanager
def reading(engine: Engine) -> Iterator[UnitOfWork]:
    """A consistent view that waits for no writer; what is changed in it is rolled back."""
    with reading_connection(engine) as connection:
        yield UnitOfWork(connection, "")
