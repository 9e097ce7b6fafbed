"""`vitrina segment`: questions about a segment document in a file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer

from cli import segment_views as views
from cli.context import OpenDeployment, open_deployment
from cli.documents import refuse
from cli.pages import Pages
from cli.saved import read_file_or_saved, saved_name
from cli.state import State, emit_json, state_of
from segments.budget import Budget
from segments.conditions.describe import describe
from segments.conditions.nodes import Document
from segments.conditions.problems import DocumentError
from segments.conditions.read import parse
from segments.saved import SavedSegments
from warehouse.errors import InputError

app = typer.Typer(
    help="Segments: validate, describe, count, attrition, members, why, SQL.", no_args_is_help=True
)


class Purpose(StrEnum):
    """`contact` subtracts stop-lists and withheld consent last."""

    ANALYSIS = "analysis"
    CONTACT = "contact"


class Language(StrEnum):
    """Language of descriptions."""

    EN = "en"
    RU = "ru"


File = Annotated[
    str,
    typer.Argument(
        metavar="FILE|ID",
        help="Segment document (JSON), - for standard input, or a saved segment: ID or ID@VERSION.",
    ),
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="Start of this day; default: the release's.")
]
KnownOn = Annotated[
    str | None,
    typer.Option("--known-on", metavar="DATE", help="As known on this day; default: what is known now."),
]
PurposeOf = Annotated[Purpose, typer.Option(help="contact leaves out stop-lists and withheld consent.")]
LanguageOf = Annotated[Language, typer.Option(help="Language of the description.")]
Attributes = Annotated[str, typer.Option(metavar="A,B", help="Attributes to show beside the id.")]
Timeout = Annotated[float, typer.Option(min=0.1, help="Seconds after which the question is stopped.")]


@dataclass(frozen=True, slots=True)
class Question:
    """One command's document against one open deployment."""

    state: State
    file: str
    content: dict[str, Any]
    deployment: OpenDeployment

    @property
    def document(self) -> Document:
        """The document's nodes."""
        return parse(self.content)

    def sentence(self, language: Language, purpose: Purpose = Purpose.ANALYSIS) -> str:
        """The document in words."""
        return describe(
            self.document,
            self.deployment.release.catalog,
            language.value,
            purpose=purpose.value,
            stop_lists=self.deployment.segments.references.keeps_stop_lists(),
        )


@contextmanager
def asking(context: typer.Context, file: str) -> Iterator[Question]:
    """Read the document, open the deployment; a document that is refused ends it with exit code 2."""
    state = state_of(context)
    document_of = read_file_or_saved(file)
    with open_deployment(state) as deployment:
        content = document_of(deployment)
        try:
            yield Question(state, file, content, deployment)
        except DocumentError as error:
            refuse(state, file, error.problems)


def day(text: str | None, option: str = "--as-of") -> date | None:
    """The date that an option names. Raises InputError."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"{option}: {text!r} is not a date such as 2026-07-01") from error


def known(text: str | None) -> date | None:
    """The date of --known-on. Raises InputError."""
    return day(text, "--known-on")


@app.command()
def validate(context: typer.Context, file: File, language: LanguageOf = Language.EN) -> None:
    """Check a document: problems (exit code 2), and remarks that do not forbid it."""
    with asking(context, file) as question:
        deployment = question.deployment
        problems = deployment.segments.check(question.content, deployment.actor)
        if problems:
            raise DocumentError(problems)
        own = saved_name(file)
        saved = SavedSegments(deployment.store, deployment.release)
        remarks = saved.lint(question.content, own[0] if own else None)
        sentence = question.sentence(language)
        if question.state.json:
            told = [{"path": r.path, "code": r.code, "message": r.message} for r in remarks]
            emit_json({"valid": True, "problems": [], "remarks": told, "description": sentence})
        else:
            views.show_valid(file, remarks, sentence)


@app.command("describe")
def describe_segment(
    context: typer.Context,
    file: File,
    language: LanguageOf = Language.EN,
    purpose: PurposeOf = Purpose.ANALYSIS,
) -> None:
    """Say a document in words."""
    with asking(context, file) as question:
        _require_valid(question)
        sentence = question.sentence(language, purpose)
        if question.state.json:
            emit_json({"language": language.value, "description": sentence})
        else:
            views.show_sentence(sentence)


@app.command()
def count(
    context: typer.Context,
    file: File,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    purpose: PurposeOf = Purpose.ANALYSIS,
    language: LanguageOf = Language.EN,
    timeout: Timeout = 30.0,
) -> None:
    """How many entities satisfy the document."""
    with asking(context, file) as question:
        service, actor = question.deployment.segments, question.deployment.actor
        answer = service.count(
            question.content,
            actor,
            as_of=day(as_of),
            known_on=known(known_on),
            purpose=purpose.value,
            budget=Budget.start(timeout),
        )
        if question.state.json:
            emit_json(answer.to_json())
        else:
            views.show_count(answer, question.sentence(language, purpose))


@app.command()
def attrition(
    context: typer.Context,
    file: File,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    purpose: PurposeOf = Purpose.ANALYSIS,
    language: LanguageOf = Language.EN,
    timeout: Timeout = 30.0,
) -> None:
    """For each condition: how many satisfy it, how many have no value, how many only it leaves out."""
    with asking(context, file) as question:
        service, actor = question.deployment.segments, question.deployment.actor
        answer = service.count(
            question.content,
            actor,
            as_of=day(as_of),
            known_on=known(known_on),
            purpose=purpose.value,
            attrition=True,
            budget=Budget.start(timeout),
        )
        if question.state.json:
            emit_json(answer.to_json())
        else:
            catalog = question.deployment.release.catalog
            views.show_attrition(answer, question.document, catalog, language.value)


@app.command()
def sql(context: typer.Context, file: File, as_of: AsOf = None, known_on: KnownOn = None) -> None:
    """The statement that a count runs, its parameters and the tables it reads."""
    with asking(context, file) as question:
        answer = question.deployment.segments.sql(
            question.content, question.deployment.actor, as_of=day(as_of), known_on=known(known_on)
        )
        if question.state.json:
            emit_json(answer.to_json())
        else:
            views.show_sql(answer)


@app.command()
def members(
    context: typer.Context,
    file: File,
    as_of: AsOf = None,
    known_on: KnownOn = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Rows to print.")] = 100,
    after: Annotated[
        str | None, typer.Option(help="Where the page begins: what the page before told, `next` of its JSON.")
    ] = None,
    attributes: Attributes = "",
    purpose: PurposeOf = Purpose.ANALYSIS,
) -> None:
    """Members by pages, in the order of the entity's key."""
    with asking(context, file) as question:
        asked = {"as_of": day(as_of), "known_on": known(known_on), "purpose": purpose.value}
        pages = Pages(question.deployment, question.content, asked)
        page = question.deployment.segments.members(
            question.content,
            question.deployment.actor,
            after=pages.begin(after),
            limit=limit,
            attributes=[name.strip() for name in attributes.split(",") if name.strip()],
            **pages.asked,
        )
        following = pages.following(page)
        if question.state.json:
            emit_json(page.to_json() | {"next": following})
        else:
            views.show_members(page, following)


@app.command()
def why(
    context: typer.Context,
    file: File,
    entity_id: Annotated[str, typer.Argument(metavar="ID", help="Business id of the entity.")],
    as_of: AsOf = None,
    known_on: KnownOn = None,
    language: LanguageOf = Language.EN,
) -> None:
    """Why one entity is in the segment or not, condition by condition."""
    with asking(context, file) as question:
        service, actor = question.deployment.segments, question.deployment.actor
        answer = service.why(question.content, entity_id, actor, as_of=day(as_of), known_on=known(known_on))
        if question.state.json:
            emit_json(answer.to_json())
        else:
            catalog = question.deployment.release.catalog
            views.show_why(answer, question.document, catalog, language.value)


def _require_valid(question: Question) -> None:
    problems = question.deployment.segments.check(question.content, question.deployment.actor)
    if problems:
        raise DocumentError(problems)
