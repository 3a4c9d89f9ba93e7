import contextlib
import os
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from memnas_cli.commands.search import search
from memnas_cli.commands.train import train
from memnas_cli.main import main
from memnas_cli.options.config_file import known_keys, read_config
from memnas_cli.options.options_file import write_options_file
from memnas_tf.errors import ConfigError


def parsed(*arguments):
    """Return what the command would run with."""
    return search.make_context("search", [str(argument) for argument in arguments]).params


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "search.toml"
        path.write_text(text)
        return path

    return write


def test_a_file_sets_options_and_flags_win(written):
    path = written('max-rounds = 6\ntradeoff = 1\nmax-arena = "4kB"\nbytes-per-weight = 2\n')
    params = parsed("--config", path, "--tradeoff", "0.25")
    expected = {**parsed(), "max_rounds": 6, "max_arena": 4000, "bytes_per_weight": 2}
    assert params == {**expected, "tradeoff": 0.25}


def test_paths_start_from_the_file(written, tmp_path):
    (tmp_path / "photos").mkdir()
    path = written('dataset = "photos"\ndirectory = "../found"\ndata-dir = "/sets"\n')
    params = parsed("--config", path)
    assert params["dataset"] == str(tmp_path / "photos")
    assert params["directory"] == str(tmp_path.parent / "found")
    assert params["data_dir"] == "/sets"


def test_a_training_s_architecture_can_be_a_path_or_not_one(written, tmp_path):
    (tmp_path / "mine.json").touch()
    for text, expected in [
        ("mine.json", str(tmp_path / "mine.json")),
        ("figure-1b", "figure-1b"),
        ("2x" + ",".join(["0c3+0c3="] * 600), None),
    ]:
        path = written(f'architecture = "{text}"\nseed = 4\n')
        values = read_config(path, train)
        assert values == {"architecture": expected or text, "seed": 4}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "seed = 1\nmax_rounds = 6\n",
            "line 2: unknown key 'max_rounds'; did you mean max-rounds?",
        ),
        (
            "colour = 6\n",
            "line 1: unknown key 'colour'; the keys are dataset, image-size, limit",
        ),
        ("[search]\nseed = 1\n", "line 1: unknown key 'search'"),
        ("\nseed = true\n", "line 2: seed is true; it must be a whole number"),
        ("epochs = 2.5\n", "line 1: epochs is 2.5; it must be a whole number"),
        ('tradeoff = "low"\n', "line 1: tradeoff is 'low'; it must be a number"),
        ("tradeoff = 2\n", "line 1: tradeoff: 2.0 is not in the range 0<=x<=1"),
        ("image-size = [8, 8]\n", "line 1: image-size is [8, 8]; it must be text in quotes"),
        ('image-size = "8"\n', "line 1: image-size: '8' is not height x width"),
        ("memory.lifetime = 1\n", "line 1: memory is a table; it must be text in quotes"),
        ('memory = "ram"\n', "line 1: memory: 'ram' is not one of 'lifetime', 'arena'"),
        ("bytes-per-weight = 3\n", "line 1: bytes-per-weight: '3' is not one of '4', '2', '1'"),
        ("max-macs = 1.5\n", "line 1: max-macs is 1.5; it must be a number of MACs, such as"),
        ('max-ram = "lots"\n', "line 1: max-ram: 'lots' is no number of bytes"),
        ('moves = "jump"\n', "line 1: moves: unknown move 'jump'"),
        ("overwrite = true\n", "line 1: overwrite is for the command line alone"),
        ("seed = \n", "is no TOML: Invalid value (at line 1, column 8)"),
    ],
)
def test_what_a_file_cannot_say_is_refused_with_its_line(text, message, written):
    path = written(text)
    result = CliRunner().invoke(main, ["search", "--config", str(path)])
    assert result.exit_code == 2
    assert f"{path}" in result.output
    assert message in result.output


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"cannot read '.*gone.toml': there is no such file"):
        read_config(tmp_path / "gone.toml", search)
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not text in UTF-8"):
        read_config(tmp_path / "binary.toml", search)


def test_every_setting_of_a_search_can_be_in_a_file():
    flags = {option.opts[-1] for option in search.params if isinstance(option, click.Option)}
    alone = {"--config", "--overwrite", "--quiet", "--json"}
    assert {f"--{key}" for key in known_keys(search)} == flags - alone


def test_a_search_s_file_makes_the_same_search_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    arguments = ["--dataset", "photos", "--image-size", "8x9", "--max-parameters", "1MB"]
    arguments += ["--rungs", "2,4", "--moves", "grow,widen", "--device", "board.toml"]
    options = {**parsed(*arguments, "--data-dir", "sets", "--bytes-per-weight", "1")}
    options["project_name"] = "photos"
    project = Path("searches/photos")
    write_options_file(project / "search.toml", search, options, "search")
    again = parsed("--config", project / "search.toml")
    assert again == {**options, "dataset": "./photos"}
    monkeypatch.chdir(project)
    again = parsed("--config", "search.toml")
    assert again["directory"] == ".."
    assert Path(again["dataset"]).resolve() == tmp_path / "photos"
    assert Path(again["data_dir"]).resolve() == tmp_path / "sets"
    assert Path(again["device"]).resolve() == tmp_path / "board.toml"
    assert again["moves"] == ("grow", "widen")


def test_a_device_s_name_is_no_path(tmp_path):
    write_options_file(
        tmp_path / "x" / "search.toml",
        search,
        {**parsed("--device", "phone"), "directory": "x"},
        "",
    )
    assert parsed("--config", tmp_path / "x" / "search.toml")["device"] == "phone"


_VALUES = [
    *("inf", "nan", "-inf", "1e400", "-1", "0", "true", "[]", "{a = 1}", "[[1]]", "1979-05-27"),
    *("1" * 5000, f"0x{'f' * 5000}", str(2**70), "[" * 3000 + "]" * 3000, '"\\u0000"'),
    *("{a = " * 500 + "1" + "}" * 500, f'"{"y" * 5000}"', "'''x'''"),
]


@pytest.mark.parametrize("command", [search, train])
def test_no_value_of_any_key_is_more_than_refused(command, written):
    for key in known_keys(command):
        for value in _VALUES:
            with contextlib.suppress(ConfigError):
                read_config(written(f"{key} = {value}\n"), command)


def test_a_pipe_is_no_configuration(tmp_path):
    os.mkfifo(tmp_path / "search.toml")
    with pytest.raises(ConfigError, match="it is a pipe, not a file"):
        read_config(tmp_path / "search.toml", search)
