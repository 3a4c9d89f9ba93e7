"""The table of trained networks: its file, and how to read it.

A table is a file of JSON lines. The first names the recipe that all its networks were trained by;
each further one is a network trained under one seed. A line that a kill cut off does not count,
and the next line is written in its place. Any number of processes may write to one file.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any, BinaryIO

from memnas_tf.documents import parse_json, read_text

TABLE = Path(__file__).parent / "results" / "trained_table.jsonl"  # the one of CIFAR-10
ORIGINS = ("random", "grown")
_DIGITS = 4  # Of an accuracy: 5,000 images tell no more apart.


@dataclass(frozen=True)
class Run:
    """A network trained under one seed.

    Attributes:
        genotype: The architecture, as a compact string.
        origin: "random" or "grown".
        seed: Of the initial weights, the order of the images and their augmentation.
        accuracies: On the validation images, from 0 to 1, after every epoch.
        parameter_bytes: Parameter memory.
        lifetime_bytes: The paper's measure of the memory of intermediate results.
        arena_bytes: What the LiteRT interpreter allocates: float32, reference kernels.
        seconds: Wall time of building, training and validating.
        cpu_seconds: Processor time of the same.
    """

    genotype: str
    origin: str
    seed: int
    accuracies: tuple[float, ...]
    parameter_bytes: int
    lifetime_bytes: int
    arena_bytes: int
    seconds: float
    cpu_seconds: float

    def to_line(self) -> str:
        """Write the run as a line of JSON, without the line's end."""
        values = asdict(self)
        values["accuracies"] = [round(accuracy, _DIGITS) for accuracy in self.accuracies]
        values["seconds"] = round(self.seconds, 1)
        values["cpu_seconds"] = round(self.cpu_seconds, 1)
        return json.dumps(values, separators=(",", ":"))

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Run:
        """Read what `to_line` writes, parsed.

        Args:
            values: The line's object.

        Returns:
            The run.
        """
        return cls(**{**values, "accuracies": tuple(values["accuracies"])})


@dataclass(frozen=True)
class Row:
    """A network under all the seeds that it was trained with.

    Attributes:
        runs: One per seed, in ascending order of seed; at least one.
    """

    runs: tuple[Run, ...]

    @property
    def genotype(self) -> str:
        """The architecture, as a compact string."""
        return self.runs[0].genotype

    @property
    def origin(self) -> str:
        """Where it comes from: "random" or "grown"."""
        return self.runs[0].origin

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds that it was trained under."""
        return tuple(run.seed for run in self.runs)

    @property
    def accuracies(self) -> tuple[float, ...]:
        """The validation accuracy from 0 to 1 after every epoch, as the mean over the seeds."""
        return tuple(map(fmean, zip(*(run.accuracies for run in self.runs), strict=True)))

    @property
    def accuracy(self) -> float:
        """The validation accuracy from 0 to 1 after the last epoch, as the mean over the seeds."""
        return self.accuracies[-1]

    @property
    def parameter_bytes(self) -> int:
        """The parameter memory in bytes."""
        return self.runs[0].parameter_bytes

    @property
    def lifetime_bytes(self) -> int:
        """The lifetime memory in bytes."""
        return self.runs[0].lifetime_bytes

    @property
    def arena_bytes(self) -> int:
        """The arena memory in bytes: float32, reference kernels."""
        return self.runs[0].arena_bytes


def load_table(paths: Sequence[str | os.PathLike[str]]) -> list[Row]:
    """Read tables of one recipe and put them together, unfinished ones too.

    Args:
        paths: Files of tables. A network that is there twice under one seed counts once, as the
            first file has it.

    Returns:
        A row per network, in the order of first appearance.

    Raises:
        ValueError: If two tables were made by different recipes, or a line cannot be read.
        OSError: If a file cannot be read.
    """
    recipes = [read_recipe(path) for path in paths]
    for path, recipe in zip(paths, recipes, strict=True):
        check_recipe(os.fspath(path), recipe, recipes[0])
    found: dict[str, dict[int, Run]] = {}
    for path in paths:
        for run in read_runs(path):
            found.setdefault(run.genotype, {}).setdefault(run.seed, run)
    return [Row(tuple(seeds[seed] for seed in sorted(seeds))) for seeds in found.values()]


def read_runs(path: str | os.PathLike[str]) -> Iterator[Run]:
    """Read the runs of one table.

    Args:
        path: The table's file.

    Yields:
        The runs in the order in which they were written.

    Raises:
        ValueError: If a line other than a torn last one cannot be read.
        OSError: If the file cannot be read.
    """
    for values in _read_lines(path)[1:]:
        yield Run.from_json(values)


def read_recipe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read how the networks of a table were trained.

    Args:
        path: The table's file.

    Returns:
        The recipe's settings by name.

    Raises:
        ValueError: If the file is no table.
        OSError: If the file cannot be read.
    """
    lines = _read_lines(path)
    if not lines or "recipe" not in lines[0]:
        raise ValueError(f"{os.fspath(path)} is no table: its first line names no recipe")
    recipe: dict[str, Any] = lines[0]["recipe"]
    return recipe


def check_recipe(name: str, found: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
    """Refuse a table that was made in another way.

    Args:
        name: The table, for the message.
        found: Its recipe.
        wanted: The recipe that it should have.

    Raises:
        ValueError: If the two differ; the message names each difference.
    """
    names = sorted({*found, *wanted})
    differences = [
        f"{key} is {found.get(key)!r}, not {wanted.get(key)!r}"
        for key in names
        if found.get(key) != wanted.get(key)
    ]
    if differences:
        raise ValueError(f"{name} has another recipe: {'; '.join(differences)}")


def open_table(path: Path, recipe: Mapping[str, Any]) -> None:
    """Make a table, or check that one can be continued.

    Args:
        path: The table's file.
        recipe: The recipe that its networks are trained by, as plain values of JSON.

    Raises:
        ValueError: If the table has another recipe.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _locked(path) as file:
        if not _whole_bytes(file):
            _append(file, json.dumps({"recipe": recipe}, separators=(",", ":")))
    check_recipe(str(path), read_recipe(path), json.loads(json.dumps(recipe)))


def append_run(path: Path, run: Run) -> None:
    """Append a run to a table, over the torn last line if there is one.

    Args:
        path: The table's file.
        run: What to append.
    """
    with _locked(path) as file:
        _append(file, run.to_line())


class Claims:
    """Which work is under way, in all processes that write to one table.

    A claim is a lock on one byte of a file beside the table, so that it ends with its process,
    however that ends. Use it in a `with` statement.

    Args:
        path: The table's file.
    """

    def __init__(self, path: Path) -> None:
        self._file = open(path.with_name(f"{path.name}.claims"), "ab")  # noqa: SIM115

    def __enter__(self) -> Claims:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def claim(self, index: int) -> bool:
        """Claim a piece of work.

        Args:
            index: Its place in the work list.

        Returns:
            Whether it is claimed; False if another process has it.
        """
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, index)
        except OSError:
            return False
        return True

    def release(self, index: int) -> None:
        """Give a piece of work back, once its run is in the table.

        Args:
            index: Its place in the work list.
        """
        fcntl.lockf(self._file, fcntl.LOCK_UN, 1, index)


@contextmanager
def _locked(path: Path) -> Iterator[BinaryIO]:
    """Open a file to read and write, by one process at a time."""
    path.touch()
    with open(path, "r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        yield file


def _whole_bytes(file: BinaryIO) -> int:
    """Return where the last whole line of a file ends."""
    file.seek(0)
    return file.read().rfind(b"\n") + 1


def _append(file: BinaryIO, line: str) -> None:
    file.truncate(_whole_bytes(file))
    file.seek(0, os.SEEK_END)
    file.write(line.encode() + b"\n")
    file.flush()
    os.fsync(file.fileno())


def _read_lines(path: str | os.PathLike[str]) -> list[dict[str, Any]]:
    whole, _, _ = read_text(path).rpartition("\n")
    return [parse_json(line) for line in whole.split("\n") if line]
