"""A network is trained further on what it was made on, wherever that lies by now."""

import numpy as np
import pytest
from PIL import Image

from memnas_cli.commands.search import search
from memnas_cli.commands.train import train
from memnas_cli.options.options_file import write_options_file
from memnas_cli.options.source_data import ImageChoice, choose_images, source_images
from memnas_tf.data.image_folder import find_images
from memnas_tf.errors import ConfigError
from memnas_tf.training.directory import training_directory
from memnas_tf.training.plan import TrainingPlan
from memnas_tf.training.recipe import make_recipe
from tests.helpers.histories import TEMPLATE, made_up_history, write_search

NOTHING = ImageChoice(None)
RECORDED = {"image_size": [16, 16], "augmentation": "crop-flip", "limit": 100}


@pytest.fixture
def photos(tmp_path):
    rng = np.random.default_rng(0)
    for label in ("cat", "dog"):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for number in range(5):
            pixels = rng.integers(0, 256, (8, 8), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "photos" / label / f"{number}.png")
    return tmp_path / "photos"


def made_on(directory, name, content=None, **options):
    """Write a search as the command leaves it."""
    recorded = {**RECORDED, "dataset": name}
    if content is not None:
        recorded["dataset_content"] = content
    write_search(made_up_history(1, 2, training=recorded), directory, records=False)
    if options:
        everything = {"directory": str(directory.parent), **options}
        write_options_file(directory / "search.toml", search, _Options(everything), "search")
    return str(directory)


class _Options(dict):
    """Options of a command of which most were not given."""

    def __missing__(self, key):
        return None


@pytest.fixture
def of_photos(tmp_path, photos):
    content = find_images(photos, seed=0).fingerprint()
    return made_on(tmp_path / "s", "photos", content, dataset=str(photos))


def test_the_set_of_a_search_is_taken_with_its_size_and_augmentation(tmp_path):
    source = made_on(tmp_path / "s", "cifar10", dataset="cifar10", data_dir=str(tmp_path / "sets"))
    chosen = choose_images(source, NOTHING)
    assert (chosen.dataset, chosen.data_dir) == ("cifar10", str(tmp_path / "sets"))
    assert (chosen.image_size, chosen.augmentation) == ((16, 16), "crop-flip")
    assert chosen.source == source


def test_a_search_of_a_program_that_names_its_set_needs_no_file_of_options(tmp_path):
    assert choose_images(made_on(tmp_path / "s", "mnist"), NOTHING).dataset == "mnist"


def test_the_folder_of_a_search_is_taken_from_any_working_directory(
    tmp_path, of_photos, photos, monkeypatch
):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    chosen = choose_images(of_photos, NOTHING)
    assert find_images(chosen.dataset, seed=0).root.resolve() == photos
    best = choose_images(f"{of_photos}/best/model.keras", NOTHING)
    assert best.dataset == chosen.dataset


def test_options_win_over_the_source(of_photos):
    asked = ImageChoice(None, image_size=(8, 8), augmentation="none")
    chosen = choose_images(of_photos, asked)
    assert (chosen.image_size, chosen.augmentation) == ((8, 8), "none")


def test_another_set_is_read_in_its_own_way(of_photos):
    assert choose_images(of_photos, ImageChoice("digits")) == ImageChoice("digits")


def test_a_folder_that_was_moved_is_named_and_read_as_before(tmp_path, of_photos, photos):
    moved = photos.rename(tmp_path / "moved")
    with pytest.raises(ConfigError, match="name where they lie now with --dataset"):
        choose_images(of_photos, NOTHING)
    chosen = choose_images(of_photos, ImageChoice(str(moved)))
    assert (chosen.dataset, chosen.image_size) == (str(moved), (16, 16))


def test_a_folder_that_changed_is_trained_on_only_if_it_is_named(of_photos, photos):
    (photos / "cat" / "0.png").unlink()
    with pytest.raises(ConfigError, match=r"10 files, .* then, 9 files, .* now.*--dataset"):
        choose_images(of_photos, NOTHING)
    assert choose_images(of_photos, ImageChoice(str(photos))) == ImageChoice(str(photos))


def test_a_source_that_does_not_tell_is_refused_and_never_trained_on_something_else(
    tmp_path, photos
):
    content = find_images(photos, seed=0).fingerprint()
    with pytest.raises(ConfigError, match="'photos', and does not tell where it lies"):
        choose_images(made_on(tmp_path / "a", "photos", content), NOTHING)
    write_search(made_up_history(1, 2), tmp_path / "b", records=False)
    with pytest.raises(ConfigError, match="does not tell what images it was made on"):
        choose_images(str(tmp_path / "b"), NOTHING)


def test_a_training_tells_its_images_as_well(tmp_path, photos):
    plan = TrainingPlan(
        genotype="5x0c3+0c3=",
        template=TEMPLATE,
        recipe_name="modern",
        recipe=make_recipe("modern", augmentation="crop"),
        dataset="photos",
        dataset_content=find_images(photos, seed=0).fingerprint(),
        **{"streamed": False, "parts": 1, "limit": None, "validation_fraction": 0.0, "seed": 0},
        **{"policy": "float32", "devices": 1, "backend": "tensorflow"},
    )
    directory = tmp_path / "t"
    with training_directory(directory, plan, overwrite=False):
        pass  # a training that is cut off at once
    options = _Options(directory=str(directory), dataset=str(photos), architecture=plan.genotype)
    write_options_file(directory / "train.toml", train, options, "training")
    chosen = choose_images(str(directory), NOTHING)
    assert find_images(chosen.dataset, seed=0).root.resolve() == photos
    assert (chosen.image_size, chosen.augmentation) == ((16, 16), "crop")


def test_an_architecture_alone_is_trained_on_what_the_help_says():
    assert source_images("figure-1b") is None
    assert choose_images("5x0c3+0c3=", NOTHING).dataset == "digits"
