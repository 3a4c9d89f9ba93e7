import json

import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from tests.helpers.searches import make_tuner


@pytest.fixture(scope="module")
def searches(tmp_path_factory):
    """Two searches that differ in their seed."""
    directories = []
    for seed in (0, 1):
        directory = tmp_path_factory.mktemp(f"seed-{seed}")
        make_tuner(directory, max_rounds=2, trials_per_round=3, seed=seed).search(verbose=0)
        directories.append(directory / "search")
    return directories


def run(*arguments):
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_a_report_is_one_page(searches, tmp_path):
    page = tmp_path / "page.html"
    result = run("report", searches[0], "--output", page)
    assert result.exit_code == 0, result.output
    assert f"written to {page}" in result.output
    assert page.read_text().count("<svg") + page.read_text().count("data:image") > 3


def test_a_report_of_no_search_or_to_no_page_is_refused(searches, tmp_path):
    assert "holds no search" in run("report", tmp_path).output
    result = run("report", searches[0], "--output", tmp_path / "page.pdf")
    assert result.exit_code == 2
    assert "ends in .html" in result.output


def test_searches_that_differ_in_their_seed_are_one_group(searches):
    result = run("compare", *searches, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert len(document["searches"]) == 2
    assert len(document["groups"]) == 1


def test_a_comparison_is_a_table_and_a_page(searches, tmp_path):
    page = tmp_path / "both.html"
    result = run("compare", *searches, "--output", page)
    assert result.exit_code == 0, result.output
    assert "seed" in result.stdout
    assert page.stat().st_size > 10_000


def test_a_search_named_twice_is_refused(searches):
    result = run("compare", searches[0], searches[0])
    assert result.exit_code == 2
    assert "is named twice" in result.output
