import json
from dataclasses import replace

import pytest

from benchmarks.table import (
    Claims,
    Run,
    append_run,
    load_table,
    open_table,
    read_runs,
)
from tests.helpers.processes import run_python

RUN = Run("3x0d3+0f7=", "grown", 0, (0.25, 0.5), 4_000, 65_536, 70_000, 30.0, 28.5)
RECIPE = {"epochs": 2, "filters": (16, 16)}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "table.jsonl"
    open_table(path, RECIPE)
    return path


def test_a_run_is_read_as_it_was_written(path):
    append_run(path, RUN)
    assert list(read_runs(path)) == [RUN]


def test_a_line_takes_a_few_hundred_bytes():
    block = ",".join(["0d3:0d5="] * 6)
    run = replace(RUN, genotype="/".join([block] * 3), accuracies=(1 / 3,) * 5, seconds=1 / 3)
    assert len(run.to_line()) < 500


def test_a_torn_last_line_does_not_count_and_is_written_over(path):
    append_run(path, RUN)
    other = replace(RUN, seed=1)
    with path.open("a", encoding="utf-8") as file:
        file.write(other.to_line()[:40])
    assert list(read_runs(path)) == [RUN]
    append_run(path, other)
    assert list(read_runs(path)) == [RUN, other]


@pytest.mark.parametrize("length", [0, 1, 10])
def test_a_torn_first_line_is_written_over(path, length):
    path.write_text(path.read_text(encoding="utf-8")[:length], encoding="utf-8")
    open_table(path, RECIPE)
    append_run(path, RUN)
    assert list(read_runs(path)) == [RUN]


def test_another_recipe_is_refused(path):
    open_table(path, RECIPE)
    with pytest.raises(ValueError, match="epochs is 2, not 3"):
        open_table(path, {**RECIPE, "epochs": 3})


def test_a_file_that_is_no_table_is_refused(tmp_path):
    path = tmp_path / "other.jsonl"
    path.write_text(json.dumps({"seed": 1}) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no table"):
        load_table([path])


def test_accuracies_are_means_over_seeds_of_all_files(path, tmp_path):
    second = tmp_path / "second.jsonl"
    open_table(second, RECIPE)
    append_run(path, replace(RUN, seed=1, accuracies=(0.75, 1.0)))
    append_run(path, replace(RUN, genotype="3x0c3+0f7="))
    append_run(second, RUN)
    append_run(second, replace(RUN, seed=1, accuracies=(0.0, 0.0)))  # the first file's counts
    first, other = load_table([path, second])
    assert (first.genotype, first.seeds, first.accuracies) == (RUN.genotype, (0, 1), (0.5, 0.75))
    assert first.accuracy == 0.75
    assert (other.genotype, other.seeds, other.accuracy) == ("3x0c3+0f7=", (0,), 0.5)
    assert (first.parameter_bytes, first.lifetime_bytes, first.arena_bytes) == (
        4_000,
        65_536,
        70_000,
    )


def test_tables_of_two_recipes_are_not_mixed(path, tmp_path):
    second = tmp_path / "second.jsonl"
    open_table(second, {**RECIPE, "epochs": 3})
    with pytest.raises(ValueError, match="another recipe"):
        load_table([path, second])


def test_a_claim_holds_against_other_processes_until_its_process_ends(path):
    code = (
        "import sys; from pathlib import Path; from benchmarks.table import Claims\n"
        f"claims = Claims(Path({str(path)!r}))\n"
        "with claims: print([claims.claim(index) for index in range(3)])"
    )
    with Claims(path) as claims:
        assert claims.claim(0) and claims.claim(1)
        claims.release(1)
        assert run_python(code) == "[False, True, True]"
        assert claims.claim(2)  # the other process is gone, and its claims with it
