import pytest
from click.shell_completion import ShellComplete

from memnas_cli.main import main


def completed(*words):
    """Return what the shell offers for the last word, and of which kind."""
    *typed, incomplete = words
    shell = ShellComplete(main, {}, "memnas", "_MEMNAS_COMPLETE")
    return [(item.value, item.type) for item in shell.get_completions(typed, incomplete)]


@pytest.fixture
def searches(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("digits", "cifar10"):
        (tmp_path / "searches" / name).mkdir(parents=True)
        (tmp_path / "searches" / name / "oracle.json").touch()
    (tmp_path / "searches" / "notes").mkdir()


def test_data_sets_complete():
    names = completed("search", "--dataset", "cifar")
    assert ("cifar10", "plain") in names
    assert all(name.startswith("cifar") for name, _ in names)
    assert completed("search", "--dataset", "dig") == [("digits", "plain")]


def test_a_path_for_a_data_set_is_left_to_the_shell():
    assert completed("search", "--dataset", "./pho") == [("./pho", "dir")]


@pytest.mark.parametrize("command", ["status", "export"])
@pytest.mark.parametrize("typed", ["", "sea", "searches/"])
def test_directories_of_searches_complete(command, typed, searches):
    assert completed(command, typed) == [
        ("searches/cifar10", "plain"),
        ("searches/digits", "plain"),
    ]


def test_what_is_no_search_is_left_to_the_shell(searches):
    assert completed("status", "elsewhere/") == [("elsewhere/", "dir")]
    assert completed("show", "model") == [("model", "file")]


@pytest.mark.parametrize("command", ["show", "memory"])
def test_presets_complete_beside_searches(command, searches):
    assert completed(command, "fig") == [("figure-1b", "plain")]
    assert {value for value, _ in completed(command, "s")} == {
        "supplement",
        "searches/cifar10",
        "searches/digits",
    }


@pytest.mark.parametrize("command", ["show", "memory", "train", "export"])
def test_trainings_complete_where_they_are_taken(command, searches, tmp_path):
    (tmp_path / "trainings" / "digits").mkdir(parents=True)
    (tmp_path / "trainings" / "digits" / "plan.json").touch()
    assert completed(command, "tr") == [("trainings/digits", "plain")]
    assert completed("status", "tr") == [("tr", "dir")]
