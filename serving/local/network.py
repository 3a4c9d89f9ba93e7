"""A network that tells what images show on this machine, whatever runs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from memnas_tf.preprocessing import Preprocessing
from serving.client.prediction import Prediction
from serving.local.runtimes import Runtime, read_pixels


@dataclass(frozen=True)
class LocalNetwork:
    """A network.

    Attributes:
        path: The file or folder that it was read from.
        runtime_name: What runs it, for people.
        preprocessing: What it was trained with.
        run: What answers for pixels.
    """

    path: Path
    runtime_name: str
    preprocessing: Preprocessing
    run: Runtime

    def predict(self, images: Sequence[Path]) -> Iterator[Prediction]:
        """Tell what images show.

        Args:
            images: JPEG or PNG files of any size.

        Yields:
            A prediction for each, as soon as it is there.

        Raises:
            DataError: If a file is no such image.
        """
        for image in images:
            probabilities = self.run(read_pixels(image, self.preprocessing))
            best = int(probabilities.argmax())
            yield Prediction(
                best, self.preprocessing.labels[best], tuple(map(float, probabilities))
            )
