"""HTTP with patience: retries with growing pauses, Retry-After, a rate limit, an end to every waiting."""

from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt
from urllib3.exceptions import HTTPError

from pipelines.ingest.connectors.exact_json import GarbageError, parse
from pipelines.ingest.connectors.model import DownError, Patience, UnavailableError
from pipelines.lib.clock import Clock

MAX_ANSWER = 512 << 20
"""Bytes of one answer; a page that is larger is no page."""
AT_ONCE = 1 << 16
AGAIN = {408, 425, 429}
"""Answers that ask for patience, besides the 5xx."""


class _AgainError(Exception):
    """The request may succeed later. `after_s` is what the server asked for."""

    def __init__(self, message: str, after_s: float | None = None) -> None:
        super().__init__(message)
        self.after_s = after_s


class PatientSession(requests.Session):
    """Sends until an answer is whole, good JSON, or patience is at an end.

    Only the origins given (scheme, host, port) are asked, whatever the links of a page say: the token is theirs.
    Redirects are not followed.
    """

    def __init__(self, patience: Patience, origins: set[tuple[str, str]], clock: Clock) -> None:
        super().__init__()
        self._patience, self._origins, self._clock = patience, origins, clock
        self._end = clock.now()
        self._next = clock.now()
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(max_retries=0))

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Raises UnavailableError: refused, or still no good answer when patience ends."""
        self._end = self._clock.now() + self._patience.total_s
        retrying = Retrying(
            retry=retry_if_exception_type(_AgainError),
            stop=stop_after_attempt(self._patience.attempts),
            wait=self._pause,
            sleep=self._clock.sleep,
            reraise=True,
        )
        try:
            return retrying(self._once, request, **options)
        except _AgainError as error:
            raise DownError(f"{error} (tried {self._tries(retrying)})") from None

    def _tries(self, retrying: Retrying) -> str:
        count = retrying.statistics.get("attempt_number", 1)
        return "once" if count == 1 else f"{count} times"

    def _once(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        address = _shown(request.url)
        if _origin(request.url) not in self._origins:
            raise UnavailableError(f"{address}: the answer leads to another server; it is not followed")
        self._keep_distance()
        try:
            left = max(0.05, min(self._patience.timeout_s, self._end - self._clock.now()))
            mine = {"stream": True, "timeout": left, "allow_redirects": False}
            response = super().send(request, **(options | mine))
            self._read(response, self._clock.now() + left)
        except requests.exceptions.RequestException as error:
            raise _AgainError(f"{address}: {_reason(error)}") from error
        return _checked(address, response, self._clock)

    def _read(self, response: requests.Response, end: float) -> None:
        """The body within one answer's time: a server that sends a byte now and then is hanging too."""
        body = bytearray()
        try:
            while part := response.raw.read1(AT_ONCE, decode_content=True):
                body += part
                if len(body) > MAX_ANSWER:
                    raise UnavailableError(
                        f"{_shown(response.url)}: an answer of more than {MAX_ANSWER:,} bytes"
                    )
                if self._clock.now() > end:
                    raise requests.exceptions.ReadTimeout("the answer takes too long")
        except _TRANSPORT as error:
            raise requests.exceptions.ConnectionError(str(error)) from error
        finally:
            response.close()
        # Where `requests` itself keeps a body that was read.
        response._content = bytes(body)
        response._content_consumed = True  # type: ignore[attr-defined]

    def _keep_distance(self) -> None:
        pause = self._next - self._clock.now()
        if pause > 0:
            self._clock.sleep(pause)
        self._next = self._clock.now() + self._patience.pause_between_s

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.after_s if isinstance(error, _AgainError) else None
        growing = self._patience.backoff_s * 2 ** (state.attempt_number - 1) * self._clock.jitter()
        pause = growing if asked is None else asked
        if self._clock.now() + pause >= self._end:
            told = f"the server asks to come back in {asked:.0f} s" if asked else "patience is at an end"
            raise DownError(f"{error}; {told}")
        return pause


_TRANSPORT = (OSError, HTTPError)


def _checked(address: str, response: requests.Response, clock: Clock) -> requests.Response:
    status = response.status_code
    if status in AGAIN or status >= 500:
        raise _AgainError(
            f"{address}: the server answers {status} {response.reason}", _asked(response, clock)
        )
    if status >= 400:
        raise UnavailableError(f"{address}: the server answers {status} {response.reason}")
    if status >= 300:
        to = response.headers.get("Location", "")
        raise UnavailableError(f"{address}: the server sends us on to {_shown(to)}; declare that address")
    try:
        parse(response.content)
    except GarbageError as error:
        raise _AgainError(f"{address}: the answer is {error}") from error
    return response


def _asked(response: requests.Response, clock: Clock) -> float | None:
    """Seconds of Retry-After, given as such or as a moment; None where it is missing or unreadable."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - clock.wall())
    except (ValueError, TypeError, IndexError):
        return None


def _origin(url: str | bytes | None) -> tuple[str, str]:
    parts = urlsplit(url.decode() if isinstance(url, bytes) else url or "")
    return parts.scheme, parts.netloc.rpartition("@")[2].lower()


def origins(*urls: str) -> set[tuple[str, str]]:
    """Scheme and host with port of each address."""
    return {_origin(url) for url in urls}


def _shown(url: str | bytes | None) -> str:
    """An address without what may be secret in it: user, password, query."""
    parts = urlsplit(url.decode() if isinstance(url, bytes) else url or "")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _reason(error: Exception) -> str:
    """In few words: the libraries put objects and addresses into theirs."""
    if isinstance(error, requests.exceptions.Timeout):
        return "no whole answer in time"
    text = str(error)
    for known, words in _WORDS.items():
        if known in text:
            return words
    return f"the connection failed ({type(error).__name__})"


_WORDS = {
    "refused": "connection refused",
    "resolve": "unknown host",
    "IncompleteRead": "the answer was cut",
    "Connection aborted": "the server closed the connection",
    "reset by peer": "the server closed the connection",
    "too long": "no whole answer in time",
    "timed out": "no whole answer in time",
    "certificate": "its certificate is not trusted",
}
