"""Exported models for the tests of servers and clients, made once."""

import socket

import pytest

from memnas_tf.preprocessing import Preprocessing
from tests.helpers.brightness import save_brightness

LABELS = ("cat", "dog", "cow")


@pytest.fixture(scope="session")
def network():
    import keras

    from memnas_tf.genotype import PRESETS
    from memnas_tf.layers import build_network
    from memnas_tf.template import cifar_template

    keras.utils.set_random_seed(0)
    return build_network(PRESETS["figure-1b"], cifar_template((8, 8, 3), classes=3, filters=4))


@pytest.fixture(scope="session")
def preprocessing():
    return Preprocessing((8, 8, 3), (120.0, 110.0, 100.0), (60.0, 50.0, 40.0), LABELS)


@pytest.fixture(scope="session")
def model_directory(network, preprocessing, tmp_path_factory):
    """A model directory with version 1 of a real network."""
    from serving.saved_model import export_saved_model

    directory = tmp_path_factory.mktemp("models") / "digits"
    export_saved_model(network, preprocessing, directory)
    return directory


@pytest.fixture(scope="session")
def encoded_directory(tmp_path_factory):
    """A model directory whose signature serve_bytes takes JPEG and PNG files."""
    return save_brightness(tmp_path_factory.mktemp("encoded"))


@pytest.fixture
def free_port():
    """Give a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
