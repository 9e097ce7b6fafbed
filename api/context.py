"""What one running service holds: composed once, at start, from a deployment folder."""

from dataclasses import dataclass, field
from pathlib import Path

from api.releases import OpenRelease, Releases
from segments.guard import Guard
from segments.saved import StoreReferences
from segments.service import SegmentService
from store import Store, open_store
from warehouse.engines.factory import open_engine
from warehouse.releases.reader import current_release_id, open_release
from warehouse.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class Context:
    """The deployment's settings, its operational store and its releases."""

    settings: Settings
    store: Store
    releases: Releases
    questions: Guard = field(default_factory=Guard)

    def close(self) -> None:
        """Give back everything that is open."""
        self.releases.close()
        self.store.close()


def open_context(home: Path) -> Context:
    """Open a deployment for serving. Raises SettingsError; a missing release is told per request."""
    settings = load_settings(home)
    store = open_store(settings.store_url or home)

    def open_one(folder: Path, release_id: str) -> OpenRelease:
        release = open_release(folder, release_id)
        engine = open_engine(settings, release)
        references = StoreReferences(store, release.manifest.as_of)
        return OpenRelease(release, engine, SegmentService(release, engine, references))

    return Context(settings, store, Releases(home, current_release_id, open_one))
