"""The warm-up requests pass, by the rules of the server: one that fails fails the whole load.

Source: TF-Serving's saved_model_warmup.cc and saved_model_warmup_util.cc.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from serving import extras
from serving.verification.answers import run_signature
from serving.verification.check import CheckFailed
from serving.verification.exported_version import ExportedVersion
from serving.warmup_requests import MAX_RECORDS

# The name that the server gives a signature that a request does not name.
_DEFAULT = "serving_default"


def check_warmup(version: ExportedVersion) -> str:
    """Replay every request, and see that every signature has one."""
    version.extra(extras.WARMUP_FILE)
    logs = list(_read(version))
    if not logs:
        raise CheckFailed(f"{extras.WARMUP_FILE} holds no request")
    version.cpp_model.load()
    used = set()
    for number, log in enumerate(logs, 1):
        try:
            used.add(_replay(version, log))
        except CheckFailed as failure:
            raise CheckFailed(f"request {number} of {len(logs)} fails: {failure}") from failure
    cold = set(version.signatures) - used
    if cold:
        raise CheckFailed(f"no request for {', '.join(sorted(cold))}")
    return f"{len(logs)} requests"


def _read(version: ExportedVersion) -> Iterator[Any]:
    import tensorflow as tf
    from google.protobuf.message import DecodeError
    from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

    file = str(version.path / extras.FOLDER / extras.WARMUP_FILE)
    number = 0
    try:
        for record in tf.data.TFRecordDataset(file).as_numpy_iterator():
            number += 1
            if number > MAX_RECORDS:
                raise CheckFailed(f"there are more than {MAX_RECORDS} requests")
            yield PredictionLog.FromString(record)
    except tf.errors.DataLossError as error:
        raise CheckFailed(f"{extras.WARMUP_FILE} is damaged after request {number}") from error
    except DecodeError as error:
        raise CheckFailed(f"record {number} of {extras.WARMUP_FILE} is no PredictionLog") from error


def _replay(version: ExportedVersion, log: Any) -> str:
    import tensorflow as tf

    kind = log.WhichOneof("log_type")
    if kind == "predict_log":
        request = log.predict_log.request
        inputs = {name: tf.make_ndarray(value) for name, value in request.inputs.items()}
    elif kind == "classify_log":
        request = log.classify_log.request
        examples = request.input.example_list.examples
        inputs = {"inputs": [example.SerializeToString() for example in examples]}
    else:
        raise CheckFailed(f"it is a {kind or 'record without a request'}, for no signature here")
    name = request.model_spec.signature_name or _DEFAULT
    outputs = run_signature(version, name, inputs)
    if not all(np.shape(value) for value in outputs.values()):
        raise CheckFailed(f"{name} gives an output without a batch")
    return name
