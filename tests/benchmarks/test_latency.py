import time

import pytest

from benchmarks.latency import (
    LEAST_TURNS,
    WARM_UP,
    latency_table,
    memory_table,
    summarise,
    take_turns,
)
from benchmarks.latency_exports import BASELINE, NETWORKS


def test_networks_take_turns():
    called = []
    runs = {name: lambda name=name: called.append(name) for name in "abc"}
    times = take_turns(runs, seconds=0)
    assert {name: len(taken) for name, taken in times.items()} == dict.fromkeys("abc", LEAST_TURNS)
    turns = [called[i : i + 3] for i in range(0, len(called), 3)]
    assert len(turns) == LEAST_TURNS + WARM_UP
    assert all(sorted(turn) == ["a", "b", "c"] for turn in turns)
    assert len({tuple(turn) for turn in turns}) > 1


def test_a_network_is_timed_alone():
    times = take_turns({"slow": lambda: time.sleep(0.002), "fast": lambda: None}, seconds=0)
    assert min(times["slow"]) >= 2 > min(times["fast"])


def test_ratios_are_within_a_turn():
    # A machine that is ten times slower in every second turn.
    base = (1.0, 10.0) * 10
    summary = summarise({BASELINE: base, "other": tuple(2 * one for one in base)})
    assert summary["ratio"]["other"] == [2, 2, 2]
    assert summary["ms"]["other"] == 11
    assert summary["turns"] == 20


def test_tables_have_a_row_for_each_network():
    values = {name: 1.5 if name == BASELINE else 3.0 for name in NETWORKS}
    ratios = {name: [1.75, 2.0, 2.25] for name in NETWORKS}
    row = {"name": "LiteRT int8, batch 1", "turns": 30, "ms": values, "ratio": ratios}
    lines = latency_table([row]).splitlines()
    assert lines[0] == "| network | LiteRT int8, batch 1 (30 turns) |"
    assert lines[2] == "| MobileNetV2 | 1, 1.5 ms |"
    assert lines[3] == "| MobileNetV2, stride 8 | 2.00 (1.75 to 2.25), 3 ms |"
    assert len(lines) == 2 + len(NETWORKS)
    assert memory_table([{"name": "a", "file": 1234}]).endswith("| a | 1,234 |")


@pytest.mark.parametrize("batch", [1, 3])
def test_a_litert_file_runs_any_batch(batch):
    pytest.importorskip("ai_edge_litert", reason="LiteRT files are run by ai-edge-litert")
    import numpy as np

    from benchmarks.latency_exports import litert_run
    from memnas_tf.genotype import from_string
    from memnas_tf.layers import build_network
    from memnas_tf.preprocessing import Preprocessing
    from memnas_tf.template import cifar_template
    from serving.litert.conversion import litert_file

    model = build_network(from_string("0a3:0mp="), cifar_template((4, 4, 1), 3, 2, 1))
    preprocessing = Preprocessing((4, 4, 1), (100.0,), (50.0,), ("a", "b", "c"))
    images = np.random.default_rng(0).integers(0, 256, (batch, 4, 4, 1), np.uint8)
    content = litert_file(model, preprocessing, "float32", images)
    wanted = model((images.astype("float32") - 100) / 50, training=False)
    np.testing.assert_allclose(litert_run(content, images)(), wanted, atol=1e-5)
