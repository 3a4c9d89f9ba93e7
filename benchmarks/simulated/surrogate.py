"""A model of the table of trained networks: learning curves of networks that nobody trained.

Source: Zela et al., "Surrogate NAS Benchmarks for Efficient NAS", ICLR 2022.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import kendalltau
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel
from sklearn.model_selection import KFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from benchmarks.table import Row
from memnas_tf.genotype import Block, Cell, Genotype, canonical, canonical_key, from_string
from memnas_tf.genotype.genotype import FULL_WIDTH
from memnas_tf.memory import arena_memory, lifetime_memory, parameter_memory
from memnas_tf.operations import OPERATIONS
from memnas_tf.template import Template

Curve = npt.NDArray[np.float64]
_FOLDS = 7
_LENGTH_SCALE = 8.0  # in standard deviations of features, to begin its fit with


class Surrogate:
    """Predict the learning curve of any network of a table's search space.

    Half of a prediction comes from gradient-boosted trees, half from a Gaussian process: neither is
    what this project ranks candidates with, so that no ranker plays on its own ground.

    Args:
        rows: The trained networks.
        template: The size of the networks.
    """

    def __init__(self, rows: Sequence[Row], template: Template) -> None:
        self._template = template
        genotypes = [from_string(row.genotype) for row in rows]
        self.size = max(genotype.slots for genotype in genotypes)
        self.blocks = len(genotypes[0].blocks)
        self._has_widths = any(map(is_reshaped, genotypes))
        self._models = _fit(
            np.array(
                [network_features(genotype, template, self._has_widths) for genotype in genotypes]
            ),
            np.array([row.accuracies for row in rows]),
        )
        self._noise = seed_noise(rows)
        self._curves: dict[str, Curve] = {}

    @property
    def epochs(self) -> int:
        """The number of epochs of a whole training."""
        return int(self._noise.shape[1])

    @property
    def template(self) -> Template:
        """The size of the networks."""
        return self._template

    def curve(self, genotype: Genotype) -> Curve:
        """Predict the validation accuracy after each epoch, without noise.

        Args:
            genotype: The architecture.

        Returns:
            Accuracies from 0 to 1, of shape (epochs,).
        """
        key = canonical_key(genotype)
        if key not in self._curves:
            features = network_features(genotype, self._template, self._has_widths)[None]
            predicted = [model.predict(features)[0] for model in self._models]
            self._curves[key] = np.mean(predicted, axis=0)
        return self._curves[key]

    def accuracy(self, genotype: Genotype) -> float:
        """Predict the validation accuracy after the last epoch, without noise.

        Args:
            genotype: The architecture.

        Returns:
            The accuracy from 0 to 1.
        """
        return float(self.curve(genotype)[-1])

    def measure(self, genotype: Genotype, seed: int, epochs: int) -> float:
        """Predict what one training shows: the accuracy with the noise of a seed.

        Args:
            genotype: The architecture.
            seed: The seed. The same network under the same seed gives the same run.
            epochs: The epochs that are over.

        Returns:
            The accuracy from 0 to 1.
        """
        key = canonical_key(genotype)
        chosen = zlib.crc32(f"{seed} {key}".encode()) % len(self._noise)
        noisy = self.curve(genotype)[epochs - 1] + self._noise[chosen][epochs - 1]
        return float(np.clip(noisy, 0.0, 1.0))


def is_reshaped(genotype: Genotype) -> bool:
    """Tell whether any block of a network has other filters than the template says."""
    return any(width != FULL_WIDTH for width in genotype.widths)


def network_features(genotype: Genotype, template: Template, has_widths: bool) -> Curve:
    """Describe a network to the surrogate.

    Args:
        genotype: The architecture.
        template: The size of the network.
        has_widths: Whether widths are told, as of a table whose networks differ in them.

    Returns:
        Logarithms of its memory; then for the whole network and for each block the numbers of
        operations of each kind, of cells, outputs and concats, and the depth; then the logarithm of
        each block's width.
    """
    memory = [measure(genotype, template) for measure in _MEASURES]
    blocks = np.array([_block_features(block) for block in canonical(genotype).blocks])
    widths = np.log2(genotype.widths if has_widths else ())
    return np.concatenate([np.log1p(memory), blocks.sum(axis=0), blocks.ravel(), widths])


_MEASURES = (parameter_memory, lifetime_memory, arena_memory)


def _block_features(block: Block) -> list[float]:
    cells = [cell for cell in block if isinstance(cell, Cell)]
    depth = [0]
    for cell in cells:
        depth.append(1 + max(depth[cell.input_1], depth[cell.input_2]))
    operations = Counter(name for cell in cells for name in (cell.operation_1, cell.operation_2))
    return [
        *(operations[name] for name in OPERATIONS),
        len(cells),
        sum(cell.is_output for cell in cells),
        sum(cell.combine == "concat" for cell in cells),
        sum((cell.input_1 == 0) + (cell.input_2 == 0) for cell in cells),
        max(depth),
    ]


def seed_noise(rows: Sequence[Row]) -> Curve:
    """Return how runs of a network differ from the mean over its seeds.

    Args:
        rows: Trained networks, at least one of them under several seeds.

    Returns:
        A curve per run, of shape (runs, epochs), as wide as the noise of single runs.
    """
    differences = []
    for row in rows:
        if len(row.runs) > 1:
            runs = np.array([run.accuracies for run in row.runs])
            # A mean over n runs has followed each of them by a part of its own noise.
            differences.append((runs - runs.mean(axis=0)) * np.sqrt(len(runs) / (len(runs) - 1)))
    if not differences:
        raise ValueError("the table holds no network under several seeds: its noise is unknown")
    return np.concatenate(differences)


def cross_validate(rows: Sequence[Row], template: Template) -> dict[str, float]:
    """Measure how well a surrogate predicts networks that it has not seen.

    Args:
        rows: The trained networks.
        template: The size of the networks.

    Returns:
        Of the accuracy after the last epoch: "r2", "kendall_tau", "rmse", and "noise", the
        standard deviation over seeds; where some networks have widths of their own, how many and
        the "rmse" of those, too.
    """
    genotypes = [from_string(row.genotype) for row in rows]
    reshaped = [is_reshaped(genotype) for genotype in genotypes]
    features = np.array([network_features(one, template, any(reshaped)) for one in genotypes])
    curves = np.array([row.accuracies for row in rows])
    predicted = np.empty(len(rows))
    for seen, unseen in KFold(_FOLDS, shuffle=True, random_state=0).split(features):
        models = _fit(features[seen], curves[seen])
        predicted[unseen] = np.mean([m.predict(features[unseen])[:, -1] for m in models], axis=0)
    true = curves[:, -1]
    squares = float(np.mean((predicted - true) ** 2))
    return {
        "networks": len(rows),
        "r2": 1 - squares / float(np.var(true)),
        "kendall_tau": float(kendalltau(true, predicted).statistic),
        "rmse": squares**0.5,
        "noise": float(np.std(seed_noise(rows)[:, -1])),
        **(_of_reshaped(predicted, true, reshaped) if any(reshaped) else {}),
    }


def _of_reshaped(predicted: Curve, true: Curve, reshaped: Sequence[bool]) -> dict[str, float]:
    squares = (predicted - true)[np.array(reshaped)] ** 2
    return {"with_widths": len(squares), "rmse_with_widths": float(squares.mean()) ** 0.5}


class _Boosted:
    """Gradient-boosted trees for each epoch."""

    def __init__(self, features: Curve, curves: Curve) -> None:
        self._trees = [
            GradientBoostingRegressor(
                n_estimators=200, learning_rate=0.05, subsample=0.7, random_state=0
            ).fit(features, column)
            for column in curves.T
        ]

    def predict(self, features: Curve) -> Curve:
        return np.stack([trees.predict(features) for trees in self._trees], axis=1)


def _fit(features: Curve, curves: Curve) -> tuple[_Boosted, Pipeline]:
    kernel = ConstantKernel() * RBF(_LENGTH_SCALE) + WhiteKernel(0.2)
    process = make_pipeline(
        StandardScaler(), GaussianProcessRegressor(kernel, normalize_y=True, random_state=0)
    )
    return _Boosted(features, curves), process.fit(features, curves)
