"""Entry point of Dagster's own processes (`dagster dev -m pipelines.definitions`): the deployment in VITRINA_HOME."""

import os
from pathlib import Path

from pipelines.lib.jobs import build_definitions

defs = build_definitions(Path(os.environ.get("VITRINA_HOME", "var")).resolve())
