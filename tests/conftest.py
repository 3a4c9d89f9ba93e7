"""What tests of several packages need, made once."""

import os

import pytest

from memnas_tf.training.onednn import VARIABLE

# One choice for all, or it would depend on the order of tests; images are tiny here.
os.environ.setdefault(VARIABLE, "0")


@pytest.fixture(scope="session")
def export(tmp_path_factory):
    """A small network, exported with all its facts."""
    from serving import export_saved_model
    from tests.helpers.exports import FACTS, PREPROCESSING, Export, make_network

    model = make_network()
    directory = tmp_path_factory.mktemp("exports") / "pets"
    return Export(model, export_saved_model(model, PREPROCESSING, directory, facts=FACTS))


@pytest.fixture(scope="session")
def imagenet_dir(tmp_path_factory):
    """A folder that holds `imagenet2012` in its own form, with a few small images."""
    from tests.helpers.imagenet import write_imagenet

    return write_imagenet(tmp_path_factory.mktemp("imagenet"))
