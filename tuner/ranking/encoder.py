"""The part that turns one candidate into one feature, the same in every controller."""

from __future__ import annotations

from collections.abc import Iterator

import keras
import numpy as np

UNITS = 100


def make_seeds(seed: int) -> Iterator[int]:
    """Derive an endless stream of seeds, one for each random part of a model.

    Args:
        seed: The ranker's seed, 0 or more.

    Yields:
        Seeds in the range that Keras takes.
    """
    generator = np.random.default_rng(seed)
    while True:
        yield int(generator.integers(2**31 - 1))


def dense(units: int, seeds: Iterator[int], name: str) -> keras.layers.Dense:
    """Make a fully connected layer that draws on no global seed and follows no global policy.

    Args:
        units: The number of outputs.
        seeds: Where its seed comes from.
        name: The layer's name.

    Returns:
        The layer.
    """
    kernel = keras.initializers.GlorotUniform(seed=next(seeds))
    return keras.layers.Dense(units, kernel_initializer=kernel, dtype="float32", name=name)


def gru(seeds: Iterator[int], name: str, *, sequences: bool, unroll: bool) -> keras.layers.GRU:
    """Make a GRU that draws on no global seed and follows no global policy.

    Args:
        seeds: Where its seeds come from.
        name: The layer's name.
        sequences: Whether it returns its state after every step, or only the last.
        unroll: Whether its steps are written out, which is faster where they are few.

    Returns:
        The layer.
    """
    return keras.layers.GRU(
        UNITS,
        kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
        recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
        return_sequences=sequences,
        unroll=unroll,
        # Without one the layer would draw its seed from Python's global generator.
        seed=next(seeds),
        dtype="float32",
        name=name,
    )


def build_encoder(
    code_shape: tuple[int, int, int], seeds: Iterator[int], *, layers: int, dropout: float
) -> keras.Model:
    """Build the embedding and the E-GRU, which runs over the blocks of a candidate.

    All cells share one embedding, and a block is the sum of its cells. A round's grown
    candidates differ in a cell at a place that no candidate trained so far had filled: weights
    of that place's own would still be at random there.

    Args:
        code_shape: The shape of one candidate's code.
        seeds: Where the seeds of its parts come from.
        layers: The number of GRU layers, 1 or more.
        dropout: The share of the feature that is dropped while training, 0 to 1.

    Returns:
        A model from codes of shape (candidates, *code_shape) to features of shape
        (candidates, `UNITS`).

    Source: the paper, section 3.3 and Figure 2; the sum over cells is this project's choice.
    """
    codes = keras.Input(code_shape, dtype="float32", name="codes")
    embedding = keras.layers.Dense(
        UNITS,
        activation="relu",
        # No bias: a place without a cell adds nothing.
        use_bias=False,
        kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
        dtype="float32",
        name="embedding",
    )
    tensor = keras.ops.sum(embedding(codes), axis=2)
    for layer in range(1, layers + 1):
        last = layer == layers
        tensor = gru(seeds, f"e_gru_{layer}", sequences=not last, unroll=True)(tensor)
    drop = keras.layers.Dropout(dropout, seed=next(seeds), dtype="float32", name="drop")
    return keras.Model(codes, drop(tensor), name="encoder")
