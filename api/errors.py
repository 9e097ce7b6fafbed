"""Failures as RFC 9457 problem documents: one shape for every endpoint, problems with paths inside."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.actors import RightsError
from api.schemas.problem import PROBLEM_MEDIA_TYPE, Finding, Problem
from segments.conditions.read import DocumentError
from segments.saved import ConflictError, ForbiddenError, UnknownError
from warehouse.engines.port import EngineError, QueryCancelledError, QueryTimeoutError
from warehouse.errors import InputError
from warehouse.releases.reader import ReleaseError

log = logging.getLogger(__name__)


class ApiError(Exception):
    """A refusal with its status; `findings` say what is wrong where in the request."""

    def __init__(self, status: int, detail: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.findings = findings


def problem_response(
    request: Request, status: int, detail: str, findings: tuple[Finding, ...] = ()
) -> Response:
    """The problem document for one failed request."""
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request.url.path,
        request_id=request.scope.get("request_id", ""),
        problems=list(findings),
    )
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    return Response(problem.model_dump_json(), status, headers, media_type=PROBLEM_MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Register the handlers; the first class that fits an error decides."""
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(DocumentError, _document)
    app.add_exception_handler(ReleaseError, _no_release)
    app.add_exception_handler(RightsError, _no_right)
    app.add_exception_handler(UnknownError, _unknown)
    app.add_exception_handler(ConflictError, _conflict)
    app.add_exception_handler(ForbiddenError, _no_right)
    app.add_exception_handler(InputError, _input)
    app.add_exception_handler(EngineError, _engine)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


def _api_error(request: Request, error: Any) -> Response:
    return problem_response(request, error.status, error.detail, error.findings)


def _document(request: Request, error: Any) -> Response:
    findings = tuple(Finding(path=p.path, message=p.message, code=p.code) for p in error.problems)
    return problem_response(request, 422, "the segment document is not valid", findings)


def _no_release(request: Request, error: Any) -> Response:
    return problem_response(request, 503, str(error))


def _no_right(request: Request, error: Any) -> Response:
    return problem_response(request, 403, str(error))


def _unknown(request: Request, error: Any) -> Response:
    return problem_response(request, 404, str(error))


def _conflict(request: Request, error: Any) -> Response:
    return problem_response(request, 409, str(error))


def _input(request: Request, error: Any) -> Response:
    return problem_response(request, 422, str(error))


def _engine(request: Request, error: Any) -> Response:
    if isinstance(error, QueryTimeoutError):
        return problem_response(request, 504, "the question took too long and was stopped")
    if isinstance(error, QueryCancelledError):
        return problem_response(request, 409, "the question was cancelled by a newer one")
    # The engine's words may hold values of customers: they go to the log, not to the caller.
    log.error("engine failed for request %s", request.scope.get("request_id"), exc_info=error)
    return problem_response(request, 500, "the engine failed; the log has the reason under the request id")


def _validation(request: Request, error: Any) -> Response:
    findings = tuple(
        Finding(path="/" + "/".join(map(str, item["loc"])), message=item["msg"], code=item["type"])
        for item in error.errors()
    )
    return problem_response(request, 422, "the request is not valid", findings)


def _http(request: Request, error: Any) -> Response:
    answer = problem_response(request, error.status_code, str(error.detail))
    # Among them `Allow`, which a refused method must tell.
    answer.headers.update(error.headers or {})
    return answer


def _unexpected(request: Request, error: Any) -> Response:
    log.error("request %s failed", request.scope.get("request_id"), exc_info=error)
    return problem_response(request, 500, "the service failed; the log has the reason under the request id")
