"""Requests that TF-Serving replays while it loads a version, so that no client meets it cold.

Source: TF-Serving's documentation, "SavedModel Warmup".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from serving.contract import CLASSIFY, SignatureContract

# The server refuses a version with more.
MAX_RECORDS = 1000
BATCH_SIZES = (1, 2, 8)


def write_warmup(
    path: Path,
    contracts: Mapping[str, SignatureContract],
    inputs: Mapping[str, Sequence[Any] | NDArray[Any]],
) -> None:
    """Write a request for every signature and every batch size.

    Args:
        path: The file.
        contracts: The signatures.
        inputs: What `signature_inputs` made, of at least `max(BATCH_SIZES)` images.
    """
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(path)) as writer:
        for name, contract in contracts.items():
            for log in _logs(name, contract, inputs[name]):
                writer.write(log.SerializeToString())


def _logs(
    name: str, contract: SignatureContract, batch: Sequence[Any] | NDArray[Any]
) -> Iterator[Any]:
    import tensorflow as tf
    from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

    (input_name,) = contract.inputs
    for size in BATCH_SIZES:
        log = PredictionLog()
        if contract.method == CLASSIFY:
            request = log.classify_log.request
            examples = map(tf.train.Example.FromString, batch[:size])
            request.input.example_list.examples.extend(examples)
        else:
            request = log.predict_log.request
            request.inputs[input_name].CopyFrom(tf.make_tensor_proto(batch[:size]))
        request.model_spec.signature_name = name
        yield log
