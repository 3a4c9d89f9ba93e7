import pytest

from memnas_tf.errors import ConfigError
from serving.load_test.measuring import Load, Measurement
from serving.load_test.plot import draw_load_test, paint_load_test

MEASUREMENTS = [
    Measurement(Load(clients, batch), 1.0, (0.01 * clients, 0.02 * clients))
    for batch in (1, 8)
    for clients in (1, 2, 4)
]
DEAD = Measurement(Load(8, 8), 1.0, (), {"UNAVAILABLE": 5})


def test_lines_are_what_was_measured():
    figure = paint_load_test([*MEASUREMENTS, DEAD], "digits over gRPC")
    latency, throughput = figure.axes
    lines = {line.get_label(): line for line in latency.lines}
    assert lines["batch of 1, p50"].get_ydata() == pytest.approx([15, 30, 60])
    assert list(lines["batch of 8, p99"].get_xdata()) == [1, 2, 4]
    rates = {line.get_label(): list(line.get_ydata()) for line in throughput.lines}
    assert rates == {"batch of 1": [2, 2, 2], "batch of 8": [16, 16, 16, 0]}


def test_files(tmp_path):
    draw_load_test(MEASUREMENTS, tmp_path / "new" / "load.svg", "digits over gRPC")
    assert "digits over gRPC" in (tmp_path / "new" / "load.svg").read_text()
    with pytest.raises(ConfigError, match="gif"):
        draw_load_test(MEASUREMENTS, tmp_path / "load.gif", "digits")
