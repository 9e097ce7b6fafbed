"""What a person does on the segment builder, in a person's words."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from apps.texts import text

LANGUAGE = "ru"
WAIT_MS = 60_000


class BuilderPage:
    """The builder in Chromium; every method waits for what it brings about."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text(text("segment_builder", LANGUAGE))

    def add_condition(self) -> None:
        """Press the last `condition` button, that of the outermost group, and wait for the empty condition."""
        before = self._conditions().count()
        self.page.get_by_role("button", name=text("add_condition", LANGUAGE), exact=True).last.click()
        expect(self._conditions()).to_have_count(before + 1)

    def choose(self, label: str, words: str) -> None:
        """Pick a choice of the last condition's list, by searching for it and clicking it."""
        box = self._last_condition().get_by_role("combobox", name=text(label, LANGUAGE))
        box.click()
        box.press_sequentially(words)
        self.page.get_by_role("option", name=words).first.click()
        expect(box).to_have_value(re.compile(re.escape(words.strip())))

    def type_value(self, typed: str) -> None:
        """Type into the last condition's input for a value."""
        box = self._last_condition().get_by_role("textbox", name=text("value", LANGUAGE), exact=True)
        box.fill(typed)
        box.press("Enter")

    def _conditions(self) -> Locator:
        return self.page.locator('[class*="st-key-leaf-"], [class*="st-key-noted-"]')

    def _last_condition(self) -> Locator:
        return self._conditions().last

    def answer(self) -> Locator:
        """The large number."""
        return self.page.get_by_test_id("stMetricValue")

    def number(self) -> int:
        """The large number, once nothing is left to be finished."""
        expect(self.page.locator('[class*="st-key-noted-"]')).to_have_count(0)
        expect(self.answer()).to_have_text(re.compile(r"\d"))
        return int(re.sub(r"\D", "", self.answer().inner_text()))

    def keep(self, path: Path) -> None:
        """A screenshot of the whole page."""
        path.parent.mkdir(exist_ok=True)
        self.page.screenshot(path=path, full_page=True)
