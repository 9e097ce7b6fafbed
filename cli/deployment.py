"""`vitrina init`: a deployment folder from an example, all of it or nothing."""

import shutil
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from api.actors import ADMIN_RIGHTS
from cli.state import emit_json, state_of, stdout
from store import migrate_store, open_store
from warehouse.errors import InputError
from warehouse.settings import SETTINGS_FILE, load_settings

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
ADMINISTRATOR = "admin"
KEY_FILE = Path("secrets") / "admin.key"
FOLDERS = ("sources", "catalog", "segments", "inbox", "raw", "secrets")


def init(
    context: typer.Context,
    directory: Annotated[Path, typer.Argument(help="Folder of the new deployment.")],
    example: Annotated[str, typer.Option(help="Which example it starts from.")] = "operator",
    data: Annotated[
        Path | None, typer.Option(help="Folder with the data that the example's sources read.")
    ] = None,
) -> None:
    """Make a deployment folder: settings, sources, catalogue additions, store, administrator with a key."""
    home = directory.resolve()
    created = not (home / SETTINGS_FILE).exists()
    if created:
        _create(home, _example(example), _data_folder(data))
    else:
        migrate_store(load_settings(home).store_url or home)
    if state_of(context).json:
        emit_json({"home": str(home), "created": created, "key_file": str(home / KEY_FILE)})
        return
    for line in _words(home, example, created):
        stdout().print(line, soft_wrap=True, markup=False)


def _words(home: Path, example: str, created: bool) -> Iterator[str]:
    if not created:
        yield f"{home} is a deployment already; nothing was changed (its store is of this version)"
        return
    yield f"{home}: deployment made from the example {example}; administrator's API key in {KEY_FILE}"
    if load_settings(home).data is None:
        yield f"next: vitrina simulate --out {home} (or files of your own in {home / 'inbox'})"
    yield f"then: vitrina --home {home} run"


def _example(name: str) -> Path:
    known = sorted(path.parent.name for path in EXAMPLES.glob(f"*/{SETTINGS_FILE}"))
    if name not in known:
        raise InputError(f"--example {name}: no such example; there are {', '.join(known)}")
    return EXAMPLES / name


def _data_folder(data: Path | None) -> Path | None:
    if data is not None and not data.is_dir():
        raise InputError(f"--data {data}: no such folder")
    return None if data is None else data.resolve()


def _create(home: Path, example: Path, data: Path | None) -> None:
    """Everything is made beside the folder and renamed: whoever stops us leaves no half of a deployment."""
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise InputError(f"{home}: not empty, and not a deployment folder; nothing was changed")
    if data is None and _wants_data(example):
        raise InputError(f"example {example.name} reads data from outside: name its folder with --data")
    home.parent.mkdir(parents=True, exist_ok=True)
    aside = home.with_name(f".{home.name}.{uuid.uuid4().hex[:8]}")
    try:
        _fill(aside, example, data)
        aside.rename(home)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _wants_data(example: Path) -> bool:
    return any("{data}" in path.read_text(encoding="utf-8") for path in (example / "sources").glob("*.yml"))


def _fill(folder: Path, example: Path, data: Path | None) -> None:
    shutil.copytree(example, folder)
    for name in FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    if data is not None:
        with (folder / SETTINGS_FILE).open("a", encoding="utf-8") as settings:
            settings.write(f"data: {_yaml_text(str(data))}\n")
    load_settings(folder)
    migrate_store(folder)
    _add_administrator(folder)


def _add_administrator(folder: Path) -> None:
    with closing(open_store(folder)) as store, store.unit_of_work("init") as work:
        work.users.add(ADMINISTRATOR, ADMIN_RIGHTS)
        key = work.api_keys.create(ADMINISTRATOR, "init")
    (folder / "secrets").chmod(0o700)
    path = folder / KEY_FILE
    path.touch(mode=0o600)
    path.write_text(key + "\n", encoding="utf-8")


def _yaml_text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
