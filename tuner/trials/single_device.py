"""Training steps on one device without what TensorFlow keeps of them for ever.

Before every update Keras sums the gradients over all replicas. TensorFlow makes that sum a custom
gradient, and registers each one for the life of the process, together with the graph that it was
traced in: some megabytes for every network trained. With one replica the sum is its only term.
"""

from __future__ import annotations

from typing import Any


def skip_all_reduce(optimizer: Any) -> None:
    """Have an optimizer take gradients as they are where there is one replica.

    Everything else about the optimizer stays; its updates are the same to the bit. One that
    several replicas share, or of another backend than TensorFlow, is left alone.

    Args:
        optimizer: A Keras optimizer; None is let pass.
    """
    inner = getattr(optimizer, "inner_optimizer", None)  # of a loss scale's
    if inner is not None:
        skip_all_reduce(inner)
    strategy = getattr(optimizer, "_distribution_strategy", None)
    if strategy is not None and strategy.num_replicas_in_sync == 1:
        optimizer._all_reduce_sum_gradients = _as_they_are


def _as_they_are(grads_and_vars: Any) -> Any:
    return grads_and_vars
