"""The store's schema: made and brought forward by migrations, checked when the store is opened."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from store.connect import connect, reading_connection, store_url

MIGRATIONS = Path(__file__).parent / "migrations"


class StoreError(Exception):
    """The store is missing, can't be reached, or was made by another version."""


def migrate_store(location: Path | str) -> None:
    """Create the store of a deployment folder (or at a URL), or bring it to this version."""
    if isinstance(location, Path):
        Path(store_url(location).removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    engine = connect(store_url(location))
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def require_current(engine: Engine) -> None:
    """Raise StoreError unless the schema is that of this version."""
    with reading_connection(engine) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    wanted = ScriptDirectory.from_config(_config()).get_current_head()
    if found is None:
        raise StoreError(f"{_where(engine)}: there is no operational store; `vitrina init` makes one")
    if found != wanted:
        raise StoreError(f"{_where(engine)}: the store has version {found}, this program wants {wanted}")


def _where(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
