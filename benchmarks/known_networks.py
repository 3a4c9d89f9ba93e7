"""Write the file of known networks that the package ships, from tables of trained networks.

    python -m benchmarks.known_networks

It holds each network's accuracy, as the mean over its seeds, and their size.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.table import TABLE, load_table
from benchmarks.table_training import table_template
from memnas_tf.files import write_text
from tuner.ranking.known_networks import FILE

_DIGITS = 4


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--tables", nargs="+", type=Path, default=[TABLE])
    parser.add_argument("--file", type=Path, default=FILE)
    args = parser.parse_args()
    document = {
        "template": asdict(table_template(args.tables[0])),
        "accuracies": {
            row.genotype: round(row.accuracy, _DIGITS) for row in load_table(args.tables)
        },
    }
    write_text(args.file, json.dumps(document, indent=0) + "\n")


if __name__ == "__main__":
    main()
