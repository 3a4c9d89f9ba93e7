from collections import Counter

import pytest

from benchmarks.table import TABLE, Row, Run, load_table
from benchmarks.table_shift import WIDTHS_TABLE, shift
from benchmarks.table_widths import MOST_MACS, WIDTH_SIZES, widths_work
from benchmarks.table_work import work_list
from memnas_tf.genotype import canonical_key, from_string, to_string
from memnas_tf.memory import mac_count
from memnas_tf.template import Template

TEMPLATE = Template((32, 32, 3), 10, (16, 16, 16), (2, 1, 2), (16,))
PLAIN = (8, 8, 8)


@pytest.fixture(scope="module")
def table():
    rows = {}
    for work in work_list(0, tiers=3, repeated=2):
        text = to_string(work.genotype)
        run = Run(text, work.origin, work.seed, (0.5,), 1, 1, 1, 0.0, 0.0)
        rows.setdefault(text, []).append(run)
    return [Row(tuple(runs)) for runs in rows.values()]


@pytest.fixture(scope="module")
def work(table):
    return widths_work(0, 6, TEMPLATE, table)


def test_the_work_list_is_a_function_of_the_seed_and_goes_on_where_more_tiers_are_asked(
    work, table
):
    assert widths_work(0, 5, TEMPLATE, table) == work[: 5 * 8 + 12]
    assert widths_work(1, 1, TEMPLATE, table) != work[:11]


def test_every_tier_has_a_drawn_and_a_moved_network_of_each_size(work):
    for tier in work[44:52], work[52:]:
        assert Counter(item.origin for item in tier) == {"widths-drawn": 4, "widths-moved": 4}
        drawn = {item.size for item in tier if item.origin == "widths-drawn"}
        assert drawn == set(WIDTH_SIZES)


def test_twelve_networks_without_widths_are_trained_again_in_the_first_four_tiers(work, table):
    again = [item for item in work if item.origin in ("random", "grown")]
    assert [to_string(item.genotype) for item in work[44:] if item in again] == []
    repeated = {row.genotype for row in table if len(row.seeds) > 1}
    assert len(again) == 12 and {to_string(item.genotype) for item in again} <= repeated


def test_new_networks_differ_from_each_other_and_from_the_table_and_are_not_too_large(work, table):
    new = [item.genotype for item in work if item.origin not in ("random", "grown")]
    known = {row.genotype for row in table}
    assert len({canonical_key(genotype) for genotype in new}) == len(new)
    assert not known & {to_string(genotype) for genotype in new}
    assert max(mac_count(genotype, TEMPLATE) for genotype in new) <= MOST_MACS
    assert sum(genotype.widths != PLAIN for genotype in new) > 0.9 * len(new)


def test_networks_with_widths_stand_beside_the_table_without():
    both = load_table([TABLE, WIDTHS_TABLE])
    new = [row for row in both if row.origin.startswith("widths-")]
    assert new and len(both) == len(load_table([TABLE])) + len(new)
    assert all(mac_count(from_string(row.genotype), TEMPLATE) <= MOST_MACS for row in new)


def test_a_shift_is_the_mean_difference_of_the_runs_that_both_tables_have():
    def runs(**accuracies):
        return [
            Run(name, "random", 0, (0.1, accuracy), 1, 1, 1, 0.0, 0.0)
            for name, accuracy in accuracies.items()
        ]

    count, interval = shift(runs(a=0.5, b=0.4, c=0.9), runs(a=0.52, b=0.4, d=0.1))
    assert count == 2 and interval.mean == pytest.approx(1.0)
    assert shift(runs(a=0.5), runs(b=0.5)) is None
