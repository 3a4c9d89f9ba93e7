"""What the runtime's reference kernels need beside their tensors."""

from __future__ import annotations

INDEX_BYTES = 4  # int32
MOST_CONCATENATED = 10  # tensors that a CONCATENATION takes
# With more classes the fixed-point sum of an int8 SOFTMAX can get a bit too many, and the program
# aborts.
MOST_CLASSES = 511


def scratch_of_mean(values: int, dimensions: int, axes: int, quantised: bool) -> tuple[int, ...]:
    """Return the scratch buffers of a mean or a sum.

    Args:
        values: Values of the output.
        dimensions: Dimensions of the input.
        axes: Axes that it goes over.
        quantised: Whether its values are integers.

    Returns:
        Bytes of each: the sums of integers, a position in the input, and the axes.
    """
    sums = (values * INDEX_BYTES,) if quantised else ()
    return (*sums, dimensions * INDEX_BYTES, axes * INDEX_BYTES)
