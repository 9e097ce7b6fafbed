"""Settings -> the engine they name, opened over a release."""

from warehouse.engines.duckdb import DuckDBEngine
from warehouse.engines.port import Engine
from warehouse.releases.model import Release
from warehouse.settings import Settings, SettingsError


def open_engine(settings: Settings, release: Release) -> Engine:
    """The engine of the deployment over this release. Raises SettingsError for an unknown name."""
    if settings.engine == "duckdb":
        return DuckDBEngine(release)
    raise SettingsError(f"{settings.home}: unknown engine {settings.engine!r}; it must be duckdb")
