"""Tuners whose trials take no time: they ask a formula."""

from memnas_tf.genotype import from_string
from tests.helpers.formula import TEMPLATE, formula
from tuner import MemNASHyperModel, MemNASTuner


class FormulaTuner(MemNASTuner):
    """A tuner that asks the formula, and fails where `fails` says so."""

    fails = staticmethod(lambda trial: False)

    def run_trial(self, trial, *args, **kwargs):
        if self.fails(trial):
            raise RuntimeError(f"candidate {trial.trial_id} was made to fail")
        return {"val_accuracy": formula(from_string(trial.hyperparameters.get("genotype")))}


def make_tuner(directory, kind=FormulaTuner, max_cells=4, **kwargs):
    """Make a small search in `directory`."""
    hypermodel = MemNASHyperModel(TEMPLATE, max_cells=max_cells)
    arguments = {"max_rounds": 4, "trials_per_round": 5, **kwargs}
    return kind(hypermodel, directory=directory, project_name="search", **arguments)
