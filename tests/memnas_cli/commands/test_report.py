import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from tests.helpers.histories import made_up_history, write_search
from tests.helpers.processes import ROOT


def memnas(*arguments, code=0):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture(scope="module")
def searches(tmp_path_factory):
    directory = tmp_path_factory.mktemp("searches")
    for seed in (0, 1):
        write_search(made_up_history(1, 2, seed=seed), directory / f"seed-{seed}")
    return directory


def test_the_report_lies_in_the_search_s_directory(searches):
    output = memnas("report", searches / "seed-0", "--best", 1)
    page = searches / "seed-0" / "report.html"
    assert f"written to {page}" in output.replace("\n", "")
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("command", ["report", "compare"])
def test_a_page_that_cannot_be_written_is_refused_before_there_is_one(searches, tmp_path, command):
    directories = [searches / "seed-0", searches / "seed-1"][: 1 + (command == "compare")]
    output = memnas(command, *directories, "--to", tmp_path / "a.pdf", code=2)
    assert "ends in .html" in output
    assert "is a folder" in memnas(command, *directories, "--to", tmp_path, code=2)


def test_what_is_no_search_of_this_tuner_is_refused(searches, tmp_path):
    empty, other = tmp_path / "empty", tmp_path / "other"
    empty.mkdir()
    other.mkdir()
    (other / "oracle.json").write_text(json.dumps({"trials": {}}))
    for command in (["report"], ["compare", searches / "seed-0"]):
        assert "holds no search" in memnas(*command, empty, code=2)
        assert "another tuner" in memnas(*command, other, code=2)
    assert "name two or more" in memnas("compare", empty, code=2)
    assert list(empty.iterdir()) == []


def test_the_comparison_for_people_and_for_scripts(searches, tmp_path):
    directories = (searches / "seed-0", searches / "seed-1")
    text = memnas("compare", *directories, "--to", tmp_path / "a.html")
    assert "seed-1  seed 1" in text
    assert "2 seeds, all the same: accuracy" in text
    assert "the paper's Figure 5" not in (tmp_path / "a.html").read_text(encoding="utf-8")
    document = json.loads(memnas("compare", *directories, "--json"))
    first, second = document["searches"]
    assert (first["name"], second["differing_settings"]) == ("seed-0", {"seed": 1})
    assert (first["trials"], first["epochs"], first["seconds"]) == (2, 10, 181.0)
    (group,) = document["groups"]
    accuracies = [search["answer"]["val_accuracy"] for search in (first, second)]
    assert group["val_accuracy"]["mean"] == pytest.approx(sum(accuracies) / 2)


def test_neither_command_loads_tensorflow(searches, tmp_path):
    code = "import sys; from memnas_cli.main import main; main(sys.argv[1:], standalone_mode=False)"
    code += "; assert not {'tensorflow', 'keras'} & set(sys.modules)"
    for arguments in (
        ["report", searches / "seed-0", "--best", 1, "--to", tmp_path / "a.html"],
        ["compare", searches / "seed-0", searches / "seed-1", "--to", tmp_path / "b.html"],
    ):
        command = [sys.executable, "-c", code, *map(str, arguments)]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
