"""`memnas predict` and `memnas load-test`, against servers that speak the real protocols."""

import json
import os

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from memnas_cli.main import main
from memnas_tf.preprocessing import Preprocessing
from tests.helpers.brightness import save_brightness
from tests.helpers.model_servers import ServedModel, grpc_server, rest_server


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return ServedModel("light", save_brightness(tmp_path_factory.mktemp("light")), {"stable": 1})


@pytest.fixture(scope="module")
def servers(model):
    with grpc_server(model) as over_grpc, rest_server(model) as over_rest:
        yield {
            "grpc": ["--server", over_grpc, "--model", "light"],
            "rest": ["--rest", "--server", over_rest, "--model", "light"],
        }


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A folder with pictures of two sizes, files that are none, and an array."""
    folder = tmp_path_factory.mktemp("images")
    (folder / "photos").mkdir()
    Image.new("RGB", (8, 8), (255, 255, 255)).save(folder / "photos" / "a.png")
    Image.new("L", (8, 8), 51).save(folder / "photos" / "b.JPG", "JPEG")
    (folder / "photos" / "notes.txt").write_text("no image")
    (folder / "photos" / "._a.png").write_bytes(b"what macOS leaves beside a file")
    Image.new("RGB", (40, 30), (250, 250, 250)).save(folder / "large.png")
    Image.new("RGB", (8, 8)).save(folder / "moving.gif")
    (folder / "junk.jpg").write_bytes(b"junk")
    (folder / "cut.png").write_bytes((folder / "large.png").read_bytes()[:60])
    (folder / "cut8.png").write_bytes((folder / "photos" / "a.png").read_bytes()[:50])
    os.mkfifo(folder / "pipe.png")
    (folder / "link.png").symlink_to("gone.png")
    (folder / "empty.png").touch()
    np.save(folder / "wide.npy", np.full((1, 8, 8, 3), 300, "uint16"))
    np.save(folder / "mask.npy", np.ones((1, 8, 8, 3), bool))
    np.save(folder / "array.npy", np.full((5, 8, 8, 3), 255, "uint8"))
    np.save(folder / "one.npy", np.zeros((8, 8, 3), "uint8"))
    np.save(folder / "floats.npy", np.zeros((5, 8, 8, 3)))
    np.save(folder / "none.npy", np.zeros((0, 8, 8, 3), "uint8"))
    (folder / "junk.npy").write_bytes(b"junk")
    return folder


def run(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments)])


@pytest.mark.parametrize("kind", ["grpc", "rest"])
@pytest.mark.parametrize("signature", [[], ["--signature", "serving_default"]])
def test_a_folder(servers, images, kind, signature):
    photos = images / "photos"
    result = run("predict", photos, *servers[kind], *signature)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [
        f"{photos / 'a.png'}  bright 100.0 %",
        f"{photos / 'b.JPG'}  dark 80.0 %",
    ]


def test_files_are_resized_by_the_server(servers, images):
    result = run("predict", images / "large.png", *servers["rest"], "--label", "stable")
    assert result.stdout == f"{images / 'large.png'}  bright 98.0 %\n"


def test_an_array_in_batches(servers, images, model):
    model.requests = 0
    result = run("predict", images / "array.npy", *servers["rest"], "--batch-size", 2)
    assert result.stdout.splitlines() == [
        f"{images / 'array.npy'}[{i}]  bright 100.0 %" for i in range(5)
    ]
    assert model.requests == 3
    assert run("predict", images / "one.npy", *servers["rest"]).stdout.count("dark 100.0 %") == 1


def test_the_likeliest_classes_by_name(servers, images, tmp_path):
    names = tmp_path / "preprocessing.json"
    Preprocessing((8, 8, 3), (0.0,) * 3, (1.0,) * 3, ("night", "day")).save(names)
    photo = images / "photos" / "b.JPG"
    arguments = ["predict", photo, *servers["rest"], "--top", 5]
    assert run(*arguments).stdout == f"{photo}  dark 80.0 %, class 1 20.0 %\n"
    named = run(*arguments, "--labels", names)
    assert named.stdout == f"{photo}  dark 80.0 %, day 20.0 %\n"
    (document,) = json.loads(run(*arguments, "--json").stdout)
    assert document == {
        "image": str(photo),
        "classes": [
            {"class_id": 0, "label": "dark", "probability": pytest.approx(0.8)},
            {"class_id": 1, "label": None, "probability": pytest.approx(0.2)},
        ],
    }


@pytest.mark.parametrize(
    ("files", "options", "message"),
    [
        (["gone.png"], [], "is neither a file nor a folder"),
        (["junk.jpg"], ["--signature", "serve_bytes"], "junk.jpg' is neither JPEG nor PNG"),
        (["moving.gif"], [], "is GIF in truth: convert it"),
        (["cut.png"], [], "INVALID_ARGUMENT"),
        (["cut.png"], ["--signature", "serving_default"], "40 pixels wide and 30 high"),
        (["cut8.png"], ["--signature", "serving_default"], "cut8.png' cannot be decoded"),
        (["pipe.png"], [], "pipe.png' is a named pipe in truth"),
        (["link.png"], [], "link.png' is a link to 'gone.png', which cannot be reached"),
        (["empty.png"], [], "empty.png' is an empty file"),
        (["wide.npy"], [], "takes uint8, and the pixels are uint16"),
        (["mask.npy"], [], "takes uint8, and the pixels are bool"),
        (["large.png"], ["--signature", "serving_default"], "takes 8 by 8"),
        (["array.npy", "photos"], [], "a .npy file goes alone"),
        (["floats.npy"], [], "takes uint8, and the pixels are float64"),
        (["none.npy"], [], "with at least one image"),
        (["junk.npy"], [], "it holds no array"),
        (["array.npy"], ["--signature", "serve_bytes"], "takes encoded images, not pixels"),
        (["photos"], ["--signature", "serve"], "use one of serve_bytes, serving_default"),
        (["photos"], ["--version", 3], "does not serve version 3 of a model 'light'"),
        (["photos"], ["--label", "canary"], "has no label 'canary'"),
        (["photos"], ["--model", "heavy"], "does not serve a model 'heavy'"),
        (["photos"], ["--label", "stable", "--version", 1], "exclude each other"),
        (["photos"], ["--server", "localhost"], "write HOST:PORT"),
        (["photos"], ["--server", "127.0.0.1:1", "--attempts", 1], "no model server answers"),
        (["photos"], ["--timeout", "1e-9"], "did not answer within 1e-09 s"),
        (["photos"], ["--labels", "gone.json"], "cannot read the preprocessing"),
    ],
)
def test_bad_input(servers, images, files, options, message, monkeypatch):
    monkeypatch.chdir(images)
    result = run("predict", *files, *servers["rest"], *options)
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_an_empty_folder(servers, tmp_path):
    result = run("predict", tmp_path, *servers["rest"])
    assert result.exit_code == 2
    assert "holds no image; it needs .jpg, .jpeg, .png files" in result.stderr


SHORT = ["--seconds", 0.2, "--warm-up", 0, "--concurrency", "1,2"]


@pytest.mark.parametrize("kind", ["grpc", "rest"])
def test_a_load_test_for_scripts(servers, kind, tmp_path):
    plot = tmp_path / "load.png"
    options = ["--batch-size", "1,3", "--json", "--plot", plot]
    result = run("load-test", *servers[kind], *SHORT, *options)
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)
    assert [(row["batch_size"], row["concurrency"]) for row in rows] == [
        (1, 1),
        (1, 2),
        (3, 1),
        (3, 2),
    ]
    for row in rows:
        assert row["failures"] == {}
        assert row["answered"] > 0
        times = row["latency_seconds"]
        assert 0 < times["p50"] <= times["p90"] <= times["p99"]
        assert row["images_per_second"] == pytest.approx(
            row["batch_size"] * row["requests_per_second"]
        )
    assert plot.stat().st_size > 5000


def test_a_load_test_for_people(servers, images, model):
    model.failures = []
    photo = images / "photos" / "a.png"
    load = ["--signature", "serve_bytes", "--image", photo]
    result = run("load-test", *servers["rest"], *SHORT, *load)
    assert result.exit_code == 0, result.output
    assert "images/s" in result.stdout
    assert "failed, batch" not in result.stdout


def test_a_load_test_names_its_failures(servers, model, monkeypatch):
    def fail_later(*arguments, **options):
        from serving.load_test.measuring import measure

        model.failures = ["RESOURCE_EXHAUSTED"] * 2
        return measure(*arguments, **options)

    monkeypatch.setattr("memnas_cli.commands.load_test.measure", fail_later)
    result = run("load-test", *servers["rest"], *SHORT)
    assert result.exit_code == 0, result.output
    assert "failed, batch 1, clients 1: 2 RESOURCE_EXHAUSTED" in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--signature", "serve_bytes"], "give one with --image"),
        (["--plot", "load.gif"], "load.gif"),
        (["--server", "127.0.0.1:1"], "no model server answers"),
        (["--concurrency", "1,x"], "'1,x' is no number of clients"),
        (["--batch-size", "0"], "'0' is no number of images"),
        (["--image", "gone.png"], "gone.png"),
    ],
)
def test_load_tests_that_cannot_start(servers, options, message):
    result = run("load-test", *servers["rest"], *SHORT, *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("seconds", ["nan", "inf", "0", "-1", "1e300"])
@pytest.mark.parametrize("command", [["predict", "a.png"], ["load-test"]])
def test_timeouts_that_are_none(command, seconds):
    result = run(*command, "--model", "light", "--timeout", seconds)
    assert result.exit_code == 2
    assert "'--timeout'" in result.stderr
