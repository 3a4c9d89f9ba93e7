"""What the signatures of an export take and give: names, types and shapes to rely on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

PREDICT, CLASSIFY = "tensorflow/serving/predict", "tensorflow/serving/classify"
# The feature of a tf.Example that holds an encoded image, as data sets of images usually name it.
IMAGE_FEATURE = "image/encoded"


@dataclass(frozen=True)
class TensorContract:
    """One input or output.

    Attributes:
        dtype: The type's name in TensorFlow.
        shape: The sizes after that of the batch, which is left open.
    """

    dtype: str
    shape: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.dtype} {[-1, *self.shape]}"


@dataclass(frozen=True)
class SignatureContract:
    """One signature.

    Attributes:
        inputs: Inputs by name.
        outputs: Outputs by name.
        method: The name of the server's interface that it is for.
    """

    inputs: Mapping[str, TensorContract]
    outputs: Mapping[str, TensorContract]
    method: str = PREDICT


def signature_contracts(
    input_shape: tuple[int, int, int], classes: int
) -> Mapping[str, SignatureContract]:
    """Tell the signatures of an export.

    Args:
        input_shape: Height, width and channels of the images that the network takes.
        classes: The number of classes.

    Returns:
        The signatures by name.
    """
    probabilities = TensorContract("float32", (classes,))
    answers = {
        "probabilities": probabilities,
        "class_id": TensorContract("int64"),
        "label": TensorContract("string"),
    }
    encoded = TensorContract("string")
    return MappingProxyType(
        {
            "serving_default": SignatureContract(
                {"images": TensorContract("uint8", input_shape)}, answers
            ),
            "serve_bytes": SignatureContract({"images": encoded}, answers),
            "serve_raw": SignatureContract(
                {"images": TensorContract("float32", input_shape)},
                {"probabilities": probabilities},
            ),
            # The names that the server's classify interface asks for.
            "classify": SignatureContract(
                {"inputs": encoded},
                {"classes": TensorContract("string", (classes,)), "scores": probabilities},
                CLASSIFY,
            ),
        }
    )
