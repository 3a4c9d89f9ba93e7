"""A cell as a Keras layer: two operations in parallel and what combines them.

Source: the paper, section 3.1 and Figure 1(b).
"""

from __future__ import annotations

from typing import Any

import keras

from memnas_tf.layers.operation_layer import OperationLayer


@keras.saving.register_keras_serializable("memnas_tf")
class CellLayer(keras.layers.Layer):
    """Apply two operations, each to its own input, and combine what they make.

    Args:
        operations: Names of the two operations.
        filters: Output channels of each.
        strides: Stride of each.
        combine: "sum" or "concat".
        **kwargs: Of `keras.layers.Layer`.
    """

    def __init__(
        self,
        operations: tuple[str, str],
        filters: int,
        strides: tuple[int, int] = (1, 1),
        combine: str = "sum",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.operations = [
            OperationLayer(name, filters, stride, dtype=self.dtype_policy, name=f"operation_{i}")
            for i, (name, stride) in enumerate(zip(operations, strides, strict=True), 1)
        ]
        self.combine = (
            keras.layers.Add(dtype=self.dtype_policy)
            if combine == "sum"
            else keras.layers.Concatenate(dtype=self.dtype_policy)
        )
        self._arguments = {
            "operations": tuple(operations),
            "filters": filters,
            "strides": tuple(strides),
            "combine": combine,
        }

    def build(self, input_shape: list[tuple[int | None, ...]]) -> None:
        """Build the operations for two inputs of (batch, height, width, channels)."""
        for operation, shape in zip(self.operations, input_shape, strict=True):
            operation.build(shape)
        self.combine.build(self._operand_shapes(input_shape))
        self.built = True

    def call(self, inputs: list[Any], training: bool | None = None) -> Any:
        """Apply the cell.

        Args:
            inputs: Two tensors of shape (batch, height, width, channels).
            training: Whether batch normalisation uses the batch's own moments.

        Returns:
            A tensor with `filters` channels for a sum and twice as many for a concat.
        """
        operands = [
            operation(tensor, training=training)
            for operation, tensor in zip(self.operations, inputs, strict=True)
        ]
        return self.combine(operands)

    def compute_output_shape(
        self, input_shape: list[tuple[int | None, ...]]
    ) -> tuple[int | None, ...]:
        """Return the output's shape for two inputs of (batch, height, width, channels)."""
        shape: tuple[int | None, ...] = self.combine.compute_output_shape(
            self._operand_shapes(input_shape)
        )
        return tuple(shape)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments that make this layer again."""
        return {**super().get_config(), **self._arguments}

    def _operand_shapes(
        self, input_shape: list[tuple[int | None, ...]]
    ) -> list[tuple[int | None, ...]]:
        return [
            operation.compute_output_shape(shape)
            for operation, shape in zip(self.operations, input_shape, strict=True)
        ]
