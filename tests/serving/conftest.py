"""Exported models for the tests of servers and clients, made once."""

import socket

import pytest

from memnas_tf.preprocessing import Preprocessing

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
    import tensorflow as tf

    class Brightness(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "images")])
        def serve(self, images):
            def decode(content):
                image = tf.io.decode_image(content, channels=3, expand_animations=False)
                return tf.image.resize(image, (8, 8)) / 255

            pixels = tf.map_fn(decode, images, fn_output_signature=tf.float32)
            bright = tf.reduce_mean(pixels, axis=[1, 2, 3])
            probabilities = tf.stack([1 - bright, bright], axis=-1)
            class_id = tf.argmax(probabilities, axis=-1)
            label = tf.gather(tf.constant(["dark", "bright"]), class_id)
            return {"probabilities": probabilities, "class_id": class_id, "label": label}

    directory = tmp_path_factory.mktemp("encoded")
    module = Brightness()
    tf.saved_model.save(module, str(directory / "1"), signatures={"serve_bytes": module.serve})
    return directory


@pytest.fixture
def free_port():
    """Give a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
