"""Train a grown network on CIFAR-10, for its export to be measured.

    python -m benchmarks.trained_winner --data-dir DIR --to winner
    memnas export winner/model.keras --format litert --dataset cifar10 --data-dir DIR --to devices

It is the best grown network of the table of trained networks, in the table's template and trained
by its recipe, but longer and on all of the training split that is not held out.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

# Of the 32 runs that benchmarks/results/trained_table.jsonl held, the grown one of the highest
# validation accuracy. It stands here as the table goes on growing and figures have to be remade.
GROWN = "3x0c3+0mp=,0d5:0ap=,0ap:1c3=,0d3:3d5=,0f7+2a3="
TRAIN_IMAGES, VALIDATION_IMAGES = 45_000, 5_000
EPOCHS = 6


def main() -> None:
    """Write the trained model and its preprocessing."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data-dir", help="folder of prepared data sets")
    parser.add_argument("--epochs", type=int, default=EPOCHS, help="over the training images")
    parser.add_argument("--to", type=Path, required=True, help="folder for the model")
    arguments = parser.parse_args()

    from benchmarks.table_training import Recipe, Trainer
    from benchmarks.table_work import Work
    from memnas_tf.genotype import from_string
    from memnas_tf.preprocessing import PREPROCESSING_FILE

    genotype = from_string(GROWN)
    recipe = Recipe(
        train_images=TRAIN_IMAGES, validation_images=VALIDATION_IMAGES, epochs=arguments.epochs
    )
    data = recipe.load(arguments.data_dir)
    print(f"training {GROWN} for {recipe.epochs} epochs", flush=True)
    started = time.process_time()
    model, accuracies = Trainer(recipe, data).fit(Work(genotype, "grown", genotype.slots, 0))
    arguments.to.mkdir(parents=True, exist_ok=True)
    data.preprocessing.save(arguments.to / PREPROCESSING_FILE)
    model.save(arguments.to / "model.keras")
    print(
        f"validation accuracy {100 * accuracies[-1]:.2f} %, "
        f"{time.process_time() - started:.0f} s of processor time"
    )


if __name__ == "__main__":
    main()
