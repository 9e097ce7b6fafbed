"""Whether the service lives; the only endpoint that wants no key."""

from fastapi import APIRouter

from api.deps import ContextOf
from api.schemas.health import Health
from warehouse.releases.reader import ReleaseError

router = APIRouter(tags=["health"])


@router.get("/health", operation_id="get_health", summary="Liveness and current release")
def get_health(context: ContextOf) -> Health:
    """Answers 200 as long as the service runs, with the release it answers from."""
    try:
        with context.releases.lease() as opened:
            manifest = opened.release.manifest
            return Health(status="ok", release=manifest.release_id, as_of=manifest.as_of)
    except ReleaseError:
        return Health(status="ok", release=None, as_of=None)
