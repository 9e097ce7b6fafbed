"""What Dagster's own processes load (`dagster dev -m pipelines.definitions`): the deployment VITRINA_HOME."""

import os
from pathlib import Path

from pipelines.lib.jobs import build_definitions

defs = build_definitions(Path(os.environ.get("VITRINA_HOME", "var")).resolve())
