"""The files below `truth/`: tables block by block, and documents about the whole."""

import json
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow.parquet as pq

from pipelines.simulator.campaigns import CHANNELS, campaigns
from pipelines.simulator.files import UNFINISHED, earlier_files
from pipelines.simulator.known import Continued, plan_document
from pipelines.simulator.plan import Plan, as_date
from pipelines.simulator.reachable import Tally, reachable
from pipelines.simulator.tariffs import ALL_TARIFFS


class TruthFiles:
    """Tables that grow block by block beside their names and take them in `finish`."""

    def __init__(self, out: Path) -> None:
        self._folder = out / "truth"
        self._writers: dict[str, Any] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for name, writer in self._writers.items():
            writer.close()
            self._unfinished(name).unlink(missing_ok=True)

    def append(self, tables: dict[str, Any]) -> None:
        """Write the rows of one block."""
        for name, table in tables.items():
            if name not in self._writers:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._writers[name] = pq.ParquetWriter(self._unfinished(name), table.schema)
            self._writers[name].write_table(table)

    def _unfinished(self, name: str) -> Path:
        return self._folder / f"{name}.parquet{UNFINISHED}"

    def finish(self, known: Continued, written: dict[str, Any], counts: Tally) -> None:
        """Put the tables in place and write the documents. `written`: what the new files hold, by path."""
        for name, writer in self._writers.items():
            writer.close()
            self._unfinished(name).replace(self._folder / f"{name}.parquet")
        earlier = earlier_files(self._folder.parent) if known.since else {}
        documents = {
            "campaigns.json": _campaigns(known.plan),
            "reachable.json": reachable(counts),
            "dirty.json": dict(sorted((earlier | written).items())),
            "plan.json": plan_document(known.plan),
        }
        for name, document in documents.items():
            text = json.dumps(document, indent=1, ensure_ascii=False)
            (self._folder / name).write_text(text + "\n", encoding="utf-8")


def _campaigns(plan: Plan) -> list[dict[str, Any]]:
    """The campaigns that have begun, with what they truly bring: buyers among the reached less the others."""
    begun = [campaign for campaign in campaigns(plan) if as_date(campaign.day) < plan.as_of]
    return [
        {
            "campaign": campaign.number,
            "name": campaign.name,
            "channel": CHANNELS[campaign.channel],
            "begins_on": as_date(campaign.day).isoformat(),
            "customer_kind": "legal_entity" if campaign.legal else "person",
            "tariff": ALL_TARIFFS[campaign.tariff].name,
            "uplift": round(campaign.uplift, 5),
        }
        for campaign in begun
    ]
