"""Exports for microcontrollers against the real interpreter."""

import dataclasses
import json

import numpy as np
import pytest

from memnas_tf.errors import ExportError

IMAGES = 355  # of the test split


def refused(trained, directory, message, **changes):
    from serving.tflm.export import export_tflm

    arguments = {"preprocessing": trained.data.preprocessing, "data": trained.data, **changes}
    with pytest.raises(ExportError, match=message):
        export_tflm(trained.model, directory=directory, **arguments)
    assert not list(directory.glob("1"))


def test_the_version_holds_what_a_firmware_needs(trained):
    path, card = trained.exported
    assert path.name == "1"
    assert {file.name for file in path.iterdir()} == {
        *("model.tflite", "model.h", "model.cc", "model_operations.h", "main.cc"),
        *("test_image.h", "test_image.cc", "labels.txt", "card.json", "README.md"),
        "preprocessing.json",
    }
    document = json.loads(trained.read("card.json"))
    assert document.pop("schema") == 1
    assert document.pop("runtime") == "TensorFlow Lite for Microcontrollers"
    assert document == json.loads(json.dumps(dataclasses.asdict(card)))
    assert tuple(document["labels"]) == trained.data.labels
    assert trained.read("labels.txt").decode().splitlines() == list(trained.data.labels)


def test_it_runs_in_the_arena_that_it_names_and_in_no_less(trained):
    from memnas_tf.litert.micro_interpreter import measured_arena, runs_in

    content, ram = trained.read("model.tflite"), trained.exported.card.ram["64"]
    assert runs_in(content, ram.smallest_arena)
    assert not runs_in(content, ram.smallest_arena - 1)
    measured = measured_arena(content)
    assert (measured.used, measured.head) == (ram.used, ram.tensors)
    assert ram.tensors + sum(ram.bookkeeping.values()) == ram.used
    assert trained.exported.card.flash_bytes == len(content)


def test_the_sizes_for_devices_are_those_of_the_architecture(trained):
    from memnas_tf.genotype import from_string
    from memnas_tf.template import cifar_template
    from memnas_tf.tflm import graph_of, tflm_memory
    from memnas_tf.tflm.planning import planned
    from memnas_tf.tflm.rewriting import rewritten

    template = cifar_template((8, 8, 1), 10, filters=4, blocks=1)
    graph = rewritten(graph_of(from_string("1x0c3+0a3=,0mp:0id="), template))
    memory = tflm_memory(planned(graph).graph)
    ram = trained.exported.card.ram["32"]
    assert (ram.smallest_arena, ram.used) == (memory.smallest_arena, memory.used)


def test_accuracies_and_answers_are_of_the_runtimes_that_they_name(trained):
    from memnas_tf.litert.micro_file import make_micro_file
    from memnas_tf.litert.micro_interpreter import micro_outputs, start_micro_interpreter
    from serving.litert.conversion import litert_file
    from serving.litert.evaluation import litert_answers

    data, card = trained.data, trained.exported.card
    images, labels = data.load_test()
    interpreter = start_micro_interpreter(trained.read("model.tflite"))
    answers = np.stack([micro_outputs(interpreter, image[None]).ravel() for image in images])
    converted = litert_file(trained.model, data.preprocessing, "int8", data.train_images)
    same = make_micro_file(converted, rewrite=True).reference
    reference = litert_answers(same, images, "reference")
    xnnpack = litert_answers(converted, images, "xnnpack")
    normalised = ((images - data.mean) / data.std).astype("float32")
    keras_answers = trained.model.predict(normalised, verbose=0)
    for name, given in (
        ("keras", keras_answers),
        ("tflm", answers),
        ("litert_reference", reference),
        ("litert_xnnpack", xnnpack),
    ):
        share = (given.argmax(-1) == labels).mean()
        assert share > 0.5  # it knows the digits somewhat
        assert getattr(card.accuracy, name) == pytest.approx(share), name
    np.testing.assert_array_equal(answers, reference)
    assert card.answers.images == card.answers.equal == len(images) == IMAGES
    assert card.answers.largest_difference == card.answers.explained_difference == 0
    test = card.test_image
    assert tuple(answers[test.index]) == test.answer
    assert np.argmax(test.answer) == test.label == labels[test.index]


def test_the_ends_take_and_give_bytes(trained):
    card = trained.exported.card
    assert (card.input.dtype, card.input.shape) == ("uint8", (1, 8, 8, 1))
    assert (card.input.scale, card.input.zero_point) == (1, 0)
    assert (card.output.dtype, card.output.shape) == ("int8", (1, 1, 1, 10))
    assert (card.output.scale, card.output.zero_point) == (1 / 256, -128)


def test_progress_is_told_image_by_image(trained):
    for what in ("microcontrollers' kernels", "LiteRT's reference kernels", "XNNPACK"):
        counts = [step[1:] for step in trained.progress if step[0] == f"measuring {what}"]
        assert counts == [(done, IMAGES) for done in range(1, IMAGES + 1)]


@pytest.fixture
def few(trained):
    """The same data with a handful of images to measure on."""
    validation = trained.data.validation_images[:9], trained.data.validation_labels[:9]
    return dataclasses.replace(
        trained.data,
        test_split=None,
        validation_images=validation[0],
        validation_labels=validation[1],
    )


def test_a_file_that_answers_otherwise_is_not_published(trained, few, tmp_path, monkeypatch):
    import keras

    from memnas_tf.litert.micro_file import make_micro_file
    from serving.litert.conversion import litert_file

    other = keras.models.clone_model(trained.model)
    other.set_weights(trained.model.get_weights())
    dense = other.layers[-1]
    dense.set_weights([np.flip(values, -1) for values in dense.get_weights()])
    wrong = litert_file(other, few.preprocessing, "int8", few.train_images)

    def mistaken(content, rewrite):
        right, other = (make_micro_file(file, rewrite) for file in (content, wrong))
        return other._replace(reference=right.reference)

    monkeypatch.setattr("serving.tflm.export.make_micro_file", mistaken)
    refused(trained, tmp_path, r"for \d of 9 images, by up to \d+ of 255, where", data=few)


@pytest.mark.parametrize(("error", "message"), [(-16, "does not run"), (16, "runs in less than")])
def test_an_arena_that_is_not_the_smallest_is_not_published(
    error, message, trained, few, tmp_path, monkeypatch
):
    from memnas_tf.litert.micro_file import make_micro_file

    def mistaken(content, rewrite):
        made = make_micro_file(content, rewrite)
        size = made.memory[64].smallest_arena + error
        wrong = dataclasses.replace(made.memory[64], smallest_arena=size)
        return made._replace(memory={**made.memory, 64: wrong})

    monkeypatch.setattr("serving.tflm.export.make_micro_file", mistaken)
    refused(trained, tmp_path, message, data=few)


def test_an_interruption_leaves_nothing(trained, few, tmp_path):
    from serving.tflm.export import export_tflm

    def interrupt(what, done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export_tflm(trained.model, few.preprocessing, few, tmp_path, on_progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_fit_is_refused_at_once(trained, few, tmp_path, monkeypatch):
    import sys

    letters = dataclasses.replace(few.preprocessing, labels=tuple("abcdefghij"))
    refused(trained, tmp_path, "labels of the data set 'digits'", preprocessing=letters)
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "saved_model.pb").touch()
    refused(trained, tmp_path, "holds SavedModels, such as version 7")
    monkeypatch.setitem(sys.modules, "tflite_micro", None)
    refused(trained, tmp_path, r"pip install 'memnas-tf\[tflm\]'")
