"""Connectors of a deployment: declared data sets fetched, a source that is down not asked again and again."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pipelines.ingest.connectors.fetch import Surroundings, Wanted, fetch
from pipelines.ingest.connectors.model import Connector, DownError, Rest, UnavailableError
from pipelines.ingest.declaration import DatasetDeclaration
from pipelines.ingest.patterns import FoundFile
from pipelines.ingest.raw import RawLoad
from store.connect import store_url
from warehouse.catalog.model import ValueType
from warehouse.settings import Settings


class Fetcher:
    """Fetches data sets in one ingestion. `today` is the business date of what has no date of its own."""

    def __init__(self, settings: Settings, today: date) -> None:
        self._around = Surroundings(
            home=settings.home,
            data=settings.data,
            store_url=store_url(settings.store_url or settings.home),
            zone=ZoneInfo(settings.time_zone),
            today=today,
        )
        self._down: dict[str, str] = {}

    def fetch(
        self, dataset: DatasetDeclaration, known: Callable[[], Sequence[RawLoad]]
    ) -> Iterator[FoundFile]:
        """New landing files of a data set, as `fetch.fetch` gives them; the message names source and data set."""
        assert dataset.connector is not None
        server = _server(dataset.connector)
        try:
            self._require_up(server)
            for path in fetch(_wanted(dataset), self._around, known):
                yield FoundFile(path, datetime.strptime(path.name[:8], "%Y%m%d").date())  # noqa: DTZ007 - a date only
        except UnavailableError as error:
            if isinstance(error, DownError):
                self._down[server] = str(error)
            message = f"source {dataset.source}, {dataset.dataset}: nothing fetched: {error}"
            raise UnavailableError(message) from None

    def _require_up(self, server: str) -> None:
        if server in self._down:
            raise UnavailableError(f"{self._down[server]} (not asked again in this ingestion)")


def _server(connector: Connector) -> str:
    return urlsplit(connector.url).netloc if isinstance(connector, Rest) else connector.url


def _wanted(dataset: DatasetDeclaration) -> Wanted:
    assert dataset.connector is not None
    moments = [rule.source for rule in dataset.rules if rule.source and rule.type is ValueType.TIMESTAMP]
    sources = {rule.name: rule.source for rule in dataset.rules if rule.source is not None}
    return Wanted(
        source=dataset.source,
        dataset=dataset.dataset,
        connector=dataset.connector,
        load=dataset.load,
        moments=frozenset(moments),
        key=tuple(sources[name] for name in dataset.key if name in sources),
    )
