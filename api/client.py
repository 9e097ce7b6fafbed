"""The client of the service, and the only door of the workspaces: over HTTP or to an app in this process."""

import importlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pyarrow as pa

from api.client_model import (
    Aggregate,
    AllowedValue,
    Attribute,
    Catalog,
    Entity,
    Fact,
    Finding,
    Named,
    Operator,
    Relation,
    catalog_from_json,
    findings_from_json,
    named_from_json,
)
from api.exact_json import dumps, loads
from api.in_process import InProcessTransport

__all__ = [
    "Aggregate",
    "AllowedValue",
    "Attribute",
    "Catalog",
    "Entity",
    "Fact",
    "Finding",
    "MembersPage",
    "Named",
    "Operator",
    "Relation",
    "ServiceError",
    "VitrinaClient",
    "client_from_environment",
    "dumps",
    "loads",
]

ARROW = "application/vnd.apache.arrow.stream"
URL_VARIABLE = "VITRINA_API_URL"
KEY_VARIABLE = "VITRINA_API_KEY"
HOME_VARIABLE = "VITRINA_IN_PROCESS_HOME"
TIMEOUT_S = 40.0
"""Longer than the service lets a question run, so that its own refusal arrives."""


class ServiceError(Exception):
    """The service refused or failed: its status (0 = not reached), words, and problems with paths."""

    def __init__(
        self, status: int, detail: str, problems: tuple[Finding, ...] = (), request_id: str = ""
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.problems = problems
        self.request_id = request_id


@dataclass(frozen=True, slots=True)
class MembersPage:
    """Rows of members as an Arrow table and the cursor of the next page (None = the last)."""

    rows: pa.Table
    next: str | None


class VitrinaClient:
    """One caller of one service. Methods raise ServiceError; they may be called from several threads."""

    def __init__(self, base_url: str = "http://in-process", *, key: str, app: Any = None) -> None:
        transport = InProcessTransport(app) if app is not None else None
        self._http = httpx.Client(
            base_url=base_url,
            headers={"Authorization": f"Bearer {key}"},
            timeout=TIMEOUT_S,
            transport=transport,
            trust_env=False,
        )

    def close(self) -> None:
        """Close connections; stops an application in this process."""
        self._http.close()

    def health(self) -> dict[str, Any]:
        """Liveness, release and business date (both None before the first release)."""
        return self._json("GET", "/v1/health")

    def catalog(self) -> Catalog:
        """Everything that can be asked of the current release."""
        return catalog_from_json(self._json("GET", "/v1/catalog"))

    def validate(self, document: Mapping[str, Any]) -> tuple[Finding, ...]:
        """Problems of a document; none = it can be answered."""
        return findings_from_json(self._json("POST", "/v1/segments/validate", document)["problems"])

    def remarks(self, document: Mapping[str, Any], own_id: str | None = None) -> tuple[Finding, ...]:
        """What is allowed and odd in a valid document; none for one with problems.

        `own_id` is the saved segment that the document belongs to: that one is not told as its double.
        """
        answer = self._json("POST", "/v1/segments/validate", document, _given(id=own_id))
        return findings_from_json(answer["remarks"])

    def segments(self) -> tuple[Named, ...]:
        """Saved segments that can be used, by name."""
        return named_from_json(self._json("GET", "/v1/segments")["segments"])

    def lists(self) -> tuple[Named, ...]:
        """Uploaded lists that can be used, by name."""
        found = self._json("GET", "/v1/lists")["lists"]
        return named_from_json([one for one in found if one["deleted_at"] is None])

    def saved_document(self, segment_id: str, version: int) -> dict[str, Any]:
        """The document of one version of a saved segment."""
        path = f"/v1/segments/{quote(segment_id, safe='')}/versions/{version}"
        document: dict[str, Any] = self._json("GET", path)["document"]
        return document

    def save_segment(
        self, document: Mapping[str, Any], *, name: str, segment_id: str | None = None
    ) -> dict[str, Any]:
        """Save as a new segment, or as the next version of one: id, name, version, `changed`."""
        return self._json("POST", "/v1/segments", document, {"name": name} | _given(id=segment_id))

    def examples(self) -> dict[str, dict[str, Any]]:
        """Documents that come with the deployment, by name."""
        found = self._json("GET", "/v1/segments/examples")["examples"]
        return {one["name"]: loads(one["document"]) for one in found}

    def count(
        self,
        document: Mapping[str, Any],
        *,
        as_of: str | None = None,
        known_on: str | None = None,
        attrition: bool = False,
        purpose: str = "analysis",
        slot: str | None = None,
    ) -> dict[str, Any]:
        """The count answer: count, universe, as_of, windows, elapsed_ms and so on.

        A newer question of the same `slot` ends this one, which then raises ServiceError with status 409.
        """
        parameters = {"attrition": attrition, "purpose": purpose}
        parameters |= _given(as_of=as_of, known_on=known_on)
        headers = {"X-Query-Slot": slot} if slot else {}
        return self._json("POST", "/v1/segments/count", document, parameters, headers)

    def members(
        self,
        document: Mapping[str, Any],
        *,
        attributes: Sequence[str] = (),
        after: str | None = None,
        limit: int = 100,
        as_of: str | None = None,
        known_on: str | None = None,
    ) -> MembersPage:
        """One page of members with the chosen attributes."""
        parameters = {"attributes": list(attributes), "limit": limit}
        parameters |= _given(after=after, as_of=as_of, known_on=known_on)
        response = self._send("POST", "/v1/segments/members", document, parameters, {"Accept": ARROW})
        rows = pa.ipc.open_stream(response.content).read_all()
        return MembersPage(rows, response.headers.get("X-Next-Cursor") or None)

    def sql(self, document: Mapping[str, Any], *, as_of: str | None = None) -> dict[str, Any]:
        """The statement, its parameters, tables and plan."""
        return self._json("POST", "/v1/segments/sql", document, _given(as_of=as_of))

    def describe(self, document: Mapping[str, Any], language: str) -> dict[str, Any]:
        """`text`: the document in words; `conditions`: the words of each node by its path."""
        return self._json("POST", "/v1/segments/describe", document, {"language": language})

    def why(self, document: Mapping[str, Any], entity_id: str) -> dict[str, Any]:
        """Each condition for one entity, and the smallest change that flips the answer."""
        return self._json("POST", "/v1/segments/why", document, {"id": entity_id})

    def sensitivity(self, document: Mapping[str, Any], path: str) -> dict[str, Any]:
        """Size by threshold of the condition at a path."""
        return self._json("POST", "/v1/segments/sensitivity", document, {"path": path})

    def customer(
        self, customer_id: str, *, as_of: str | None = None, known_on: str | None = None
    ) -> dict[str, Any]:
        """The card of one customer, at the release's dates or at earlier ones."""
        path = f"/v1/customers/{quote(customer_id, safe='')}"
        return self._json("GET", path, parameters=_given(as_of=as_of, known_on=known_on))

    def identify(self, value: str, *, kind: str | None = None, on: str | None = None) -> dict[str, Any]:
        """Whose an identifier is on a day: outcome, customer_id, holders."""
        return self._json("POST", "/v1/identify", {"value": value} | _given(kind=kind, on=on))

    def _json(
        self,
        method: str,
        path: str,
        document: Mapping[str, Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        response = self._send(
            method, path, document, parameters, {"Accept": "application/json", **(headers or {})}
        )
        answer: dict[str, Any] = loads(response.content)
        return answer

    def _send(
        self,
        method: str,
        path: str,
        document: Mapping[str, Any] | None,
        parameters: Mapping[str, Any] | None,
        headers: Mapping[str, str],
    ) -> httpx.Response:
        content = dumps(document).encode() if document is not None else None
        wanted = {"Content-Type": "application/json", **headers}
        try:
            response = self._http.request(
                method, path, content=content, params=dict(parameters or {}), headers=wanted
            )
        except httpx.TransportError as error:
            raise ServiceError(0, f"the service does not answer: {error}") from error
        if response.is_success:
            return response
        raise _refusal(response)


def client_from_environment() -> VitrinaClient:
    """The client that the process was started for: VITRINA_API_URL, or a service in this process over
    the deployment VITRINA_IN_PROCESS_HOME; the key is VITRINA_API_KEY. Raises ServiceError when unset.
    """
    key = os.environ.get(KEY_VARIABLE, "")
    url, home = os.environ.get(URL_VARIABLE), os.environ.get(HOME_VARIABLE)
    if not key or not (url or home):
        raise ServiceError(0, f"{KEY_VARIABLE} and {URL_VARIABLE} are not set; `vitrina serve` sets them")
    if url:
        return VitrinaClient(url, key=key)
    # By name, so that whoever talks over HTTP loads none of the service.
    factory = importlib.import_module("api.app").create_app
    return VitrinaClient(key=key, app=factory(Path(str(home))))


def _given(**parameters: Any) -> dict[str, Any]:
    return {name: value for name, value in parameters.items() if value is not None}


def _refusal(response: httpx.Response) -> ServiceError:
    try:
        problem = loads(response.content)
        return ServiceError(
            response.status_code,
            problem["detail"],
            findings_from_json(problem["problems"]),
            problem["request_id"],
        )
    except (ValueError, KeyError, TypeError):
        return ServiceError(response.status_code, f"the service answered {response.status_code}")
