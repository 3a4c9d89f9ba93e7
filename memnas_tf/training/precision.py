"""Mixed precision: a network that computes in 16 bits and keeps its weights in 32."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from memnas_tf.errors import ConfigError
from memnas_tf.training.devices import compute_capability

PRECISIONS = ("auto", "bfloat16", "float16")
_FIRST_WITH_BFLOAT16 = (8, 0)  # compute capability of NVIDIA's Ampere


def choose_policy(precision: str | None) -> str:
    """Choose Keras's dtype policy.

    Args:
        precision: The 16 bits to compute in, one of `PRECISIONS`; "auto" is bfloat16, which has
            float32's range, except on GPUs that only float16 makes faster. None is float32.

    Returns:
        The name of the policy.

    Raises:
        ConfigError: If there is no such precision.
    """
    if precision is None:
        return "float32"
    if precision not in PRECISIONS:
        raise ConfigError(f"unknown precision {precision!r}; use one of {', '.join(PRECISIONS)}")
    if precision == "auto":
        capability = compute_capability()
        old = capability is not None and capability < _FIRST_WITH_BFLOAT16
        precision = "float16" if old else "bfloat16"
    return f"mixed_{precision}"


@contextmanager
def computing_in(policy: str) -> Iterator[None]:
    """Have networks that are built within the block compute by a dtype policy.

    Args:
        policy: The name of the policy.

    Yields:
        Nothing.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
