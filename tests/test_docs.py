"""What the documentation names is there."""

import re

import pytest

from tests.helpers.processes import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_every_test_that_the_documentation_names_exists():
    tests = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    named = {name for page in PAGES for name in re.findall(r"`(test_\w+)`", page.read_text())}
    assert len(named) > 30
    assert {name for name in named if f"def {name}(" not in tests} == set()


def anchors(page):
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_documentation_lead_somewhere(page):
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = page.parent / name if name else page
        assert file.exists(), target
        assert not anchor or anchor in anchors(file), target


SOURCES = r"(?<![\w/.])((?:memnas_tf|tuner|serving|memnas_cli|benchmarks|tests)/[\w/]*(?:\.\w+)?)"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_source_that_the_documentation_names_exists(page):
    named = set(re.findall(SOURCES, page.read_text()))
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_the_architecture_names_each_package_and_where_new_things_go():
    text = (ROOT / "docs" / "architecture.md").read_text()
    assert len(set(re.findall(SOURCES, text))) > 15
    for name in ("operation", "move", "ranker", "metric", "export format", "device"):
        assert re.search(rf"^\| {name} \| .*`[\w/.]+`", text, re.MULTILINE), name
