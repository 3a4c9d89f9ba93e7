"""A network that knows the digits somewhat, and its export."""

from dataclasses import dataclass
from typing import Any

import pytest

from memnas_tf.genotype import from_string


@dataclass
class Trained:
    """A network, the data that it was trained on, and its LiteRT files."""

    model: Any
    data: Any
    exported: Any
    progress: list

    def content(self, dtype):
        return (self.exported.path / f"model_{dtype}.tflite").read_bytes()


@pytest.fixture(scope="session")
def digits(tmp_path_factory):
    from memnas_tf.data.loading import load_dataset

    return load_dataset("digits", tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def trained(digits, tmp_path_factory):
    """One with dilated convolutions, and whose converted order is not the best."""
    pytest.importorskip("ai_edge_litert", reason="LiteRT files are run by ai-edge-litert")
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip("only TensorFlow's models convert to LiteRT")
    from memnas_tf.data.pipeline import training_pipeline
    from memnas_tf.data.steps import steps_per_epoch
    from memnas_tf.layers import build_network
    from memnas_tf.template import cifar_template
    from memnas_tf.training.compiling import compile_network
    from serving.litert.export import export_litert

    keras.utils.set_random_seed(0)
    genotype = from_string("2x0c3+0a3=,1d3:0mp=")
    model = build_network(genotype, cifar_template((8, 8, 1), 10, filters=8, blocks=2))
    epochs, batch = 4, 32
    steps = steps_per_epoch(len(digits.train_images), batch)
    compile_network(model, 0.05, steps * epochs)
    batches = training_pipeline(
        digits.train_images,
        digits.train_labels,
        mean=digits.mean,
        std=digits.std,
        batch_size=batch,
        augmentation="crop",
        seed=0,
    )
    model.fit(batches, epochs=epochs, steps_per_epoch=steps, shuffle=False, verbose=0)
    progress = []
    exported = export_litert(
        model,
        digits.preprocessing,
        digits,
        tmp_path_factory.mktemp("models"),
        on_progress=lambda *step: progress.append(step),
    )
    return Trained(model, digits, exported, progress)
