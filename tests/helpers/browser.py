"""A browser without a window, which sees a page as a person does, shadow roots included."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1500,1000",
)
_SECONDS = 60
_EVERYWHERE = """
function* everywhere(root) {
  for (const element of root.querySelectorAll('*')) {
    yield element;
    if (element.shadowRoot) yield* everywhere(element.shadowRoot);
  }
}
"""
_WORDS = (
    _EVERYWHERE
    + """
const words = [];
for (const element of everywhere(document))
  if (!['SCRIPT', 'STYLE'].includes(element.tagName) && element.getClientRects().length)
    for (const node of element.childNodes)
      if (node.nodeType === Node.TEXT_NODE && node.data.trim()) words.push(node.data.trim());
return words;
"""
)
_PICTURES = (
    _EVERYWHERE
    + """
return [...everywhere(document)]
  .filter(element => element.tagName === 'IMG' && element.getClientRects().length)
  .map(image => [image.complete ? image.naturalWidth : 0, image.width]);
"""
)


class Browser:
    """A browser that is open.

    Args:
        driver: Selenium's driver.
    """

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        """Open a page anew."""
        self.driver.get("about:blank")  # another fragment alone would load nothing
        self.driver.get(url)

    def prefer(self, scheme: str) -> None:
        """Take the reader's system for "light" or "dark"."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def words(self) -> list[str]:
        """Return the texts that are displayed, one for each piece."""
        words: list[str] = self.driver.execute_script(_WORDS)
        return words

    def pictures(self) -> list[tuple[int, int]]:
        """Return the own and the displayed width of each picture; 0 where it is not loaded."""
        return [tuple(pair) for pair in self.driver.execute_script(_PICTURES)]

    def wait_for_words(self, *expected: str | re.Pattern[str]) -> None:
        """Wait until texts are displayed, each a piece of its own; a pattern is found in one."""
        end = time.monotonic() + _SECONDS
        while missing := _missing(expected, words := self.words()):
            assert time.monotonic() < end, f"{missing} not among {words}"
            time.sleep(0.3)

    def wait_for_pictures(self, count: int) -> list[tuple[int, int]]:
        """Wait until so many pictures are displayed, all of them loaded, and return them."""
        end = time.monotonic() + _SECONDS
        while True:
            pictures = self.pictures()
            if len(pictures) >= count and all(min(pair) > 0 for pair in pictures):
                return pictures
            assert time.monotonic() < end, pictures
            time.sleep(0.3)

    def complaints(self) -> list[str]:
        """Return what the page and the browser complained of."""
        entries = self.driver.get_log("browser")
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]


def _missing(
    expected: tuple[str | re.Pattern[str], ...], words: list[str]
) -> list[str | re.Pattern[str]]:
    def shown(text: str | re.Pattern[str]) -> bool:
        return text in words if isinstance(text, str) else any(map(text.search, words))

    return [text for text in expected if not shown(text)]


@contextmanager
def open_browser(profile: Path) -> Iterator[Browser]:
    """Open a browser, or skip the test where this machine has none; nothing is downloaded.

    Args:
        profile: An empty folder for what it keeps.

    Yields:
        The browser.
    """
    program = next(filter(None, map(shutil.which, _BROWSERS)), None)
    service = shutil.which("chromedriver")
    if program is None or service is None:
        pytest.skip("there is no chromium with its chromedriver on the PATH")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = program
    for option in (*_OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(service))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
