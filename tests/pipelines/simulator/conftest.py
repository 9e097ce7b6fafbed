"""One small simulation, shared by the tests that only read it."""

from datetime import date

import pytest

from pipelines.simulator.plan import Plan
from pipelines.simulator.run import simulate


@pytest.fixture(scope="session")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan of a simulation that has been written to `plan.out`."""
    plan = Plan(
        customers=2_600,
        months=8,
        seed=7,
        out=tmp_path_factory.mktemp("operator"),
        as_of=date(2026, 7, 1),
        dirty_rate=0.03,
        block=1_000,
    )
    simulate(plan)
    return plan
