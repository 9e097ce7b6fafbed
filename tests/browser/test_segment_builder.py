"""A segment built by mouse has the number that the command line gives."""

import pytest
from playwright.sync_api import Page

from tests.browser.builder_page import BuilderPage
from tests.browser.conftest import ARTEFACTS, PROJECT, Served
from tests.telco.deployment import vitrina

SEGMENTS = PROJECT / "examples" / "telco_churn" / "segments"

pytestmark = pytest.mark.browser


def counted(served: Served, name: str) -> int:
    """What the command line answers for an example's document."""
    answer = vitrina("--home", str(served.home), "segment", "count", str(SEGMENTS / name))
    return int(answer["count"])


def test_fibre_month_to_month_newcomers_are_counted_as_on_the_command_line(
    page: Page, served: Served
) -> None:
    builder = BuilderPage(page, served.apps)
    assert builder.number() == counted(served, "all.json")

    builder.add_condition()
    builder.choose("attribute", "Интернет · ")
    builder.choose("value", "оптоволокно")
    builder.add_condition()
    builder.choose("attribute", "Срок договора")
    builder.choose("value", "помесячно")
    builder.add_condition()
    builder.choose("attribute", "Месяцев у оператора")
    builder.choose("operator", "не больше")
    builder.type_value("12")

    assert builder.number() == counted(served, "fibre_month_to_month_new.json")
    builder.keep(ARTEFACTS / "segment_builder_telco.png")
