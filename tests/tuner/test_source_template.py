from dataclasses import replace

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.preset_templates import PRESET_TEMPLATES
from memnas_tf.template import cifar_template, imagenet_template
from memnas_tf.training.directory import training_directory
from tests.helpers.trainings import make_plan
from tuner.source_template import make_template, sized_template, source_template

SHAPE = (64, 64, 3)
LARGE = imagenet_template(SHAPE, 5, filters=8, blocks=4)


@pytest.fixture
def training(tmp_path):
    def begin(template):
        with training_directory(tmp_path, replace(make_plan(), template=template), True):
            return str(tmp_path)

    return begin


def test_an_architecture_alone_has_no_size(tmp_path):
    assert source_template("figure-1b") is None
    assert source_template("5x0d3+0f7=") is None
    assert source_template(str(tmp_path / "architecture.json")) is None
    longer_than_any_path = "2x" + ",".join(["0c3+0c3="] * 600)
    assert source_template(longer_than_any_path) is None


def test_a_training_and_its_model_have_one(training):
    directory = training(LARGE)
    assert source_template(directory) == LARGE
    assert source_template(f"{directory}/model.keras") == LARGE


def test_without_a_source_of_a_size_the_template_s_defaults_hold():
    assert make_template("figure-1b", SHAPE, 5, None, None, None) == (
        "cifar",
        cifar_template(SHAPE, 5),
    )
    kind, template = make_template("figure-1b", (224, 224, 3), 5, "imagenet", None, None)
    assert (kind, template) == ("imagenet", imagenet_template((224, 224, 3), 5))


def test_kind_and_size_are_the_source_s_but_for_what_is_asked(training):
    source = training(LARGE)
    same = make_template(source, SHAPE, 7, None, None, None)
    assert same == ("imagenet", replace(LARGE, classes=7))
    wider = make_template(source, SHAPE, 5, None, (16,), None)[1]
    assert (wider.filters, wider.blocks) == ((16,) * 4, 4)


def test_a_preset_of_a_size_has_it_for_other_classes_and_images():
    assert source_template("MemNAS-A") == PRESET_TEMPLATES["MemNAS-A"]
    kind, template = make_template("MemNAS-A", (192, 192, 3), 5, None, None, None)
    known = PRESET_TEMPLATES["MemNAS-A"]
    assert (kind, template) == ("imagenet", replace(known, input_shape=(192, 192, 3), classes=5))
    _, fewer = make_template("MemNAS-A", SHAPE, 5, None, None, 8)
    assert fewer.filters == known.filters[::2]
    _, narrow = make_template("MemNAS-A", SHAPE, 5, None, (8, 16), None)
    assert narrow.filters == (8,) * 8 + (16,) * 8


def test_the_size_of_another_kind_is_not_taken(training):
    source = training(cifar_template((8, 8, 1), 10, filters=4, blocks=2))
    _, template = make_template(source, (224, 224, 3), 5, "imagenet", None, None)
    assert (template.filters[0], template.blocks) == (256, 16)


def test_images_too_small_for_a_template_are_refused():
    with pytest.raises(ConfigError, match="an input of 8x8 is too small"):
        make_template("figure-1b", (8, 8, 1), 10, "imagenet", None, None)


def test_a_network_to_look_at_has_its_source_s_size_but_for_what_is_asked(training):
    source = training(LARGE)
    assert sized_template(source, None, None, None, None) == LARGE
    wider = sized_template(source, None, 3, (16,), None)
    assert wider == imagenet_template(SHAPE, 3, filters=16, blocks=4)
    assert sized_template("figure-1b", None, None, None, None) == cifar_template((32, 32, 3), 10)
    small = sized_template("figure-1b", (16, 16, 1), 4, (8,), 3)
    assert small == cifar_template((16, 16, 1), 4, 8, 3)
