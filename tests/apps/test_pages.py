"""Every page of the navigation table starts, shows its main number, and says what to do when it cannot."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import apps
from apps.pages import PAGES
from apps.texts import LANGUAGES, text
from tests.api.deployment import Deployment, segment

MAIN = Path(apps.__file__).parent / "main.py"
TIMEOUT_S = 30


def started(language: str = "ru") -> AppTest:
    page = AppTest.from_file(str(MAIN), default_timeout=TIMEOUT_S)
    page.session_state["language"] = language
    return page.run()


def opened(url_path: str, language: str) -> AppTest:
    page = started(language)
    entry = next(entry for entry in PAGES if entry.url_path == url_path)
    return page if entry is PAGES[0] else page.switch_page(url_path).run()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("url_path", [entry.url_path for entry in PAGES])
def test_every_page_starts_in_every_language(service: Deployment, url_path: str, language: str) -> None:
    page = opened(url_path, language)
    assert not page.exception
    assert not page.error
    assert page.title[0].value == text(next(e.title for e in PAGES if e.url_path == url_path), language)


@pytest.mark.parametrize("url_path", [entry.url_path for entry in PAGES])
def test_every_page_says_that_there_is_no_release_yet(unreleased: Deployment, url_path: str) -> None:
    page = opened(url_path, "en")
    assert not page.exception
    assert "vitrina run" in page.error[0].value


@pytest.mark.parametrize("url_path", [entry.url_path for entry in PAGES])
def test_every_page_says_that_the_key_was_refused(strange_key: Deployment, url_path: str) -> None:
    page = opened(url_path, "en")
    assert not page.exception
    assert "unknown API key" in page.error[0].value


def test_the_builder_begins_with_everyone(service: Deployment) -> None:
    assert started().metric[0].value == "5"


def press(page: AppTest, words: str) -> AppTest:
    return next(button for button in page.button if button.label == words).click().run()


def by_label(page: AppTest, kind: str, words: str):  # type: ignore[no-untyped-def]
    return [one for one in getattr(page, kind) if one.label == words][-1]


def test_a_condition_made_on_the_page_is_counted(service: Deployment) -> None:
    page = press(started("en"), "Condition")
    assert page.metric[0].value == "—"
    page = by_label(page, "selectbox", "Attribute").set_value("balance").run()
    page = by_label(page, "text_input", "Value").input("0,10").run()
    assert page.metric[0].value == "3"
    assert "60.00%" in " ".join(one.value for one in page.markdown)


def test_what_is_unfinished_is_said_and_not_counted(service: Deployment) -> None:
    page = press(started("en"), "Condition")
    page = by_label(page, "selectbox", "Attribute").set_value("balance").run()
    page = by_label(page, "text_input", "Value").input("a lot").run()
    assert page.metric[0].value == "—"
    assert any("not a number" in one.value for one in page.caption)


def test_the_answer_follows_an_edit_and_a_removal(service: Deployment) -> None:
    page = press(started("en"), "Condition")
    page = by_label(page, "selectbox", "Attribute").set_value("kind").run()
    page = by_label(page, "selectbox", "Value").set_value("legal_entity").run()
    assert page.metric[0].value == "1"
    page = by_label(page, "selectbox", "Comparison").set_value("ne").run()
    assert page.metric[0].value == "4"
    page = (
        next(button for button in page.button if button.key and button.key.endswith(":remove")).click().run()
    )
    assert page.metric[0].value == "5"


@pytest.mark.parametrize("kind", ["fact", "change", "related", "sequence", "segment", "list"])
def test_every_kind_of_condition_can_be_begun_on_the_page(service: Deployment, kind: str) -> None:
    page = press(started("en"), text(f"kind_{kind}", "en"))
    assert not page.exception
    assert page.metric[0].value == "—"


def test_behaviour_made_on_the_page_is_counted(service: Deployment) -> None:
    page = press(started("en"), text("kind_fact", "en"))
    page = by_label(page, "selectbox", "Event").set_value("payment").run()
    assert page.metric[0].value == "2"
    page = by_label(page, "selectbox", "Figure").set_value("sum").run()
    page = by_label(page, "selectbox", "Measure").set_value("amount").run()
    page = by_label(page, "text_input", "Value").input("5").run()
    assert page.metric[0].value == "1"


def test_a_refusal_of_the_service_is_said_at_its_condition(service: Deployment) -> None:
    page = press(started("en"), text("kind_list", "en"))
    page = by_label(page, "text_input", "List id").input("nowhere").run()
    assert page.metric[0].value == "—"
    assert any("nowhere" in one.value for one in page.caption)


def test_the_statement_is_shown_on_demand(service: Deployment) -> None:
    page = started("en")
    assert not page.code
    page = by_label(page, "toggle", "Show SQL").set_value(True).run()
    assert "SELECT" in page.code[0].value


def test_an_example_is_put_on_the_page(service: Deployment) -> None:
    from api.client import dumps

    folder = service.home / "segments"
    folder.mkdir(exist_ok=True)
    document = segment(
        {"any": [{"attr": "vip", "op": "is_true"}, {"attr": "region", "op": "is_not_set"}]}, name="Two"
    )
    (folder / "two.json").write_text(dumps(document), encoding="utf-8")
    page = by_label(started("en"), "selectbox", "Example").set_value("Two").run()
    assert page.metric[0].value == "2"
    assert by_label(page, "text_input", "Segment name").value == "Two"


def test_numbers_for_each_condition_are_shown_on_demand(service: Deployment) -> None:
    page = press(started("en"), "Condition")
    page = by_label(page, "selectbox", "Attribute").set_value("vip").run()
    page = by_label(page, "toggle", text("by_condition", "en")).set_value(True).run()
    assert any("alone: 1" in one.value and "no value: 1" in one.value for one in page.caption)
