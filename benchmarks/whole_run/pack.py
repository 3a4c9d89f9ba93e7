"""Make one small file of a data set, to train on where there is no tensorflow_datasets.

    python -m benchmarks.whole_run.pack --dataset cifar10 --data-dir DIR --to cifar10.npz

Prints its size, and how far its pixels are from those of the set.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks.whole_run.packing import Split, load_packed, save_packed
from memnas_tf.data.loading import load_dataset


def main() -> None:
    """Read the data set, write the file and compare the two."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--dataset", default="cifar10")
    parser.add_argument("--data-dir", help="folder of prepared data sets")
    parser.add_argument("--limit", type=int, help="take so many training images only")
    parser.add_argument("--to", type=Path, required=True, metavar="FILE")
    args = parser.parse_args()
    data = load_dataset(args.dataset, args.data_dir, validation_fraction=0.0, limit=args.limit)
    train = Split(data.train_images, data.train_labels)
    save_packed(args.to, data.name, data.preprocessing, train, Split(*data.load_test()))
    packed = load_packed(args.to).train.images
    error = packed.astype(np.float32) - train.images
    print(
        f"{args.to.stat().st_size / 2**20:.1f} MiB; pixels differ by {np.abs(error).mean():.2f} "
        f"of 255 on average, root mean square {np.sqrt((error**2).mean()):.2f}"
    )


if __name__ == "__main__":
    main()
