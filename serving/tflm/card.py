"""What is known of an export for microcontrollers, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from memnas_tf.tflm.memory import TflmMemory

SCHEMA_VERSION = 1
RUNTIME = "TensorFlow Lite for Microcontrollers"


@dataclass(frozen=True)
class Ram:
    """The arena on machines of one word size, in bytes.

    Attributes:
        smallest_arena: The smallest `kTensorArenaSize`, aligned to 16 bytes.
        used: What the interpreter reports as used.
        tensors: Of that, tensors and scratch buffers.
        bookkeeping: Of that, the runtime's own, by part.
        smallest_arena_before: The smallest arena of the file as LiteRT's converter wrote it.
    """

    smallest_arena: int
    used: int
    tensors: int
    bookkeeping: Mapping[str, int]
    smallest_arena_before: int

    @classmethod
    def of(cls, memory: TflmMemory, before: TflmMemory) -> Ram:
        """Put together what is known of a file and of the one that it was made of."""
        return cls(
            memory.smallest_arena,
            memory.used,
            memory.tensor_bytes,
            dict(memory.bookkeeping),
            before.smallest_arena,
        )


@dataclass(frozen=True)
class End:
    """A tensor that goes in or comes out: value = scale * (byte - zero_point).

    Attributes:
        dtype: The type, "uint8" or "int8".
        shape: Its shape, with a batch of one.
        layout: What its dimensions are.
        scale: Of a step.
        zero_point: The byte that means zero.
        meaning: What the bytes are, in words.
    """

    dtype: str
    shape: tuple[int, ...]
    layout: str
    scale: float
    zero_point: int
    meaning: str


@dataclass(frozen=True)
class Accuracies:
    """The part of the images whose class is seen, from 0 to 1, by what computes.

    Attributes:
        keras: The trained model, in float32.
        tflm: The kernels of TensorFlow Lite for Microcontrollers, as on the device.
        litert_reference: LiteRT's reference kernels.
        litert_xnnpack: XNNPACK, which LiteRT takes by itself on phones and servers.
    """

    keras: float
    tflm: float
    litert_reference: float
    litert_xnnpack: float


@dataclass(frozen=True)
class Answers:
    """How the answers compare with those of LiteRT's reference kernels.

    Attributes:
        images: The images compared, all of the split.
        equal: Those with the same answer in every byte.
        largest_difference: Of a probability, in steps of 1/256.
        explained_difference: What different rounding explains at most, in dense layers that could
            not be written as convolutions; 0 where there is none.
    """

    images: int
    equal: int
    largest_difference: int
    explained_difference: int


@dataclass(frozen=True)
class TestImage:
    """The image in `test_image.cc`.

    Attributes:
        index: Its place in the split.
        label: Its class.
        answer: The numbers, int8, that the runtime gives, which `main.cc` expects.
    """

    index: int
    label: int
    answer: tuple[int, ...]


@dataclass(frozen=True)
class TflmCard:
    """An export for microcontrollers.

    Attributes:
        file: The LiteRT model's name.
        flash_bytes: Its size, and that of the array in C++.
        flash_bytes_before: The size of the file as LiteRT's converter wrote it.
        ram: RAM by word size: "32" for devices such as a Cortex-M, "64" for x86-64.
        operations: How often each kind of operation occurs.
        input: What goes in.
        output: What comes out.
        labels: The name of each class.
        dataset: The data set's name.
        split: The images that everything was measured on.
        accuracy: Accuracies on them.
        answers: How the answers compare.
        test_image: The image that the example classifies.
        versions: Of what everything was checked with.
    """

    file: str
    flash_bytes: int
    flash_bytes_before: int
    ram: Mapping[str, Ram]
    operations: Mapping[str, int]
    input: End
    output: End
    labels: tuple[str, ...]
    dataset: str
    split: str
    accuracy: Accuracies
    answers: Answers
    test_image: TestImage
    versions: Mapping[str, str]

    def to_json(self) -> str:
        """Write a JSON document for programs, in bytes and parts of one."""
        document = {"schema": SCHEMA_VERSION, "runtime": RUNTIME, **asdict(self)}
        return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
