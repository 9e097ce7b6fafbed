"""`vitrina dictionary`: the catalogue as a page."""

from pathlib import Path
from typing import Annotated

import typer

from cli.state import emit_json, state_of
from pipelines.ingest.raw import list_loads
from pipelines.lib.canonical import MODELS
from pipelines.lib.inputs import read_catalog
from warehouse.catalog.dictionary import dictionary as write_page
from warehouse.catalog.document import catalog_to_json
from warehouse.catalog.loader import load_catalog, semantic_files
from warehouse.releases.files import write_text
from warehouse.settings import load_settings


def dictionary(
    context: typer.Context,
    out: Annotated[Path | None, typer.Option(help="Write the page here instead of printing it.")] = None,
    *,
    product: Annotated[
        bool, typer.Option("--product", help="What the product brings, without a deployment's own.")
    ] = False,
) -> None:
    """The data dictionary in Markdown (--json: the catalogue itself): every attribute, fact and relation."""
    state = state_of(context)
    if product:
        catalog = load_catalog(semantic_files(MODELS))
    else:
        catalog = read_catalog(load_settings(state.home), list_loads(state.home))
    if state.json:
        emit_json(catalog_to_json(catalog))
    elif out is None:
        typer.echo(write_page(catalog), nl=False)
    else:
        write_text(out.absolute(), write_page(catalog))
