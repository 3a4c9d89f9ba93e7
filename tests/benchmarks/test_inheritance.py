from benchmarks.inheritance import (
    BASE,
    FULL,
    INHERITED,
    QUARTER,
    WAYS,
    draw_candidates,
    key_of,
    summary,
)
from memnas_tf.genotype import from_string

CANDIDATES = draw_candidates(from_string(BASE), 24, seed=0)


def rows(**accuracies):
    """Made-up accuracies: in each way a function of a candidate's position."""
    return [
        {"key": key_of(way, one), "accuracy": accuracies[name](i) / 100, "cpu_seconds": 2.0}
        for way, name in ((FULL, "full"), (QUARTER, "quarter"), (INHERITED, "inherited"))
        for i, one in enumerate(CANDIDATES)
    ]


def test_half_of_the_candidates_are_grown_and_none_comes_twice():
    assert [one.kind == "grow" for one in CANDIDATES] == [True, False] * 12
    assert len({one.key for one in CANDIDATES}) == 24
    assert draw_candidates(from_string(BASE), 24, seed=0) == CANDIDATES


def test_the_table_by_hand():
    """One quarter ranks as the truth does, the other the other way round."""
    made = rows(full=lambda i: 40 + i, quarter=lambda i: 20 + i, inherited=lambda i: 60 - i)
    lines = summary(CANDIDATES, made).splitlines()[2:]
    assert [line.split(" | ")[0].strip("| ") for line in lines] == list(WAYS)
    assert lines[0] == ("| all epochs | 51.5 % | 1.00 | 1.00 | 1.00 | 5 | 63.0 % | 48 s |")
    assert lines[1] == ("| a quarter | 31.5 % | 1.00 | 1.00 | 1.00 | 5 | 63.0 % | 48 s |")
    assert lines[2] == (
        "| a quarter, inherited | 48.5 % | -1.00 | -1.00 | -1.00 | 0 | 40.0 % | 48 s |"
    )


def test_a_table_of_few_candidates_is_none():
    made = rows(full=float, quarter=float, inherited=float)
    assert summary(CANDIDATES, made[:-5]) == "19 candidates are done; the table needs 20"
