"""Momentum by TensorFlow's fused kernel: three operations for each variable, in place of nine.

Networks of the search space have dozens of variables, and Keras's updates of them are two fifths
of the operations that TensorFlow traces and optimises before the first step. The kernel computes
the same, to the bit, unless TensorFlow reorders Keras's products within a graph, as it does where
the gradients of all variables are clipped together.
"""

from __future__ import annotations

from types import MethodType
from typing import Any

import keras


def fuse_momentum(optimizer: Any) -> None:
    """Have an optimizer update each variable and its momentum in one operation.

    It stays Keras's own: what comes before and after (schedule, clipping, weight decay, averaged
    weights, sums over devices) and its variables do not change, and it is saved, and loaded again,
    as what it is. On another backend, and without momentum, it is left alone.

    Args:
        optimizer: A `keras.optimizers.SGD`.
    """
    if keras.backend.backend() == "tensorflow" and optimizer.momentum:
        optimizer.update_step = MethodType(_update_step, optimizer)


def _update_step(optimizer: Any, gradient: Any, variable: Any, learning_rate: Any) -> None:
    import tensorflow as tf  # here, so that other backends do without it

    if isinstance(gradient, tf.IndexedSlices):  # for which there is no such kernel
        type(optimizer).update_step(optimizer, gradient, variable, learning_rate)
        return
    momentum = optimizer.momentums[optimizer._get_variable_index(variable)]
    tf.raw_ops.ResourceApplyKerasMomentum(
        var=variable.handle,
        accum=momentum.value.handle,
        lr=tf.cast(learning_rate, variable.dtype),
        grad=tf.cast(gradient, variable.dtype),
        momentum=tf.cast(optimizer.momentum, variable.dtype),
        use_nesterov=optimizer.nesterov,
    )
