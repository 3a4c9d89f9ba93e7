"""A network that knows the digits somewhat, exported for microcontrollers."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from memnas_tf.genotype import from_string

NAMES = ('zero "0"', "back\\slash", "Kälbchen", "what??/", "four", *"56789")


@dataclass
class Trained:
    """A network, the data that it was trained on, and its export."""

    model: Any
    data: Any
    exported: Any
    progress: list

    def read(self, name):
        return (self.exported.path / name).read_bytes()


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """One with a dilated convolution, a concatenation, and names that C++ would misread."""
    pytest.importorskip("ai_edge_litert", reason="LiteRT's answers need ai-edge-litert")
    pytest.importorskip("tflite_micro", reason="the real interpreter needs tflite-micro")
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow's models convert to LiteRT")
    from memnas_tf.data.loading import load_dataset
    from memnas_tf.layers import build_network
    from memnas_tf.template import cifar_template
    from serving.tflm.export import export_tflm

    data = replace(load_dataset("digits", tmp_path_factory.mktemp("data")), labels=NAMES)
    keras.utils.set_random_seed(0)
    template = cifar_template((8, 8, 1), 10, filters=4, blocks=1)
    model = build_network(from_string("1x0c3+0a3=,0mp:0id="), template)
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy")
    images = ((data.train_images - data.mean) / data.std).astype("float32")
    model.fit(images, data.train_labels, epochs=16, batch_size=32, verbose=0)
    progress = []
    exported = export_tflm(
        model,
        data.preprocessing,
        data,
        tmp_path_factory.mktemp("models"),
        on_progress=lambda *step: progress.append(step),
    )
    return Trained(model, data, exported, progress)
