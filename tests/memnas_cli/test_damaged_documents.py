"""Each field of each document is damaged in each way: commands refuse it in a line, or read on."""

import json
import random
import shutil

import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from memnas_tf.documents import write_document
from memnas_tf.errors import GenotypeError, MemNASError
from memnas_tf.genotype import from_string, load_genotype, to_json
from memnas_tf.template import cifar_template
from memnas_tf.training.directory import training_directory
from memnas_tf.training.facts import TrainingFacts
from memnas_tf.training.plan import TrainingPlan
from memnas_tf.training.recipe import RECIPES
from tests.helpers.damage import damaged_bytes, damaged_fields
from tests.helpers.histories import made_up_history, made_up_record, write_search
from tests.helpers.searches import FormulaTuner, make_tuner

SAMPLE, FEW = 40, 10  # a search takes longer to go on with than to look at
TRAINING = "0c3+0mp="


class Interrupted(FormulaTuner):
    last = 3

    def run_trial(self, trial, *args, **kwargs):
        if len(self.oracle.end_order) == self.last:
            raise KeyboardInterrupt
        return super().run_trial(trial, *args, **kwargs)


class Counted(FormulaTuner):
    most = 4

    def run_trial(self, trial, *args, **kwargs):
        self.trained = getattr(self, "trained", 0) + 1
        assert self.trained <= self.most, "it trains more than the search has trials"
        return super().run_trial(trial, *args, **kwargs)


@pytest.fixture(scope="module")
def search(tmp_path_factory):
    """A finished search, with the facts about its winner."""
    history = made_up_history(2, 2)
    directory = write_search(history, tmp_path_factory.mktemp("damage") / "search")
    facts = TrainingFacts(history.best.genotype, history.settings.template, "x", 0, {}, 0.5, 0.4)
    write_document(directory / "best" / "results.json", facts.to_document())
    return directory


@pytest.fixture(scope="module")
def training(tmp_path_factory):
    """A finished training without its network."""
    directory = tmp_path_factory.mktemp("damage") / "training"
    template = cifar_template((8, 8, 1), 3, filters=2, blocks=1)
    named = ("paper", RECIPES["paper"], "digits", None, False, 1, None, 0.0, 0, "float32", 1)
    plan = TrainingPlan(TRAINING, template, *named, "tensorflow")
    with training_directory(directory, plan, overwrite=False):
        pass
    trial = made_up_history(1, 1).rounds[0].trials[0]
    made_up_record(trial).save(directory / "training.json")
    facts = TrainingFacts(TRAINING, template, "digits", 0, {}, 0.5, 0.4)
    write_document(directory / "results.json", facts.to_document())
    return directory


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory):
    directory = tmp_path_factory.mktemp("damage") / "interrupted"
    with pytest.raises(KeyboardInterrupt):
        resumed(directory, Interrupted).search(verbose=0)
    return directory


def resumed(directory, kind=Counted):
    return make_tuner(directory, kind, max_rounds=2, trials_per_round=2, max_cells=2)


def look(*arguments):
    """Run a command; it must end with 0 or 2, and no traceback."""
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code in (0, 2), (result.output, result.exception)
    if result.exit_code == 2:
        assert result.output.startswith("Error: ")
    elif "--json" in arguments:
        json.loads(result.output, parse_constant=pytest.fail)


def look_at_search(directory):
    for command in ("status", "show"):
        look(command, directory)
        look(command, directory, "--json")
    look("compare", directory, directory)


def look_at_training(directory):
    look("show", directory)
    look("show", directory, "--json")


def go_on(directory):
    """Go on with a search: it ends, or is refused before anything is trained."""
    try:
        tuner = resumed(directory.parent)
    except MemNASError:
        return
    tuner.search(verbose=0)
    assert tuner.oracle.history.stop_reason is not None


def each_damage(file, limit):
    """Yield what is done to a file: all of it, or a sample."""
    content = file.read_bytes()
    cases = [
        *damaged_fields(content.decode(), sealed=True),
        *((what, text) for what, text in damaged_fields(content.decode(), sealed=False)),
        *damaged_bytes(content, 200),
    ]
    return cases if limit is None else random.Random(0).sample(cases, min(limit, len(cases)))


def damage(whole, name, use, limit, tmp_path, fresh=False):
    """Damage a file in each way, and use the directory each time."""
    directory = tmp_path / whole.name
    shutil.copytree(whole, directory)
    cases = each_damage(whole / name, limit)
    for what, content in cases:
        if fresh:
            shutil.rmtree(directory)
            shutil.copytree(whole, directory)
        content = content if isinstance(content, bytes) else content.encode("utf-8")
        (directory / name).write_bytes(content)
        try:
            use(directory)
        except BaseException as error:
            raise AssertionError(f"{name}: {what}") from error
    print(f"{name}: {len(cases)} damages")
    assert len(cases) >= FEW


LOOKED_AT = ["oracle.json", "trial_0000/training.json", "best/results.json"]
READ_ON = ["search/oracle.json", "search/trial_0000/trial.json", "search/tuner0.json"]
OF_TRAINING = ["plan.json", "training.json", "results.json", "genotype.json"]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_look_at_a_damaged_search_ends_in_a_line(search, name, tmp_path):
    damage(search, name, look_at_search, SAMPLE, tmp_path)


@pytest.mark.parametrize("name", OF_TRAINING)
def test_a_look_at_a_damaged_training_ends_in_a_line(training, name, tmp_path):
    damage(training, name, look_at_training, SAMPLE, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(6000)
@pytest.mark.parametrize("name", LOOKED_AT)
def test_each_damage_to_a_search_that_is_looked_at(search, name, tmp_path):
    damage(search, name, look_at_search, None, tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(6000)
@pytest.mark.parametrize("name", OF_TRAINING)
def test_each_damage_to_a_training_that_is_looked_at(training, name, tmp_path):
    damage(training, name, look_at_training, None, tmp_path)


@pytest.mark.parametrize("name", READ_ON[:1])
def test_a_damaged_search_goes_on_to_its_end_or_is_refused(interrupted, name, tmp_path):
    damage(
        interrupted,
        name,
        lambda directory: go_on(directory / "search"),
        FEW,
        tmp_path,
        fresh=True,
    )


@pytest.mark.slow
@pytest.mark.timeout(20_000)
@pytest.mark.parametrize("name", READ_ON)
def test_each_damage_to_a_search_that_goes_on(interrupted, name, tmp_path):
    damage(
        interrupted,
        name,
        lambda directory: go_on(directory / "search"),
        600,
        tmp_path,
        fresh=True,
    )


def test_each_damage_to_an_architecture_is_refused_by_name_or_is_another_one(tmp_path):
    text = to_json(from_string("5x0d3+0f7,1ap:0d5=,1mp+2mp="))
    cases = [*damaged_fields(text, sealed=False), *damaged_bytes(text.encode(), 200)]
    file = tmp_path / "mine.json"
    for _, content in random.Random(0).sample(cases, 500):
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        try:
            load_genotype(str(file))
        except GenotypeError as error:
            assert "mine.json" in str(error)
