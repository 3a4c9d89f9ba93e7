"""The C++ loader that TF-Serving calls loads the version, and it answers as the trained network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from serving.contract import CLASSIFY
from serving.samples import Expected, signature_inputs
from serving.verification.check import CheckFailed
from serving.verification.exported_version import ExportedVersion

_Outputs = Mapping[str, NDArray[Any]]


def check_answers(version: ExportedVersion) -> str:
    """Run every signature on sample images, and compare with what the trained network said."""
    version.cpp_model.load()
    expected = version.expected
    inputs = signature_inputs(expected.images, version.preprocessing)
    labels = np.array([label.encode() for label in version.preprocessing.labels], object)
    largest = 0.0
    for name, contract in version.contracts.items():
        outputs = run_signature(version, name, {next(iter(contract.inputs)): inputs[name]})
        missing = set(contract.outputs) - set(outputs)
        if missing:
            raise CheckFailed(f"{name} has no output {', '.join(sorted(missing))}")
        is_classify = contract.method == CLASSIFY
        scores = outputs["scores" if is_classify else "probabilities"]
        largest = max(largest, _difference(name, scores, expected))
        if is_classify:
            told, names = outputs["classes"], np.tile(labels, (len(scores), 1))
        elif "label" in outputs:
            told, names = outputs["label"], labels[scores.argmax(axis=-1)]
            if not np.array_equal(outputs["class_id"], scores.argmax(axis=-1)):
                raise CheckFailed(f"{name}: class_id is not the most probable class")
        else:
            continue
        if not np.array_equal(told, names):
            raise CheckFailed(f"{name} names other classes than the model card")
    return f"{len(version.contracts)} signatures, off by {largest:.1e} at most"


def run_signature(version: ExportedVersion, name: str, inputs: Mapping[str, Any]) -> _Outputs:
    """Run a signature in the C++ loader.

    Args:
        version: The version.
        name: The signature's name.
        inputs: A batch for every input.

    Returns:
        The outputs by name.

    Raises:
        CheckFailed: If there is no such signature, it has other inputs, or it fails.
    """
    signature = version.signatures.get(name)
    if signature is None:
        raise CheckFailed(f"there is no signature {name!r}")
    if set(signature.inputs) != set(inputs):
        wanted, there = (", ".join(sorted(names)) for names in (inputs, signature.inputs))
        raise CheckFailed(f"{name} has the inputs {there}, not {wanted}")
    try:
        results = version.cpp_model.run(
            {signature.inputs[key].name: value for key, value in inputs.items()},
            [output.name for output in signature.outputs.values()],
        )
    except CheckFailed as failure:
        raise CheckFailed(f"{name}: {failure}") from failure
    return dict(zip(signature.outputs, results, strict=True))


def _difference(name: str, probabilities: NDArray[Any], expected: Expected) -> float:
    if probabilities.shape != expected.probabilities.shape:
        raise CheckFailed(
            f"{name} gives probabilities of shape {probabilities.shape}, not "
            f"{expected.probabilities.shape}"
        )
    difference = float(np.abs(probabilities - expected.probabilities).max())
    if not difference <= expected.tolerance:  # nor is it when it is no number
        raise CheckFailed(
            f"{name} is off by {difference:.1e} from the trained network, and "
            f"{expected.tolerance:.0e} is allowed"
        )
    return difference
