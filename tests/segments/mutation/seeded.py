"""Makes each seeded fault in a child process and asks the golden cases of its seed.

    python -m tests.segments.mutation.seeded

prints a JSON list: seed, mistake, and what caught it (null = nothing did). First of all the unchanged product
answers every case: mistake null, and nothing may be caught.
"""

import json
import sys
from typing import Any

import tests.segments.mutation.preloaded  # noqa: F401 - once here, not in every child
from tests.segments.mutation.faults import FAULTS, Fault
from tests.segments.mutation.forking import in_child
from tests.segments.mutation.patching import StaleEditError, edited, install

TIMEOUT_S = 60


def unchanged(seeds: list[int]) -> list[dict[str, Any]]:
    """What the cases of the seeds see wrong in the product as it is."""
    ended = in_child(lambda: [_caught({}, seed) for seed in seeds], TIMEOUT_S)
    if not isinstance(ended.value, list):
        raise ChildProcessError(f"the unchanged product can't be asked: {ended}")
    return [_told(seed, None, caught) for seed, caught in zip(seeds, ended.value, strict=True)]


def verdict(fault: Fault) -> dict[str, Any]:
    """What caught the fault; `stale` where its text is gone from the product."""
    try:
        sources = edited(fault.edits)
    except StaleEditError as stale:
        return _told(fault.seed, fault.mistake, None, str(stale))
    ended = in_child(lambda: _caught(sources, fault.seed), TIMEOUT_S)
    if ended.died:
        raise ChildProcessError(f"the fault {fault.mistake!r} could not be made")
    return _told(fault.seed, fault.mistake, "it does not end" if ended.timed_out else ended.value)


def _told(seed: int, mistake: str | None, caught: str | None, stale: str | None = None) -> dict[str, Any]:
    return {"seed": seed, "mistake": mistake, "caught": caught, "stale": stale}


def _caught(sources: dict[str, str], seed: int) -> str | None:
    if sources:
        install(sources)
    # Only now may anything be imported that imports the product.
    from tests.segments.mutation.golden_check import first_wrong

    try:
        return first_wrong(seed)
    except Exception as error:  # noqa: BLE001 - a fault may fail in any way; that is caught as well
        return f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    told = unchanged(sorted({fault.seed for fault in FAULTS}))
    told += [verdict(fault) for fault in FAULTS]
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
