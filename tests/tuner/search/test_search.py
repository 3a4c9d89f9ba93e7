"""The search as a value: what it hands out, and what it makes of what it is told."""

import ast
import json
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memnas_tf.errors import ConfigError, SearchError
from memnas_tf.genotype import Genotype, canonical_key, from_string
from memnas_tf.memory import arena_memory, mac_count, memory_target, parameter_memory
from memnas_tf.moves import generate_candidates
from memnas_tf.tflm import graph_of, tflm_memory
from memnas_tf.tflm.flash import file_bytes
from memnas_tf.tflm.planning import planned
from memnas_tf.tflm.rewriting import rewritten
from tests.helpers.formula import TEMPLATE, formula, train
from tests.helpers.processes import ROOT, run_python
from tuner.search import OVER, WAIT, Search, SearchSettings
from tuner.search.rounds import COMPLETED, FAILED, PAUSED, RUNNING, STOPPED

SETTINGS = SearchSettings(
    TEMPLATE, blocks=5, max_cells=4, trials_per_round=4, max_rounds=3, tradeoff=1.0
)


def test_a_search_goes_round_by_round_to_its_end():
    search = Search(SETTINGS)
    asked = train(search)
    assert [trial_id for trial_id, _, _ in asked] == [f"{i:04d}" for i in range(12)]
    assert len({canonical_key(from_string(genotype)) for _, genotype, _ in asked}) == 12
    assert [entry.is_over for entry in search.rounds] == [True] * 3
    assert search.stop_reason == "reached max_rounds (3)"
    assert search.ask() is OVER
    for before, entry in zip(search.rounds, search.rounds[1:], strict=False):
        assert entry.base == before.winning_trial.genotype
    # With a tradeoff of 1 the answer is the most accurate of its round.
    best = max(search.rounds[-1].trials, key=lambda trial: trial.quality)
    assert search.rounds[-1].winning_trial is best


def test_the_seed_alone_decides():
    assert train(Search(SETTINGS)) == train(Search(SETTINGS))
    assert train(Search(SETTINGS)) != train(Search(replace(SETTINGS, seed=1)))


def test_a_round_waits_for_its_last_results_in_any_order():
    search, other = Search(SETTINGS), Search(SETTINGS)
    trials = [search.ask() for _ in range(4)]
    assert search.ask() is WAIT and search.is_waiting
    for trial in reversed(trials):
        search.tell(trial, formula(from_string(trial.genotype)))
    assert not search.is_waiting
    train(other, 4)
    assert train(search) == train(other)


def test_better_candidates_go_on_from_a_rung():
    search = Search(replace(SETTINGS, rungs=(2, 5), reduction_factor=2, max_rounds=1))
    asked = train(search)
    assert [until for _, _, until in asked] == [2, 2, 2, 2, 5, 5, None]
    states = [trial.status for trial in search.rounds[0].trials]
    assert sorted(states) == sorted([COMPLETED, STOPPED, STOPPED, STOPPED])
    best = max(search.rounds[0].trials, key=lambda trial: formula(from_string(trial.genotype)))
    assert search.best is best and best.trial_id == asked[-1][0]


def test_nobody_leaves_a_rung_before_all_have_come_to_it():
    search = Search(replace(SETTINGS, rungs=(2,)))
    trials = [search.ask() for _ in range(4)]
    for trial in trials[:3]:
        search.tell(trial, 0.5)
    assert [trial.status for trial in trials] == [PAUSED] * 3 + [RUNNING]
    assert search.ask() is WAIT
    search.tell(trials[3], None, "it was too large")
    assert trials[3].status == FAILED
    assert search.ask().until_epoch is None


def test_a_round_that_failed_ends_the_search_with_the_last_failure():
    search = Search(SETTINGS)
    for _ in range(4):
        search.tell(search.ask(), None, "no such luck")
    assert search.ask() is OVER and search.best is None
    assert search.stop_reason == "all 4 trials of round 1 failed; the last: no such luck"


def test_trials_are_found_by_their_name():
    search = Search(SETTINGS)
    named, counted = search.ask("mine"), search.ask()
    assert (named.trial_id, counted.trial_id) == ("mine", "0001")
    assert search.find("mine") is named and search.find("0001") is counted
    assert search.find("0002") is None


def test_rounds_have_the_sizes_that_were_asked_for():
    sizes = {"trials_per_round": (1, 2, 3), "max_rounds": 9}
    search = Search(replace(SETTINGS, **sizes, max_trials=8))
    train(search)
    assert [len(entry.trials) for entry in search.rounds] == [1, 2, 3, 2]
    assert search.rounds[-1].winner is not None
    assert search.stop_reason == "reached max_trials (8)"


def test_what_is_not_under_way_is_refused():
    search = Search(SETTINGS)
    trial = search.ask()
    search.tell(trial, 0.5)
    with pytest.raises(SearchError, match="trial 0000 is completed, not under way"):
        search.tell(trial, 0.7)
    assert trial.quality == 0.5


def test_a_search_that_is_stopped_hands_out_nothing():
    search = Search(SETTINGS)
    search.stop("enough")
    assert search.ask() is OVER and search.stop_reason == "enough"


@pytest.mark.parametrize("rungs", [(), (2,)])
@pytest.mark.parametrize("cut", [0, 1, 3, 4, 5, 9, 11])
def test_a_search_goes_on_from_its_state_as_if_nothing_had_happened(cut, rungs):
    settings = replace(SETTINGS, rungs=rungs)
    whole, search = Search(settings), Search(settings)
    expected = train(whole)
    begun = train(search, cut)
    search.ask()  # cut off while it trains
    again = Search.from_state(json.loads(json.dumps(search.to_state())))
    assert begun + train(again) == expected
    assert again.to_state() == whole.to_state()


def test_a_network_as_a_ranker_decides_the_same_in_a_search_that_goes_on():
    search = Search(replace(SETTINGS, ranker="single-gru"))
    begun = train(search, 9)
    again = Search.from_state(json.loads(json.dumps(search.to_state())))
    assert begun + train(again) == begun + train(search)
    assert all(trial.predicted is not None for trial in again.rounds[2].trials)


def test_a_ranker_that_fails_costs_a_draw_and_one_of_the_machine_the_search(caplog):
    class Broken:
        error = ZeroDivisionError("made to fail")

        def fit(self, rounds):
            raise self.error

    ranker = Broken()
    search = Search(SETTINGS, ranker)
    train(search, 8)
    ranker.error = OSError(28, "No space left on device")
    with pytest.raises(OSError, match="No space"):
        search.ask()
    ranker.error = ZeroDivisionError("made to fail")
    assert search.ask().predicted is None
    assert "the ranker failed; drawing this round at random" in caplog.text


@pytest.mark.parametrize(
    "budgets",
    [
        {"memory": "lifetime", "max_arena": 3400},
        {"memory": "arena", "max_arena": 3400},
        {"memory": "arena", "max_parameters": "6 kB"},
        {"max_arena": "7.5kB", "max_parameters": 9000, "kernels": "optimised"},
    ],
)
def test_nothing_that_does_not_fit_is_handed_out(budgets):
    target = memory_target(**budgets)
    search = Search(replace(SETTINGS, target=target, trials_per_round=5))
    asked = train(search)
    assert len(search.rounds) == 3
    assert all(entry.too_large for entry in search.rounds)
    for genotype in (from_string(text) for _, text, _ in asked):
        arena = arena_memory(genotype, TEMPLATE, kernels=target.kernels)
        assert arena <= (target.max_arena or math.inf)
        assert parameter_memory(genotype, TEMPLATE) <= (target.max_parameters or math.inf)


def test_the_same_search_without_a_budget_goes_beyond_it():
    """Or the test above would show nothing."""
    search = Search(replace(SETTINGS, trials_per_round=5))
    train(search)
    trials = [trial for entry in search.rounds for trial in entry.trials]
    assert max(trial.arena_bytes for trial in trials) > 3400
    assert max(trial.parameter_bytes for trial in trials) > 9000


def test_a_search_that_runs_out_of_networks_that_fit_keeps_its_answer():
    target = memory_target(max_parameters=1244)
    settings = replace(SETTINGS, target=target, max_rounds=20, trials_per_round=100)
    search = Search(settings)
    train(search)
    assert 1 < len(search.rounds) < 20
    assert "that fits: the smallest needs" in search.stop_reason
    assert search.best.quality == formula(from_string(search.best.genotype))


MICRO = replace(SETTINGS, trials_per_round=3, max_rounds=2)


@settings(max_examples=6, deadline=None)
@given(
    st.data(),
    st.sampled_from(["int8", "float32"]),
    st.sets(st.sampled_from(["max_ram", "max_flash", "max_macs"]), min_size=1),
)
def test_every_trial_fits_the_device_by_its_exact_figures(data, dtype, limited):
    """Budgets lie between the least and the most that networks of the first round need."""
    networks = [
        memory_target(dtype=dtype).measure(one.genotype, TEMPLATE)
        for one in generate_candidates(Genotype.empty(5), max_cells=1)
    ]
    needs = [(one.ram_bytes, one.flash_bytes, one.macs) for one in networks]
    chosen = data.draw(st.sampled_from(needs))
    every = dict(zip(("max_ram", "max_flash", "max_macs"), chosen, strict=True))
    budgets = {name: value for name, value in every.items() if name in limited}
    search = Search(replace(MICRO, target=memory_target(dtype=dtype, **budgets)))
    asked = train(search)
    assert asked
    for _, text, _ in asked:
        genotype = from_string(text)
        graph = planned(rewritten(graph_of(genotype, TEMPLATE, dtype))).graph
        assert tflm_memory(graph).smallest_arena <= budgets.get("max_ram", math.inf)
        assert file_bytes(graph) <= budgets.get("max_flash", math.inf)
        assert mac_count(genotype, TEMPLATE) <= budgets.get("max_macs", math.inf)


def test_a_search_for_a_device_goes_on_with_the_same_and_no_other():
    search = Search(replace(MICRO, target=memory_target(device="raspberry-pi-pico")))
    again = Search.from_state(json.loads(json.dumps(search.to_state())))
    assert again.settings == search.settings
    other = replace(MICRO, target=memory_target(device="nucleo-f446re"))
    differences = " ".join(search.settings.differences(other))
    assert "max_ram" in differences and "device" in differences


@pytest.mark.parametrize(
    ("budgets", "message"),
    [
        ({"max_ram": "1kB"}, r"the smallest needs [\d,]+ bytes where max_ram is 1,000"),
        ({"max_flash": "1kB"}, r"the smallest needs [\d,]+ bytes where max_flash is 1,000"),
        ({"max_macs": 100}, r"the smallest needs [\d,]+ MACs where max_macs is 100"),
    ],
)
def test_a_device_that_nothing_fits_is_refused_with_the_number(budgets, message):
    with pytest.raises(ConfigError, match=message):
        Search(replace(MICRO, target=memory_target(dtype="int8", **budgets)))


def test_budgets_that_nothing_fits_are_refused():
    with pytest.raises(ConfigError, match="no network of the first round fits"):
        Search(replace(SETTINGS, target=memory_target(max_parameters=10)))


def test_neither_keras_nor_keras_tuner_is_imported_and_no_file_written():
    code = """
import os, sys

written = []


def hook(event, arguments):
    if event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        written.append(arguments[0])


from memnas_tf import cifar_template
from tuner.search import OVER, Search, SearchSettings

sys.dont_write_bytecode = True
sys.addaudithook(hook)
settings = SearchSettings(cifar_template((8, 8, 1), 3, 4), 5, max_rounds=3, trials_per_round=3)
search = Search(settings)
while (trial := search.ask()) is not OVER:
    search.tell(trial, 0.5)
search.to_state()
assert search.rounds[2].trials[0].predicted is not None  # it was ranked
print({"keras", "keras_tuner", "tensorflow"} & set(sys.modules), written)
"""
    assert run_python(code) == "set() []"


def test_it_reads_against_figure_1_and_names_neither_files_nor_keras():
    folder = ROOT / "tuner" / "search"
    assert len((folder / "search.py").read_text().splitlines()) < 180
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in getattr(node, "names", [])]
            module = getattr(node, "module", None) or ""
            for name in (module, *map(str, names)):
                parts = set(name.split("."))
                assert not parts & {"os", "io", "pathlib", "files", "keras", "keras_tuner"}, path
            assert getattr(node, "id", None) != "open", path
