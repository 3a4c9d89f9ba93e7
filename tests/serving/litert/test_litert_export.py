"""LiteRT files against the Keras model that they were made of, run by the real interpreter."""

import dataclasses
import json

import numpy as np
import pytest

from memnas_tf.errors import ConfigError, ExportError
from memnas_tf.preprocessing import Preprocessing

TYPES = ("float32", "float16", "int8")
IMAGES = 64


def run(content, images):
    """What a device's program does: bytes in, bytes out, by name."""
    from memnas_tf.litert.interpreter import start_interpreter

    runner = start_interpreter(content).get_signature_runner()
    return np.concatenate([runner(images=image[None])["probabilities"] for image in images])


def expected(trained, images):
    data = trained.data
    normalised = (images.astype("float32") - data.mean) / data.std
    return np.asarray(trained.model(normalised.astype("float32"), training=False))


@pytest.mark.parametrize(("dtype", "bound"), [("float32", 1e-5), ("float16", 5e-3)])
def test_floats_give_the_probabilities_of_keras(trained, dtype, bound):
    images, _ = trained.data.load_test()
    probabilities = run(trained.content(dtype), images[:IMAGES])
    assert probabilities.dtype == np.float32
    wanted = expected(trained, images[:IMAGES])
    assert wanted.max() > 0.9  # an answer, and no even spread that anything would come close to
    np.testing.assert_allclose(probabilities, wanted, rtol=0, atol=bound)


def test_int8_sees_the_same_classes(trained):
    images, labels = trained.data.load_test()
    probabilities = run(trained.content("int8"), images)
    assert probabilities.dtype == np.uint8
    wanted = expected(trained, images)
    same = probabilities.argmax(-1) == wanted.argmax(-1)
    assert same.mean() > 0.95
    assert np.abs(probabilities / 256 - wanted).mean() < 0.02
    entry = trained.exported.report.types["int8"]
    assert entry.accuracy == pytest.approx((probabilities.argmax(-1) == labels).mean(), abs=0.02)


@pytest.mark.parametrize("dtype", TYPES)
def test_every_type_takes_pixels(trained, dtype):
    from memnas_tf.litert.interpreter import start_interpreter

    (details,) = start_interpreter(trained.content(dtype)).get_input_details()
    assert details["dtype"] == np.uint8
    assert details["shape"].tolist() == [1, 8, 8, 1]
    assert details["quantization"] == ((1.0, 0) if dtype == "int8" else (0.0, 0))


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("kernels", ["reference", "optimised"])
def test_arenas_are_those_that_were_predicted(trained, dtype, kernels):
    sizes = trained.exported.report.types[dtype].arena[kernels]
    assert sizes.measured == sizes.predicted


@pytest.mark.parametrize("dtype", ["float32", "int8"])
def test_pixels_cost_no_more_than_images_of_their_own(trained, dtype):
    from memnas_tf.genotype import from_string
    from memnas_tf.memory import arena_memory
    from memnas_tf.memory.arena import ALIGNMENT
    from memnas_tf.template import cifar_template

    template = cifar_template((8, 8, 1), 10, filters=8, blocks=2)
    alone = arena_memory(from_string("2x0c3+0a3=,1d3:0mp="), template, dtype=dtype)
    whole = trained.exported.report.types[dtype].arena["reference"].measured
    # The pixels, their int8 copy, and the bytes of the answer.
    assert whole <= alone + 2 * 64 + 2 * ALIGNMENT


def test_the_report_is_of_the_whole_test_split(trained):
    path, report = trained.exported
    images, labels = trained.data.load_test()
    assert (report.dataset, report.split, report.images) == ("digits", "test", len(images))
    wanted = (expected(trained, images).argmax(-1) == labels).mean()
    assert report.keras_accuracy == pytest.approx(wanted)
    assert wanted > 0.6
    assert report.types["float32"].accuracy == pytest.approx(wanted, abs=1 / len(images))
    assert tuple(report.types) == TYPES
    assert json.loads((path / "report.json").read_text()) == dataclasses.asdict(report)
    for entry in report.types.values():
        assert (path / entry.file).stat().st_size == entry.file_bytes
    assert (path / "labels.txt").read_text().splitlines() == list(trained.data.labels)
    assert path.name == "1"
    assert len(list(path.iterdir())) == 6


def test_progress_is_told_image_by_image(trained):
    counts = [(done, total) for what, done, total in trained.progress if what == "measuring int8"]
    assert counts == [(done, 355) for done in range(1, 356)]
    assert ("converting to float16", 0, 0) in trained.progress


@pytest.fixture(scope="module")
def small():
    """A network that is converted in no time."""
    from memnas_tf.genotype import from_string
    from memnas_tf.layers import build_network
    from memnas_tf.template import cifar_template

    return build_network(from_string("0mp+0mp="), cifar_template((8, 8, 1), 10, 2, 1))


def export(trained, directory, **changes):
    from serving.litert.export import export_litert

    arguments = {
        "network": trained.model,
        "preprocessing": trained.data.preprocessing,
        "data": trained.data,
        "types": ("float32",),
        **changes,
    }
    return export_litert(directory=directory, **arguments)


def test_an_existing_version_is_left_alone(trained):
    directory = trained.exported.path.parent
    before = (directory / "1" / "report.json").read_bytes()
    with pytest.raises(ExportError, match="exists already; export another version than 1"):
        export(trained, directory, version=1)
    assert (directory / "1" / "report.json").read_bytes() == before
    assert [path.name for path in directory.iterdir()] == ["1"]


def test_a_set_without_a_test_split_is_measured_on_what_was_held_out(trained, small, tmp_path):
    data = dataclasses.replace(
        trained.data,
        test_split=None,
        validation_images=trained.data.validation_images[:9],
        validation_labels=trained.data.validation_labels[:9],
    )
    report = export(trained, tmp_path, network=small, data=data).report
    assert (report.split, report.images) == ("held out", 9)


def test_an_interruption_leaves_nothing(trained, small, tmp_path):
    def interrupt(what, done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(trained, tmp_path, network=small, on_progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def refused(trained, directory, message, error=ExportError, **changes):
    with pytest.raises(error, match=message):
        export(trained, directory, **changes)
    assert not list(directory.glob("1"))


def test_what_does_not_fit_is_refused(trained, tmp_path):
    import keras

    from memnas_tf.genotype import from_string
    from memnas_tf.layers import build_network
    from memnas_tf.template import cifar_template

    other = build_network(from_string("0mp+0mp="), cifar_template((9, 9, 1), 10, 2, 1))
    refused(trained, tmp_path, r"images of \(8, 8, 1\), and the network takes", network=other)
    few = build_network(from_string("0mp+0mp="), cifar_template((8, 8, 1), 3, 2, 1))
    refused(trained, tmp_path, "10 labels need one output", network=few)
    letters = Preprocessing((8, 8, 1), (0.0,), (1.0,), tuple("abcdefghij"))
    refused(trained, tmp_path, "labels of the data set 'digits'", preprocessing=letters)
    colours = dataclasses.replace(trained.data, train_images=np.zeros((4, 8, 8, 3), "uint8"))
    refused(trained, tmp_path, r"'digits' has images of \(8, 8, 3\)", data=colours)
    two = keras.Model(trained.model.input, [trained.model.output] * 2)
    refused(trained, tmp_path, "need one output", network=two)
    refused(trained, tmp_path, "'int4' is no type", ConfigError, types=("int4",))
    refused(trained, tmp_path, "no type is named", ConfigError, types=())


def test_int8_without_training_images_is_refused(trained, tmp_path):
    nothing = dataclasses.replace(
        trained.data, train_images=trained.data.train_images[:0], test_split=None
    )
    refused(trained, tmp_path, "int8 needs representative images", data=nothing, types=("int8",))


def test_a_model_servers_directory_is_refused(trained, tmp_path):
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "saved_model.pb").touch()
    refused(trained, tmp_path, "holds SavedModels, such as version 7")


def test_without_the_interpreter_it_is_named(trained, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "ai_edge_litert", None)
    refused(trained, tmp_path, r"pip install 'memnas-tf\[litert\]'")
