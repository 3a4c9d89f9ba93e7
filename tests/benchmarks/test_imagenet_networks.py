"""The rows of the table beside the paper's Table 2."""

from benchmarks.imagenet_networks import BASELINE, Need, table


def test_a_row_has_our_figures_and_the_paper_s():
    needs = {BASELINE: Need(14.2, 4.8, 6.2), "MemNAS-A": Need(10.0, 0.8, 1.4)}
    rows = table(needs, {BASELINE: [1, 1, 1], "MemNAS-A": [0.7, 0.8, 0.9]}).splitlines()
    assert rows[2] == f"| {BASELINE} | 14.2 MB | 4.8 MB | 19.0 MB (33.1) | 6.2 MB | 1 (1.00) |"
    assert rows[3] == (
        "| MemNAS-A | 10.0 MB (10.3) | 0.8 MB (12.5) | 10.8 MB (22.8) | 1.4 MB | "
        "0.80, 0.70 to 0.90 (0.77) |"
    )
