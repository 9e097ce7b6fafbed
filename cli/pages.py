"""Pages of members on the command line: `--after` takes the cursor that the API gives, too."""

from dataclasses import dataclass
from typing import Any

from api.cursors import QUESTION, Cursor, key_type, read_cursor, require_same, write_cursor
from api.errors import ApiError
from cli.context import OpenDeployment
from segments.answers import MembersPage
from warehouse.errors import InputError


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one question; `asked`: what it is asked with beside its document: days and `purpose`."""

    deployment: OpenDeployment
    document: dict[str, Any]
    asked: dict[str, Any]

    def begin(self, after: str | None) -> str | int | None:
        """The key after which the page begins. Raises InputError for a cursor of another question or release."""
        try:
            cursor = read_cursor(after)
            if cursor.after is not None:
                require_same(cursor, self._question(), self._key_type())
        except ApiError as error:
            told = "; ".join(finding.message for finding in error.findings)
            raise InputError(f"--after: {after!r} is {told}") from error
        if cursor.release not in {None, self._release}:
            raise InputError(
                f"--after: a page of release {cursor.release}; now it is {self._release}: begin with the first page"
            )
        return cursor.after

    def following(self, page: MembersPage) -> str | None:
        """The cursor of the next page; None on the last."""
        if page.next is None:
            return None
        return write_cursor(Cursor(self._release, self._question(), page.next))

    @property
    def _release(self) -> str:
        return self.deployment.release.manifest.release_id

    def _question(self) -> str:
        return self.deployment.segments.key(self.document, self.deployment.actor, **self.asked)[:QUESTION]

    def _key_type(self) -> type[str] | type[int]:
        return key_type(
            self.deployment.release.catalog.entities[str(self.document.get("entity", "customer"))]
        )
