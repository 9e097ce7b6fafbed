"""The small deployment's catalogue as apps receive it."""

import json
from types import SimpleNamespace
from typing import Any

from api.catalog_view import catalog_answer
from api.client import Catalog
from api.client_model import catalog_from_json
from tests.api.deployment import AS_OF, catalog
from warehouse.access import Actor, RowScope


def published_catalog() -> Catalog:
    """Through the published form, as the client reads it."""
    manifest = SimpleNamespace(release_id="r1", as_of=AS_OF, time_zone="Asia/Tashkent", facts={})
    release: Any = SimpleNamespace(catalog=catalog(), manifest=manifest)
    answer = catalog_answer(release, Actor("test", RowScope(everything=True), None))
    return catalog_from_json(json.loads(answer.model_dump_json()))
