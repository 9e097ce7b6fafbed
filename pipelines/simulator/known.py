"""What a folder knows of an earlier simulation, and whether a plan continues it."""

import json
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pipelines.simulator.plan import Plan, PlanError

PLAN = "truth/plan.json"
SAME = ("customers", "months", "seed", "dirty_rate", "block")
"""Arguments that make a world what it is, with the anchor."""


@dataclass(frozen=True, slots=True)
class Continued:
    """A plan with its anchor, and the as-of date of the simulation it continues (None = it begins anew)."""

    plan: Plan
    since: date | None = None


def continued(plan: Plan) -> Continued:
    """The plan to carry out in its folder.

    A folder with the same world as of an earlier date is continued from there. Raises PlanError where what
    the folder states can't be read.
    """
    stated = _stated(plan)
    if not stated or any(stated.get(name) != getattr(plan, name) for name in SAME):
        return Continued(plan)
    anchor, since = date.fromisoformat(stated["anchor"]), date.fromisoformat(stated["as_of"])
    if plan.anchor not in (None, anchor) or plan.as_of <= since:
        return Continued(plan)
    return Continued(replace(plan, anchor=anchor), since)


def _stated(plan: Plan) -> dict[str, Any]:
    path = plan.out / PLAN
    if not path.is_file():
        return {}
    try:
        stated = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PlanError(f"{path}: is not what a simulation writes: {error}") from error
    return stated if isinstance(stated, dict) and "anchor" in stated else {}


def plan_document(plan: Plan) -> dict[str, Any]:
    """As in `truth/plan.json`."""
    return {name: getattr(plan, name) for name in SAME} | {
        "anchor": plan.anchored.isoformat(),
        "as_of": plan.as_of.isoformat(),
    }
