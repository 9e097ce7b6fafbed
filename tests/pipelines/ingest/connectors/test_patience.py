"""Servers that are down, hang, cut, are too busy: what is tried again, and where it ends."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from pipelines.ingest.connectors.fetch import Surroundings
from pipelines.ingest.connectors.model import Paging, Patience, UnavailableError
from pipelines.lib.clock import Clock
from tests.pipelines.ingest.connectors.fetching import names, pull, rest
from tests.pipelines.ingest.connectors.http_server import Answer, Asked, Server, serving

GOOD = [{"id": "1"}, {"id": "2"}]
WHOLE = Answer(json.dumps(GOOD).encode())


def in_turn(*answers: Answer) -> Iterator[Answer]:
    """These, and then the last one for ever."""
    yield from answers
    while True:
        yield answers[-1]


@pytest.mark.parametrize(
    "bad",
    [
        Answer(b"", status=503),
        Answer(b"", status=500),
        Answer(b"", status=429),
        Answer(WHOLE.body, cut=5),
        Answer(WHOLE.body[:-3]),
        Answer(b"<html>Maintenance</html>"),
    ],
    ids=["unavailable", "error", "too many requests", "cut", "cut unnoticed", "garbage"],
)
def test_what_may_pass_is_tried_again(server: Server, around: Surroundings, bad: Answer) -> None:
    answers = in_turn(bad, bad, WHOLE)
    server.answer = lambda _: next(answers)
    assert pull(around, rest(server.url), "full") == GOOD
    assert len(server.asked) == 3


def test_a_cut_in_the_second_page_lands_nothing_of_the_first(server: Server, around: Surroundings) -> None:
    server.answer = lambda asked: WHOLE if asked.parameters["page"] == "1" else Answer(WHOLE.body, cut=9)
    paging = Paging("page", {"parameter": "page", "first": 1, "size": 2})
    with pytest.raises(UnavailableError, match=r"the answer was cut \(tried 3 times\)"):
        pull(around, rest(server.url, paging=paging), "full")
    assert names(around) == []


def test_a_server_that_is_down(around: Surroundings) -> None:
    with serving() as server:
        url = server.url
    with pytest.raises(UnavailableError, match="connection refused"):
        pull(around, rest(url), "full")


@pytest.mark.parametrize("hanging", [Answer(WHOLE.body, wait_s=30), Answer(WHOLE.body, trickle_s=0.1)])
def test_a_server_that_hangs_is_left(server: Server, around: Surroundings, hanging: Answer) -> None:
    """Also one that sends a byte now and then."""
    server.answer = lambda _: hanging
    patience = Patience(timeout_s=0.3, attempts=2, backoff_s=0.01, total_s=5)
    started = time.monotonic()
    with pytest.raises(UnavailableError, match=r"no whole answer in time \(tried 2 times\)"):
        pull(around, rest(server.url, patience=patience), "full")
    assert time.monotonic() - started < 5


class Watch:
    """A clock that nobody waits for."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def clock(self) -> Clock:
        start = datetime(2026, 7, 10, tzinfo=UTC).timestamp()
        return Clock(lambda: self.seconds, lambda: start + self.seconds, self.sleep, lambda: 1.0)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds


def test_pauses_grow(server: Server, around: Surroundings) -> None:
    watch = Watch()
    server.answer = lambda _: Answer(b"", status=503)
    source = rest(server.url, patience=Patience(attempts=5, backoff_s=1, total_s=60))
    with pytest.raises(UnavailableError, match=r"503 Service Unavailable \(tried 5 times\)"):
        pull(replace(around, clock=watch.clock()), source, "full")
    assert watch.slept == [1, 2, 4, 8]


@pytest.mark.parametrize(
    "asked", ["7", format_datetime(datetime(2026, 7, 10, tzinfo=UTC) + timedelta(seconds=7), usegmt=True)]
)
def test_the_server_says_when_to_come_back(server: Server, around: Surroundings, asked: str) -> None:
    watch = Watch()
    answers = in_turn(Answer(b"", status=429, headers={"Retry-After": asked}), WHOLE)
    server.answer = lambda _: next(answers)
    assert pull(replace(around, clock=watch.clock()), rest(server.url, patience=Patience()), "full") == GOOD
    assert watch.slept == [7]


def test_later_than_we_wait_is_not_waited_for(server: Server, around: Surroundings) -> None:
    watch = Watch()
    server.answer = lambda _: Answer(b"", status=503, headers={"Retry-After": "3600"})
    with pytest.raises(UnavailableError, match=r"503.*come back in 3600 s"):
        pull(replace(around, clock=watch.clock()), rest(server.url, patience=Patience()), "full")
    assert watch.slept == []
    assert len(server.asked) == 1


def test_requests_keep_their_distance(server: Server, around: Surroundings) -> None:
    def answer(asked: Asked) -> Answer:
        number = int(asked.parameters["page"])
        return Answer(json.dumps([{"id": number}] if number < 5 else []).encode())

    server.answer = answer
    watch = Watch()
    patience = Patience(timeout_s=5, pause_between_s=12)
    paging = Paging("page", {"parameter": "page", "first": 1, "size": 1})
    source = rest(server.url, patience=patience, paging=paging)
    assert len(pull(replace(around, clock=watch.clock()), source, "full")) == 4
    assert watch.slept == [12, 12, 12, 12]
