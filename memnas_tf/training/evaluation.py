"""The accuracy of a trained network on the test split."""

from __future__ import annotations

import keras

from memnas_tf.data.interface import TrainingData

EVALUATION_BATCH = 256


def accuracy_on_test_split(model: keras.Model, data: TrainingData) -> float | None:
    """Measure a network on the test split, which nothing else looks at.

    Args:
        model: The trained network, compiled for labels as class numbers.
        data: The data set.

    Returns:
        The accuracy from 0 to 1; None for a data set without a test split.
    """
    if data.test_split is None:
        return None
    batches = data.test_batches(batch_size=EVALUATION_BATCH)
    with data.reading():
        return float(model.evaluate(batches, verbose=0, return_dict=True)["accuracy"])
