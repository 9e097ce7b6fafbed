"""Records of a REST interface, page by page, with dlt's REST client (docs/decisions/0005)."""

import json
import os
from collections.abc import Iterator
from typing import Any

from pipelines.ingest.connectors.cursors import CursorValue
from pipelines.ingest.connectors.exact_json import GarbageError, parse, records_at
from pipelines.ingest.connectors.http import PatientSession, origins
from pipelines.ingest.connectors.landing import digest
from pipelines.ingest.connectors.model import Auth, Paging, Rest, UnavailableError
from pipelines.ingest.connectors.secrets import Secrets
from pipelines.ingest.connectors.values import line_of
from pipelines.lib.clock import Clock

# The client alone reports nothing to anybody; the switch is for whoever starts more of the library beside it.
os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")

from dlt.common.configuration.specs import RuntimeConfiguration
from dlt.sources.helpers.rest_client import auth as ways
from dlt.sources.helpers.rest_client import paginators as pages
from dlt.sources.helpers.rest_client.client import RESTClient

USER_AGENT = "vitrina"


class _Client(RESTClient):
    """Takes the declared list out of a page and no other, and reads numbers exactly."""

    def __init__(self, records: tuple[str, ...], **options: Any) -> None:
        super().__init__(**options)
        self._path = records

    def extract_response(self, response: Any, data_selector: Any) -> list[Any]:  # noqa: ARG002
        return records_at(parse(response.content), self._path)


def fetch_records(
    rest: Rest, since: CursorValue | None, secrets: Secrets, clock: Clock
) -> Iterator[dict[str, Any]]:
    """All records since a cursor value, over all pages. Raises UnavailableError for whatever goes wrong."""
    try:
        yield from _records(rest, since, secrets, clock)
    except UnavailableError as error:
        raise type(error)(secrets.hide(str(error))) from None
    except (GarbageError, ValueError, TypeError, AttributeError) as error:
        # The client's own complaints about pages that do not say what was declared.
        raise UnavailableError(secrets.hide(f"{rest.url}: {error}")) from None


def _records(
    rest: Rest, since: CursorValue | None, secrets: Secrets, clock: Clock
) -> Iterator[dict[str, Any]]:
    address = secrets.fill(rest.url)
    with PatientSession(
        rest.patience, origins(address, *_token_addresses(rest.auth, secrets)), clock
    ) as session:
        session.headers["User-Agent"] = USER_AGENT
        client = _Client(
            rest.records,
            base_url=address,
            headers={name: secrets.fill(value) for name, value in rest.headers.items()},
            auth=_auth(rest.auth, secrets, session),
            session=session,
            config=RuntimeConfiguration(),
        )
        parameters = {name: secrets.fill(value) for name, value in rest.params.items()}
        parameters |= _since(rest, since) | _size(rest.paging)
        yield from _new_pages(
            client.paginate(
                address, params=parameters, paginator=_paginator(rest.paging), data_selector="$",
                hooks={"response": []},
            )
        )  # fmt: skip


def _new_pages(found: Iterator[list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    """Records of pages. A page that comes twice running shows that the server does not know how we ask for pages."""
    before: bytes | None = None
    for number, page in enumerate(found, start=1):
        mark = digest(b"".join(map(line_of, page)))
        if page and mark == before:
            raise GarbageError(
                f"page {number} says the same as the one before: is `paginate` what the server knows?"
            )
        before = mark
        yield from page


def _since(rest: Rest, since: CursorValue | None) -> dict[str, Any]:
    if rest.cursor is None:
        return {}
    value = rest.cursor.start if since is None else since
    return {} if value is None else {rest.cursor.parameter: str(value)}


def _size(paging: Paging) -> dict[str, Any]:
    name = paging.options.get("size_parameter")
    return {} if name is None else {str(name): paging.options["size"]}


def _token_addresses(auth: Auth | None, secrets: Secrets) -> list[str]:
    """Where a token is asked for: it may be another server."""
    return (
        [] if auth is None or "token_url" not in auth.options else [secrets.fill(auth.options["token_url"])]
    )


def _auth(auth: Auth | None, secrets: Secrets, session: PatientSession) -> Any:
    if auth is None:
        return None
    options = {name: secrets.fill(value) for name, value in auth.options.items()}
    match auth.kind:
        case "bearer":
            return ways.BearerTokenAuth(token=options["token"])
        case "basic":
            return ways.HttpBasicAuth(username=options["user"], password=options["password"])
        case "api_key":
            name = options.get("name", "X-API-Key")
            if options.get("in") == "query":
                return ways.APIKeyAuth(name=name, api_key=options["value"], location="query")
            return ways.APIKeyAuth(name=name, api_key=options["value"], location="header")
        case _:
            return ways.OAuth2ClientCredentials(
                access_token_url=options["token_url"],
                client_id=options["client_id"],
                client_secret=options["client_secret"],
                access_token_request_data={"scope": options["scope"]} if "scope" in options else {},
                session=session,
            )


def _paginator(paging: Paging) -> Any:
    options: dict[str, Any] = dict(paging.options)
    match paging.kind:
        case "page":
            first = options["first"]
            return pages.PageNumberPaginator(
                base_page=first, page_param=options["parameter"], total_path=None
            )
        case "offset":
            return pages.OffsetPaginator(
                limit=options["limit"],
                offset_param=options["parameter"],
                limit_param=options["limit_parameter"],
                total_path=None,
            )
        case "token":
            return pages.JSONResponseCursorPaginator(
                _json_path(options["path"]), cursor_param=options["parameter"]
            )
        case "next_url":
            return pages.JSONLinkPaginator(_json_path(options["path"]))
        case "link_header":
            return pages.HeaderLinkPaginator()
        case _:
            return pages.SinglePagePaginator()


def _json_path(path: str) -> str:
    """`meta/next` as the client's library writes it."""
    return ".".join(json.dumps(step) for step in path.split("/") if step)
