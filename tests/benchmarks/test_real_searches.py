"""The table of `benchmarks.real_searches`."""

from benchmarks.real_searches import ALL, INHERITED, RIVAL, RUNG, summary


def row(way, seed, accuracy, epochs):
    key = f"{way}: {seed}"
    return {"key": key, "test_accuracy": accuracy, "epochs": epochs, "parameter_bytes": 20_000}


def test_ways_are_compared_under_the_same_seed():
    rows = [
        *(row(ALL, seed, accuracy, 240) for seed, accuracy in ((0, 0.50), (1, 0.60), (2, 0.90))),
        *(row(RUNG, seed, accuracy, 60) for seed, accuracy in ((0, 0.49), (1, 0.61))),
        *(row(INHERITED, seed, accuracy, 48) for seed, accuracy in ((1, 0.57), (0, 0.47))),
        *(row(RIVAL, seed, accuracy, 64) for seed, accuracy in ((0, 0.45), (1, 0.55))),
    ]
    _, _, *lines = summary(rows).splitlines()
    assert lines[0].startswith("| all to the end | 240 | 50.0 %, 60.0 % |  | +5.0 ± 0.0 | 20 |")
    assert lines[1].startswith("| a rung | 60 | 49.0 %, 61.0 % | +0.0 ± ")
    assert lines[2].startswith("| a rung, inherited | 48 | 47.0 %, 57.0 % | -3.0 ± 0.0 | +2.0")
    assert lines[3] == f"| {RIVAL} | 64 | 45.0 %, 55.0 % | -5.0 ± 0.0 |  | 20 |"


def test_without_a_whole_seed_there_is_no_table():
    assert summary([row(ALL, 0, 0.5, 240)]) == "no seed is done in every way"
