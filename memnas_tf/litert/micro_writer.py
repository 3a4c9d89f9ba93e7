"""A LiteRT file with what TensorFlow Lite for Microcontrollers reads, and nothing else.

Left out are names, signatures, the ranges that quantisation was measured on, metadata but the
memory plan, and what a bias is quantised with where the runtime works that out. What occurs several
times is written once: a flatbuffer's tables may share what they point to.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from memnas_tf.litert.flatbuffer import IDENTIFIER, kind_of, schema
from memnas_tf.litert.micro_reader import PLAN_METADATA

DATA_ALIGNMENT = 16  # bytes, as the schema asks of constants
CONVOLUTIONS = ("CONV_2D", "DEPTHWISE_CONV_2D")
UNREAD = tuple(f"bias of {kind}" for kind in CONVOLUTIONS)  # their scales follow from others
PLAN_VERSION, ONLY_SUBGRAPH = 1, 0


def write_micro_model(model: Any, plan: Sequence[int] = ()) -> bytes:
    """Write a model for microcontrollers.

    Args:
        model: A `ModelT` of the schema with one graph, all of whose tensors are used.
        plan: An offset for each tensor in the arena, -1 where the runtime is to choose; empty
            for no plan.

    Returns:
        The file.
    """
    return _Writer(model).write(plan)


class _Writer:
    def __init__(self, model: Any) -> None:
        import flatbuffers

        self.schema = schema()
        self.builder = flatbuffers.Builder(1 << 16)
        self.model = model
        self.subgraph = model.subgraphs[0]
        self.written: dict[Hashable, int] = {}
        self.buffers: list[int] = []  # their tables' offsets

    def write(self, plan: Sequence[int]) -> bytes:
        """Return the file."""
        for data in (b"", *map(self._data, self.subgraph.tensors)):
            self._buffer(data)
        roles = self._roles()
        tensors = [
            self._tensor(tensor, roles.get(index, ""))
            for index, tensor in enumerate(self.subgraph.tensors)
        ]
        operators = [self._operator(operator) for operator in self.subgraph.operators]
        codes = [code.Pack(self.builder) for code in self.model.operatorCodes]
        subgraph = self._subgraph(tensors, operators)
        metadata = [self._plan(plan)] if plan else []
        lists = {
            "OperatorCodes": self._offsets(codes),
            "Subgraphs": self._offsets([subgraph]),
            "Buffers": self._offsets(self.buffers),
        }
        if metadata:
            lists["Metadata"] = self._offsets(metadata)
        root = self._table("Model", Version=self.model.version, **lists)
        self.builder.Finish(root, file_identifier=IDENTIFIER)
        return bytes(self.builder.Output())

    def _roles(self) -> dict[int, str]:
        """Tell filters and biases from other tensors."""
        roles: dict[int, str] = {}
        for operator in self.subgraph.operators:
            kind = kind_of(self.model, operator)
            if kind in (*CONVOLUTIONS, "FULLY_CONNECTED"):
                _, filters, *biases = map(int, operator.inputs)
                roles[filters] = "filter"
                roles.update(dict.fromkeys(biases, f"bias of {kind}"))
        return roles

    def _tensor(self, tensor: Any, role: str) -> int:
        fields: dict[str, Any] = {
            "Shape": self._vector([] if tensor.shape is None else tensor.shape, np.int32),
            "Type": tensor.type,
            "Buffer": self._buffer(self._data(tensor)),
        }
        quantised = tensor.quantization
        if quantised is not None and quantised.scale is not None:
            scales, zeros = np.asarray(quantised.scale), np.asarray(quantised.zeroPoint)
            if role == "filter" and not zeros.any():
                zeros = zeros[:1]  # the runtime takes one zero for all of a filter's channels
            if role == "bias of FULLY_CONNECTED":
                scales, zeros = scales[:1], zeros[:1]  # it looks at the first, as a check
            if role not in UNREAD:
                dimension = int(quantised.quantizedDimension)
                fields["Quantization"] = self._quantisation(scales, zeros, dimension)
        return self._table("Tensor", **fields)

    def _data(self, tensor: Any) -> bytes:
        """Return a constant's values; nothing for a tensor that is none."""
        data = self.model.buffers[tensor.buffer].data
        return b"" if data is None else bytes(data)

    def _quantisation(self, scales: Any, zeros: Any, dimension: int) -> int:
        def make() -> int:
            scale = self._vector(scales, np.float32)
            zero = self._vector(zeros, np.int64)
            return self._table(
                "QuantizationParameters", Scale=scale, ZeroPoint=zero, QuantizedDimension=dimension
            )

        return self._once(("quantisation", tuple(scales), tuple(zeros), dimension), make)

    def _operator(self, operator: Any) -> int:
        fields: dict[str, Any] = {
            "OpcodeIndex": operator.opcodeIndex,
            "Inputs": self._vector(operator.inputs, np.int32),
            "Outputs": self._vector(operator.outputs, np.int32),
        }
        options = operator.builtinOptions
        if options is not None:
            key = ("options", operator.builtinOptionsType, repr(sorted(vars(options).items())))
            fields["BuiltinOptionsType"] = operator.builtinOptionsType
            fields["BuiltinOptions"] = self._once(key, lambda: options.Pack(self.builder))
        return self._table("Operator", **fields)

    def _subgraph(self, tensors: list[int], operators: list[int]) -> int:
        return self._table(
            "SubGraph",
            Tensors=self._offsets(tensors),
            Inputs=self._vector(self.subgraph.inputs, np.int32),
            Outputs=self._vector(self.subgraph.outputs, np.int32),
            Operators=self._offsets(operators),
        )

    def _plan(self, plan: Sequence[int]) -> int:
        header = (PLAN_VERSION, ONLY_SUBGRAPH, len(plan))
        buffer = self._buffer(np.array([*header, *plan], np.int32).tobytes())
        name = self.builder.CreateString(PLAN_METADATA.decode())
        return self._table("Metadata", Name=name, Buffer=buffer)

    def _buffer(self, data: bytes) -> int:
        """Write constants; return their number."""

        def make() -> int:
            fields = {"Data": self._bytes(data)} if data else {}
            self.buffers.append(self._table("Buffer", **fields))
            return len(self.buffers) - 1

        return self._once(("buffer", data), make)

    def _bytes(self, data: bytes) -> int:
        builder = self.builder
        builder.StartVector(1, len(data), DATA_ALIGNMENT)
        builder.head -= len(data)
        builder.Bytes[builder.head : builder.head + len(data)] = data
        return int(builder.EndVector())

    def _vector(self, values: Any, dtype: Any) -> int:
        array = np.asarray(values, dtype)
        key = ("vector", array.dtype.str, array.tobytes())
        return self._once(key, lambda: int(self.builder.CreateNumpyVector(array)))

    def _offsets(self, offsets: Sequence[int]) -> int:
        self.builder.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self.builder.PrependUOffsetTRelative(offset)
        return int(self.builder.EndVector())

    def _table(self, name: str, **fields: Any) -> int:
        getattr(self.schema, f"{name}Start")(self.builder)
        for field, value in fields.items():
            getattr(self.schema, f"{name}Add{field}")(self.builder, value)
        return int(getattr(self.schema, f"{name}End")(self.builder))

    def _once(self, key: Hashable, make: Callable[[], int]) -> int:
        if key not in self.written:
            self.written[key] = make()
        return self.written[key]
