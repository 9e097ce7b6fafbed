"""What commands about a release share: settings, actor, release, engine, open while it runs."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from api.actors import actor_of
from cli.deployment import ADMINISTRATOR
from cli.state import State
from segments.saved import StoreReferences
from segments.service import SegmentService
from store import Store, StoreError, open_store
from warehouse.access import Actor
from warehouse.engines.factory import open_engine
from warehouse.errors import InputError
from warehouse.releases.model import Release
from warehouse.releases.reader import open_release
from warehouse.settings import Settings, load_settings


@dataclass(frozen=True, slots=True)
class OpenDeployment:
    """One open release with its segments and the operational store, for one actor."""

    release: Release
    segments: SegmentService
    actor: Actor
    store: Store


@contextmanager
def open_deployment(state: State) -> Iterator[OpenDeployment]:
    """The current release of the deployment folder, as the user of --as sees it.

    Raises InputError: no deployment, no store, no release, no such user.
    """
    settings = load_settings(state.home)
    with closing(_store(settings)) as store:
        actor = _actor(store, state.user or ADMINISTRATOR)
        release = open_release(settings.home)
        references = StoreReferences(store, release.manifest.as_of)
        with closing(open_engine(settings, release)) as engine:
            yield OpenDeployment(release, SegmentService(release, engine, references), actor, store)


def _store(settings: Settings) -> Store:
    try:
        return open_store(settings.store_url or settings.home)
    except StoreError as error:
        raise InputError(str(error)) from error


def _actor(store: Store, name: str) -> Actor:
    with store.reading() as work:
        user = work.users.get(name)
    if user is None:
        raise InputError(f"there is no user {name}")
    if not user.active:
        raise InputError(f"the user {name} is not active")
    return actor_of(user)
