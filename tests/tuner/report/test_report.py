"""The report is one file that loads nothing, runs nothing of a stranger's, and stays small."""

import base64
import dataclasses
import re
from html.parser import HTMLParser

import pytest

from tests.helpers.browser import open_browser
from tests.helpers.histories import made_up_history, write_search
from tuner.report.comparison import load_searches
from tuner.report.html.compare import render_comparison
from tuner.report.html.networks import add_pictures, chosen_networks
from tuner.report.html.pictures import compact
from tuner.report.html.report import render_report
from tuner.report.search_data import load_search_data

HOSTILE = """<script>alert(1)</script>"'&$x^2$ <img src=http://evil.example>"""
VOID = {"meta", "link", "img", "br"}


class Page(HTMLParser):
    """Read a page, and insist that every element is closed where it should be."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.text = [], [], {}
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        for tag in set(self.open):
            self.text[tag] = self.text.get(tag, "") + data

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """The report of a search in which every text is hostile."""
    history = made_up_history(2, 3, training={"dataset": HOSTILE})
    history = dataclasses.replace(history, stop_reason=HOSTILE)
    for entry in history.rounds:
        for trial in entry.trials:
            trial.move = HOSTILE
    directory = tmp_path_factory.mktemp("report") / HOSTILE.replace("/", "")
    steps = []
    data = load_search_data(write_search(history, directory))
    text = render_report(data, best=3, on_step=steps.append)
    return history, text, steps


def test_it_parses_and_shows_every_trial(report):
    history, text, steps = report
    page = Page(text)
    assert len(page.all("tr")) == 1 + 6
    assert len(page.all("details")) == 2 + 1  # the winners, and the best three trials less those
    for trial in (trial for entry in history.rounds for trial in entry.trials):
        assert trial.genotype in page.text["td"]
    assert f"{100 * history.best.quality:.2f} %" in page.text["dd"]
    assert len(steps) == 1 + 3


def test_it_refers_to_nothing_outside(report):
    page = Page(report[1])
    for _, attributes in page.elements:
        for name in ("src", "href", "srcset", "action", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:", "#"))
        assert not any(name.startswith("on") for name in attributes)
    assert "url(" not in page.text["style"] and "@import" not in page.text["style"]
    for picture in page.all("img"):
        assert picture["alt"]
        svg = base64.b64decode(picture["src"].partition("base64,")[2]).decode()
        links = re.findall(r'(?:href|src)="([^"]*)"|url\(([^)]*)\)', svg)
        assert all((a or b).startswith(("#", "data:image/png")) for a, b in links)


def test_hostile_text_stays_text(report):
    page = Page(report[1])
    assert len(page.all("script")) == 1
    assert "alert" not in page.text["script"]
    assert "<script>alert(1)" in page.text["h1"]
    assert "<script>alert(1)</script>" in page.text["dd"]  # a setting
    assert all("evil" not in picture["src"] for picture in page.all("img"))


def test_the_policy_lets_the_page_s_own_script_run_alone(report):
    (policy,) = [m["content"] for m in Page(report[1]).all("meta") if "http-equiv" in m]
    assert "default-src 'none'" in policy
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]{44}'", policy)


def test_the_same_search_gives_the_same_page(tmp_path):
    directory = write_search(made_up_history(1, 2), tmp_path / "a")
    assert render_report(load_search_data(directory)) == render_report(load_search_data(directory))


@pytest.mark.parametrize("rounds", [0, 1])
def test_a_search_that_has_just_begun(tmp_path, rounds):
    history = dataclasses.replace(made_up_history(rounds, 2), stop_reason=None)
    for entry in history.rounds:
        entry.winner = None
        for trial in entry.trials:
            trial.status, trial.quality, trial.efficiency = "running", None, None
    page = Page(render_report(load_search_data(write_search(history, tmp_path / "a", False))))
    assert "was interrupted" in page.text["p"]
    assert "No round is over yet" in page.text["p"]


@pytest.mark.slow
def test_a_thousand_trials_stay_under_five_megabytes(tmp_path):
    history = made_up_history(11, 100, tradeoff=0.9, max_cells=8)
    assert sum(len(entry.trials) for entry in history.rounds) > 1000
    text = render_report(load_search_data(write_search(history, tmp_path / "a")), best=1)
    assert len(text.encode()) < 5_000_000
    page = Page(text)
    assert len(page.all("tr")) > 1001
    assert len(page.all("img")) == 8 + 4 * 11


def test_pictures_that_there_is_no_room_for_are_left_out_the_answer_s_last(tmp_path):
    data = load_search_data(write_search(made_up_history(2, 2), tmp_path / "a"))
    networks = chosen_networks(data, best=1)
    (answer,) = [network for network in networks if network.is_best]
    left_out = add_pictures(data, networks, 130_000, lambda words: None)
    sizes = {n.title: sum(len(p.source) for p in n.pictures) for n in networks}
    assert 0 < sum(sizes.values()) <= 130_000
    assert left_out == 4 * len(networks) - sum(len(n.pictures) for n in networks) > 0
    assert len(answer.pictures) == 4


def test_the_comparison_parses_and_escapes(tmp_path):
    for name, tradeoff in (("a", 0.0), ("b", 1.0)):
        history = made_up_history(1, 3, tradeoff=tradeoff, training={"dataset": HOSTILE + name})
        write_search(history, tmp_path / f"{name} <b>")
    page = Page(render_comparison(load_searches(sorted(tmp_path.iterdir()))))
    assert "a <b>" in page.text["td"] and HOSTILE in page.text["td"]
    assert len(page.all("script")) == 1 and not page.all("b")
    assert len(page.all("tr")) == 3


def test_compact_svg_keeps_its_words():
    svg = (
        b'<g>\n  <path d="M 1.123456 2.5 \nL 3.999999 4"/>\n <text x="1.98765">1.23456</text>\n</g>'
    )
    short = b'<g><path d="M 1.12 2.5 L 3.99 4"/><text x="1.98">1.23456</text></g>'
    assert compact(svg) == short


def test_a_browser_shows_it_without_a_complaint(report, tmp_path):
    history, text, _ = report
    page = tmp_path / "report.html"
    page.write_text(text, encoding="utf-8")
    with open_browser(tmp_path / "profile") as browser:
        for scheme in ("light", "dark"):
            browser.prefer(scheme)
            browser.open(page.as_uri())
            browser.wait_for_words("The search", "Networks")
            assert HOSTILE in " ".join(browser.words())
            browser.driver.execute_script(
                "for (const part of document.querySelectorAll('details')) part.open = true"
            )
            assert len(browser.wait_for_pictures(6 + 3 * 4)) == 6 + 3 * 4
        accuracies = [f"{100 * t.quality:.1f} %" for e in history.rounds for t in e.trials]
        head = "//th[button[text()='accuracy']]"
        cells = "return [...document.querySelectorAll('tbody tr')].map(r => r.cells[4].innerText)"
        assert browser.driver.execute_script(cells) == accuracies
        browser.driver.find_element("xpath", f"{head}/button").click()
        assert browser.driver.execute_script(cells) == sorted(accuracies)
        assert browser.complaints() == []
