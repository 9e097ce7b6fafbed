"""Questions at the same time share a run only where the answer's paths fit both."""

from collections.abc import Callable, Hashable
from typing import Any

import httpx
import pytest

from api.exact_json import dumps
from segments.budget import Budget
from segments.guard import Guard
from tests.api.deployment import Deployment

LONG = {"attr": "balance", "op": "ge", "value": 0}
NORTH = {"attr": "region", "op": "eq", "value": "north"}


def test_equal_documents_in_another_order_have_runs_of_their_own(
    http: httpx.Client, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[Hashable] = []
    run: Callable[..., Any] = Guard.run

    def kept(self: Guard, name: Callable[[Budget], Hashable], *given: Any, **named: Any) -> Any:
        def keep(budget: Budget) -> Hashable:
            keys.append(name(budget))
            return keys[-1]

        return run(self, keep, *given, **named)

    monkeypatch.setattr(Guard, "run", kept)
    hashes = []
    for parts in ([LONG, NORTH], [NORTH, LONG], [LONG, NORTH]):
        content = dumps({"version": 1, "where": {"all": parts}}).encode()
        headers = {"Authorization": f"Bearer {deployment.admin}"}
        answer = http.post("/v1/segments/count", params={"attrition": True}, headers=headers, content=content)
        assert answer.status_code == 200, answer.text
        hashes.append(answer.json()["hash"])
    assert len(set(hashes)) == 1
    assert keys[0] == keys[2] != keys[1]
