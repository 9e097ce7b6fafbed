"""docs/sources.md is true: what it shows as a source can be read as one."""

import re
from pathlib import Path

import pytest

from pipelines.ingest.declaration import read_source

GUIDE = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")
HEAD = 'source: bank\ndatasets:\n  - dataset: payment\n    files: "st_{date:%Y%m%d}.xml"\n    load: append\n'
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", GUIDE, re.M | re.S)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.strip()[:20])
def test_examples_are_declarations(block: str, tmp_path: Path) -> None:
    path = tmp_path / "source.yml"
    path.write_text(block if block.startswith("source:") else HEAD + block, encoding="utf-8")
    assert read_source(path, "Asia/Tashkent").datasets
