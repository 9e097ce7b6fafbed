"""Settings -> the engine they name, opened over a release."""

from warehouse.engines.duckdb import DuckDBEngine
from warehouse.engines.port import Engine
from warehouse.releases.model import Release
from warehouse.settings import Settings, SettingsError

URL_FILE = "secrets/clickhouse.url"
"""One line, `clickhouse://user:password@host:8123/`: it holds a password, so it is no setting."""


def open_engine(settings: Settings, release: Release) -> Engine:
    """The engine of the deployment over this release. Raises SettingsError, EngineError."""
    if settings.engine == "duckdb":
        return DuckDBEngine(release, settings.resources)
    if settings.engine == "clickhouse":
        return _clickhouse(settings, release)
    known = "duckdb or clickhouse"
    raise SettingsError(f"{settings.home}: unknown engine {settings.engine!r}; it must be {known}")


def _clickhouse(settings: Settings, release: Release) -> Engine:
    path = settings.home / URL_FILE
    if not path.is_file():
        raise SettingsError(f"{path}: no such file; the engine clickhouse needs the server's address there")
    try:
        # An optional extra of the installation.
        from warehouse.engines.clickhouse import open_server  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError("the engine clickhouse needs `pip install vitrina[clickhouse]`") from error
    return open_server(release, path.read_text(encoding="utf-8").strip())
