"""`memnas predict --from`: networks on this machine, asked from the command line."""

import json

import pytest
from click.testing import CliRunner
from PIL import Image

from memnas_cli.main import main


def predict(*arguments):
    return CliRunner().invoke(main, ["predict", *map(str, arguments)])


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    folder = tmp_path_factory.mktemp("photos")
    for shade in (0, 255):
        Image.new("RGB", (20, 30), (shade,) * 3).save(folder / f"{shade}.png")
    return folder


def test_a_search_tells_what_a_folder_shows_with_all_names(finished, photos):
    search = finished[0] / "searches" / "digits"
    result = predict(photos, "--from", search, "--json", "--top", 3)
    assert result.exit_code == 0, result.output
    entries = json.loads(result.stdout)
    assert [entry["image"] for entry in entries] == [str(photos / f"{n}.png") for n in (0, 255)]
    for entry in entries:
        assert len(entry["classes"]) == 3
        assert all(one["label"] == str(one["class_id"]) for one in entry["classes"])
    exported = predict(photos, "--from", search / "best" / "saved_model", "--json", "--top", 3)
    for one, same in zip(json.loads(exported.stdout), entries, strict=True):
        for found, expected in zip(one["classes"], same["classes"], strict=True):
            assert found == pytest.approx(expected, abs=1e-4)
    line = predict(photos / "0.png", "--from", search).stdout
    first = entries[0]["classes"][0]
    assert line == f"{photos / '0.png'}  {first['label']} {100 * first['probability']:.1f} %\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ((), "it is not said which network to ask"),
        (("--from", "gone"), "'gone' is neither a file nor a folder"),
        (("--from", ".", "--model", "light"), "--model is for a server"),
        (("--from", ".", "--attempts", 4), "--attempts is for a server"),
    ],
)
def test_what_cannot_be_asked_is_told_in_a_line(photos, options, message):
    result = predict(photos, *options)
    assert result.exit_code == 2
    assert message in result.output


def test_a_folder_without_a_network_is_refused_by_name(photos):
    result = predict(photos, "--from", photos)
    assert result.exit_code == 2
    assert f"'{photos}' holds no network" in result.output
