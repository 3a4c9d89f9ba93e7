"""The published architectures, cell by cell."""

from memnas_tf.genotype import PRESETS, Cell, Genotype

D3, D5, F7 = "depthwise_3x3", "depthwise_5x5", "factorised_7x7"
AVERAGE, MAX = "average_pool_3x3", "max_pool_3x3"


def test_figure_1b():
    block = (
        Cell(0, 0, D3, F7, "sum", False),
        Cell(1, 0, AVERAGE, D5, "concat", True),
        Cell(1, 2, MAX, MAX, "sum", True),
    )
    assert PRESETS["figure-1b"] == Genotype((block,) * 5)


def test_supplement():
    block = (
        Cell(0, 0, D3, F7, "sum", False),
        Cell(0, 1, D3, AVERAGE, "sum", True),
        Cell(1, 0, F7, MAX, "sum", True),
        Cell(3, 3, D3, D5, "sum", True),
        Cell(2, 2, MAX, AVERAGE, "sum", True),
        Cell(1, 1, F7, F7, "sum", True),
    )
    assert PRESETS["supplement"] == Genotype((block,) * 5)


def test_every_preset_can_be_built():
    for genotype in PRESETS.values():
        genotype.require_buildable()
