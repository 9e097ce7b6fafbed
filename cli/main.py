"""The `vitrina` command. Exit codes: 0 = done, 2 = bad input, 1 = failure."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from cli import (
    attributes,
    bench,
    datasets,
    deployment,
    dictionary,
    identify,
    ingest,
    lists,
    pipeline,
    rejects,
    saved,
    segment,
    serve,
    simulate,
    trace,
)
from cli.state import State, emit_json, stderr
from store import StoreError
from warehouse.errors import InputError

BAD_INPUT = 2
FAILURE = 1

app = typer.Typer(
    name="vitrina",
    help="Analytical CRM on a columnar store: sources, customer 360, segments.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


@app.callback()
def root(
    context: typer.Context,
    home: Annotated[Path, typer.Option(help="Deployment folder.", envvar="VITRINA_HOME")] = Path("var"),
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
    user: Annotated[
        str | None, typer.Option("--as", help="Who asks; default: the local administrator.")
    ] = None,
) -> None:
    """Options that stand before every command."""
    context.obj = State(home=home.resolve(), json=json, user=user)


app.command("init")(deployment.init)
app.command("simulate")(simulate.simulate)
app.command("ingest")(ingest.ingest)
app.command("build")(pipeline.build)
app.command("run")(pipeline.run)
app.command("compact")(pipeline.compact)
app.command("status")(pipeline.status)
app.command("rejects")(rejects.rejects)
app.command("datasets")(datasets.datasets)
app.command("dictionary")(dictionary.dictionary)
app.command("identify")(identify.identify)
app.command("trace")(trace.trace_value)
app.command("serve")(serve.serve)
app.command("bench")(bench.bench)
segment.app.add_typer(saved.app)
segment.app.add_typer(attributes.app)
app.add_typer(segment.app, name="segment")
app.add_typer(lists.app, name="list")


def main() -> None:
    """Entry point of the `vitrina` command."""
    arguments = _options_first(sys.argv[1:])
    try:
        # Outside standalone mode the code of `typer.Exit` comes back as the result.
        code = app(arguments, standalone_mode=False)
    except (InputError, StoreError) as error:
        _fail(str(error), "--json" in arguments, BAD_INPUT)
    except typer.TyperException as error:
        _fail(error.format_message(), "--json" in arguments, error.exit_code)
    except (KeyboardInterrupt, typer.Abort) as stopped:
        stderr().print("stopped")
        raise SystemExit(130) from stopped
    except Exception as error:
        if os.environ.get("VITRINA_DEBUG"):
            raise
        _fail(f"{type(error).__name__}: {error}", "--json" in arguments, FAILURE)
    if isinstance(code, int) and code:
        raise SystemExit(code)


def _options_first(arguments: list[str]) -> list[str]:
    """Allow --home, --json and --as after the command as well as before it."""
    front: list[str] = []
    rest: list[str] = []
    waiting = iter(arguments)
    for argument in waiting:
        if argument == "--":
            rest += [argument, *waiting]
        elif argument == "--json" or argument.startswith(("--home=", "--as=")):
            front.append(argument)
        elif argument in {"--home", "--as"}:
            front += [argument, *([value] if (value := next(waiting, None)) is not None else [])]
        else:
            rest.append(argument)
    return front + rest


def _fail(message: str, json: bool, code: int) -> None:
    if json:
        emit_json({"error": message})
    elif message:  # a group without a command has shown its help already
        # The message may hold anything: brackets in it are no markup.
        stderr().print(Text.assemble(("error:", "red"), f" {message}"), soft_wrap=True)
    raise SystemExit(code)
