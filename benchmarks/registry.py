"""The benchmarks by name, and running them."""

from collections.abc import Mapping, Sequence

from filelock import FileLock, Timeout

from benchmarks import ingest
from benchmarks.measure import machine
from benchmarks.model import Benchmark, Report, Setup
from warehouse.errors import InputError

BENCHMARKS: Mapping[str, Benchmark] = {"ingest": ingest.run}


def run(names: Sequence[str], setup: Setup) -> tuple[Report, ...]:
    """The named benchmarks, or all; InputError for an unknown name or a folder that is in use."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        raise InputError(f"unknown benchmark {', '.join(unknown)}; there are {', '.join(sorted(BENCHMARKS))}")
    setup.data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(setup.data / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise InputError(f"--data {setup.data}: another benchmark is at work there") from error
    try:
        return tuple(_report(name, setup) for name in names or sorted(BENCHMARKS))
    finally:
        lock.release()


def _report(name: str, setup: Setup) -> Report:
    described = machine()
    return Report(name, setup.customers, described, tuple(BENCHMARKS[name](setup)))
