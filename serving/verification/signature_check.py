"""The signatures are those that clients rely on: names, types, shapes, and an open batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from serving.contract import TensorContract
from serving.verification.check import CheckFailed
from serving.verification.exported_version import ExportedVersion


def check_signatures(version: ExportedVersion) -> str:
    """Compare the signatures with their contract."""
    contracts = version.contracts
    _compare_names("signatures", set(version.signatures), set(contracts))
    for name, contract in contracts.items():
        signature = version.signatures[name]
        _compare_tensors(f"{name}: inputs", signature.inputs, contract.inputs)
        _compare_tensors(f"{name}: outputs", signature.outputs, contract.outputs)
        if signature.method_name != contract.method:
            raise CheckFailed(
                f"{name} is for the interface {signature.method_name!r}, not {contract.method!r}"
            )
    return ", ".join(contracts)


def _compare_names(what: str, there: set[str], wanted: set[str]) -> None:
    if there != wanted:
        raise CheckFailed(
            f"{what} are {', '.join(sorted(there)) or 'none'}; they should be "
            f"{', '.join(sorted(wanted))}"
        )


def _compare_tensors(
    what: str, there: Mapping[str, Any], wanted: Mapping[str, TensorContract]
) -> None:
    _compare_names(what, set(there), set(wanted))
    for name, contract in wanted.items():
        told = _describe(there[name])
        if told != str(contract):
            raise CheckFailed(f"{what}: {name} is {told}; it should be {contract}")


def _describe(tensor: Any) -> str:
    import tensorflow as tf

    sizes = [dimension.size for dimension in tensor.tensor_shape.dim]
    return f"{tf.dtypes.as_dtype(tensor.dtype).name} {sizes}"
