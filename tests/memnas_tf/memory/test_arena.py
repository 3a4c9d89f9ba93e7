"""The planner, worked out by hand."""

import pytest

from memnas_tf.memory.arena import RuntimeGraph, RuntimeOperation, plan_arena


def chain(*sizes, **changes):
    """Make a chain of operations, each reading the tensor before it."""
    steps = [RuntimeOperation("ANY", (i,), (i + 1,)) for i in range(len(sizes) - 1)]
    for step, change in changes.items():
        steps[int(step[1:])] = steps[int(step[1:])]._replace(**change)
    return RuntimeGraph(sizes, tuple(steps), (0,), (len(sizes) - 1,))


def test_input_stays_and_dead_memory_is_used_again():
    # 0 lives throughout; 1 (largest) follows it; 2 after 1; 3 where 1 was.
    assert plan_arena(chain(64, 256, 128, 64)) == (448, (0, 64, 320, 64))


def test_offsets_are_aligned_and_the_size_is_not():
    assert plan_arena(chain(10, 5)) == (69, (0, 64))


def test_in_place_output_shares_memory():
    graph = chain(64, 256, 256, 64, _1={"in_place": (1,)})
    assert plan_arena(graph).offsets == (0, 64, 64, 320)


@pytest.mark.parametrize("size", [4, 256])
def test_no_sharing_with_graph_inputs_outputs_or_scalars(size):
    changes = {"_0": {"in_place": (0,)}, "_1": {"in_place": (1,)}}
    offsets = plan_arena(chain(size, size, size, **changes)).offsets
    assert len(set(offsets)) == 3


def test_no_sharing_while_another_operation_reads_the_input():
    first, second, last = (RuntimeOperation("ANY", (i,), (i + 1,)) for i in range(3))
    second = second._replace(in_place=(1,))
    graph = RuntimeGraph((64,) * 4, (first, second, last._replace(inputs=(2, 1))), (0,), (3,))
    assert len(set(plan_arena(graph).offsets)) == 4


def test_temporary_lives_while_its_operation_runs():
    # The temporary is the largest: it comes after the input, and 1 and 2 after it.
    graph = chain(64, 128, 64, 64, _1={"temporaries": (512,)})
    assert plan_arena(graph) == (768, (0, 576, 704, 64))


def test_gap_that_is_large_enough_is_filled():
    operations = (
        RuntimeOperation("A", (0,), (1,)),  # 640 bytes, dead after B
        RuntimeOperation("B", (1,), (2,)),  # 512, lives to the end
        RuntimeOperation("C", (2,), (3,)),  # 448, dead after D
        RuntimeOperation("D", (3, 2), (4,)),
    )
    graph = RuntimeGraph((64, 640, 512, 448, 64), operations, (0,), (4,))
    assert plan_arena(graph) == (1216, (0, 64, 704, 64, 512))


def test_reshape_shares_memory_with_an_input_that_others_read():
    first, second, last = (RuntimeOperation("ANY", (i,), (i + 1,)) for i in range(3))
    second = second._replace(in_place=(1,), keeps_values=True)
    graph = RuntimeGraph((64,) * 4, (first, second, last._replace(inputs=(2, 1))), (0,), (3,))
    assert plan_arena(graph).offsets == (0, 64, 64, 128)


def test_tensor_that_nobody_reads_is_never_freed():
    graph = chain(64, 128, 128, 128)
    split = graph.operations[0]._replace(outputs=(1, 4))
    graph = graph._replace(sizes=(*graph.sizes, 128), operations=(split, *graph.operations[1:]))
    offsets = plan_arena(graph).offsets
    assert offsets.count(offsets[4]) == 1


def test_operation_done_beforehand_keeps_what_it_reads():
    # The last operation reads 1 only to tell its shape.
    graph = chain(64, 256, 256, 256, 64, _3={"outputs": (4,)})
    asks = RuntimeOperation("SHAPE", (1,), ())
    kept = graph._replace(operations=(*graph.operations[:3], asks, *graph.operations[3:]))
    assert plan_arena(kept).size > plan_arena(graph).size
