"""The files of a SavedModel with an export's signatures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import keras

from memnas_tf.preprocessing import Preprocessing
from serving.contract import CLASSIFY, SignatureContract


def write_saved_model(
    model: keras.Model,
    preprocessing: Preprocessing,
    contracts: Mapping[str, SignatureContract],
    directory: Path,
) -> None:
    """Write a network with its preprocessing and labels.

    Args:
        model: The network to serve.
        preprocessing: What it was trained with.
        contracts: The signatures.
        directory: Where the files go.
    """
    import tensorflow as tf  # here, as it takes seconds

    from serving.signature_functions import input_specs, signature_functions

    functions = signature_functions(model, preprocessing)
    # Not Keras's ExportArchive: it stores every weight twice, and a server then holds it twice
    # (https://github.com/keras-team/keras/issues/23553).
    module = tf.Module()
    module.held = [variable.value for variable in model.variables]
    signatures = {
        name: tf.function(functions[name], input_specs(contract)).get_concrete_function()
        for name, contract in contracts.items()
    }
    tf.saved_model.save(module, str(directory), signatures)
    # TensorFlow 2 writes every signature as one of the predict interface.
    updater = tf.compat.v1.saved_model.signature_def_utils.MethodNameUpdater(str(directory))
    for name, contract in contracts.items():
        if contract.method == CLASSIFY:
            updater.replace_method_name(name, CLASSIFY, tags="serve")
    updater.save()
