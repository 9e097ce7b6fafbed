"""Cache keys: one text for everything an answer depends on (rule 13)."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from segments.compiler.audience import Audience
from segments.compiler.compile import COMPILER_VERSION, Compiled
from warehouse.releases.model import Manifest


def key_parts(compiled: Compiled, audience: Audience, manifest: Manifest, purpose: str) -> dict[str, Any]:
    """What an answer about a compiled document depends on, as JSON values."""
    past = compiled.setting.past
    return {
        "document": compiled.hash,
        "compiler": COMPILER_VERSION,
        "catalog": compiled.setting.catalog.version,
        "release": manifest.release_id,
        "as_of": compiled.setting.as_of.isoformat(),
        "known_on": (past.known_on if past else manifest.known_on).isoformat(),
        "time_zone": compiled.setting.zone.key,
        # Without paths: equal documents in another order have equal windows in another order.
        "windows": sorted([str(w.start), str(w.before), w.incomplete] for w in compiled.windows),
        "references": sorted(compiled.references),
        "exclusions": [[e.reason, e.members.id, e.members.version] for e in audience.exclusions],
        "purpose": purpose,
        "scope": [audience.scope.everything, sorted((n, sorted(v)) for n, v in audience.scope.allowed)],
    }


def cache_key(parts: Mapping[str, Any]) -> str:
    """SHA-256 of the parts, hexadecimal; a difference in any part gives another key."""
    content = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()
