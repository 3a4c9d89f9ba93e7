"""Images as tensorflow_datasets keeps them on disk: encoded, in files of many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import tensorflow as tf
import tensorflow_datasets as tfds
from tensorflow_datasets.core.file_adapters import ADAPTER_FOR_FORMAT

from memnas_tf.data.tfds import check_split

_READ_AT_ONCE = 16  # files
_BLOCK = 16  # images of a file before the next file's turn


@dataclass(frozen=True)
class Records:
    """A split, or a part of one, that is read when it is asked for.

    Attributes:
        count: The number of images.
        files: Of each file its path, how many images to leave out at its begin, and how many to
            read.
        open_file: Reads the records of a file, from its path.
        parse: Makes the bytes of an image file, and its class, of a record.
    """

    count: int
    files: tuple[tuple[str, int, int], ...]
    open_file: Callable[[tf.Tensor], tf.data.Dataset]
    parse: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]]

    def read(self) -> tf.data.Dataset:
        """Read all records in their order.

        Returns:
            Records as they are on disk: scalars, strings.
        """
        return self._rows(tf.range(len(self.files))).flat_map(self._read_file)

    def read_mixed(self, seed: tf.Tensor) -> tf.data.Dataset:
        """Read all records, several files at once, in an order of files that follows from a seed.

        Args:
            seed: Two integers.

        Returns:
            Records as they are on disk: scalars, strings.
        """
        order = tf.random.experimental.stateless_shuffle(tf.range(len(self.files)), seed)
        return self._rows(order).interleave(
            self._read_file,
            cycle_length=min(_READ_AT_ONCE, len(self.files)),
            block_length=_BLOCK,
            num_parallel_calls=tf.data.AUTOTUNE,
            deterministic=True,
        )

    def first(self, count: int) -> Records:
        """Return the first so many of the records, at most as many as there are."""
        files = []
        left = count
        for path, skip, take in self.files:
            if left > 0:
                files.append((path, skip, min(take, left)))
            left -= take
        return replace(self, count=min(count, self.count), files=tuple(files))

    def _rows(self, order: tf.Tensor) -> tf.data.Dataset:
        paths = tf.constant([path for path, _, _ in self.files], tf.string)
        parts = tf.constant([part for _, *part in self.files], tf.int64, (len(self.files), 2))
        return tf.data.Dataset.from_tensor_slices(
            (tf.gather(paths, order), tf.gather(parts, order))
        )

    def _read_file(self, path: tf.Tensor, part: tf.Tensor) -> tf.data.Dataset:
        return self.open_file(path).skip(part[0]).take(part[1])


def find_records(name: str, builder: Any, split: str, first: int, last: int) -> Records:
    """Find the files of a part of a split.

    Args:
        name: The set's name, for messages.
        builder: Its builder, prepared.
        split: Name of the split.
        first: The first image, counted from 0.
        last: The image after the last one, beyond the first.

    Returns:
        The records.

    Raises:
        DataError: There is no such split.
    """
    check_split(name, builder, split)
    info = builder.info
    parts = info.splits[f"{split}[{first}:{last}]"].file_instructions
    image_key, label_key = info.supervised_keys
    decoders = tfds.decode.PartialDecoding(
        {image_key: True, label_key: True},
        decoders={image_key: tfds.decode.SkipDecoding()},
    )
    features = decoders.extract_features(info.features)

    def parse(record: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        example = features.deserialize_example(record, decoders=decoders.decoders)
        return example[image_key], example[label_key]

    return Records(
        count=sum(part.take for part in parts),
        files=tuple((str(part.filename), part.skip, part.take) for part in parts),
        open_file=ADAPTER_FOR_FORMAT[info.file_format].make_tf_data,
        parse=parse,
    )
