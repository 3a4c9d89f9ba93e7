"""A model as TensorFlow Lite for Microcontrollers allocates it."""

from __future__ import annotations

from typing import NamedTuple


class MicroTensor(NamedTuple):
    """A tensor of a model, constants too: the runtime keeps a struct for each.

    Attributes:
        bytes: Its size.
        is_constant: Whether its values lie in the file, so that it needs no RAM of its own.
        scales: How many scales it is quantised with; 0 for none.
    """

    bytes: int
    is_constant: bool = False
    scales: int = 0


class MicroOperation(NamedTuple):
    """One operation of a model.

    Attributes:
        kind: Its name in LiteRT, such as "CONV_2D".
        inputs: The tensors that it reads, constants too.
        outputs: The tensors that it makes.
        channels: Output channels for each of which the runtime keeps a multiplier and a shift.
        scratch: Bytes of each buffer that only it uses, while it runs.
        options: What tells its options in the file from those of others of its kind: whether it
            rectifies, skips positions, and reads them apart, and a pooling's window.
    """

    kind: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    channels: int = 0
    scratch: tuple[int, ...] = ()
    options: tuple[bool | tuple[int, int], ...] = ()


class MicroGraph(NamedTuple):
    """A model.

    Attributes:
        tensors: All of its tensors, in the order of the file.
        operations: Its operations in the order in which they run.
        inputs: The tensors that are filled before the first operation.
        outputs: The tensors that are read after the last one.
        plan: An offset for every tensor, which the file carries; -1 where the runtime is to
            choose. Empty for a file without a plan.
    """

    tensors: tuple[MicroTensor, ...]
    operations: tuple[MicroOperation, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    plan: tuple[int, ...] = ()
