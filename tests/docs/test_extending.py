"""The page on adding from outside: what it shows runs, and what it promises holds."""

import re

from tests.docs.test_snippets import snippets
from tests.helpers.processes import ROOT, run_python

CHECKS = """
import json
import sys
from pathlib import Path

import numpy as np
from memnas_tf import arena_memory, draw_genotype, lifetime_memory, parameter_memory

from memnas_tf.genotype import decode, encode
from memnas_tf.litert.conversion import convert
from memnas_tf.litert.interpreter import measured_places, outputs_of
from memnas_tf.memory import mac_count, memory_target
from memnas_tf.preprocessing import Preprocessing
from serving.verification import verify_version

folder = Path(sys.argv[1])
# Grown and counted: as search.moves did, and Equation 1 with its |L| above.
grown = {trial.kind for entry in search.rounds for trial in entry.trials if "c5" in trial.genotype}
assert "grow" in grown, grown
# Measured.
assert lifetime_memory(network, template) > 0 and mac_count(network, template) > 0
assert decode(encode(network, 2)) == network
# Drawn.
draw_genotype(network, folder / "network.png")
# Converted: the arena is what the interpreter allocates, the answers are the network's.
content = convert(model)
image = np.random.default_rng(0).normal(size=(1, 16, 16, 3)).astype("float32")
np.testing.assert_allclose(outputs_of(content, image), model(image), atol=1e-5)
assert measured_places(content).end == arena_memory(network, template)
# Exported: as a SavedModel that passes its checks, and in the format from outside.
preprocessing = Preprocessing((16, 16, 3), (0.0,) * 3, (1.0,) * 3, tuple("0123456789"))
job = ExportJob(model, preprocessing, folder / "served")
served = export_network("saved-model", job).path
assert {one.status for one in verify_version(served)} <= {"ok", "not run"}
assert export_network("numpy", ExportJob(model, preprocessing, folder / "numpy")).path.name == "1"
with np.load(folder / "numpy" / "1" / "weights.npz") as arrays:
    assert sum(array.size for array in arrays.values()) == model.count_params()
# And by the command, which takes the name, with images where the format asks for them.
def export_count(job):
    with publish(job.directory, next_version(job.directory)) as version:
        (version / "images.txt").write_text(str(len(job.images.train_images)))
    return NumpyExport(Path(job.directory) / "2")


register_format("count", ExportFormat("for nobody", export_count))
from click.testing import CliRunner
from memnas_cli.main import main
small = cifar_template((8, 8, 1), classes=10, filters=4)
trained = folder / "model.keras"
build_network(network, small).save(trained)
Preprocessing((8, 8, 1), (0.0,), (1.0,), tuple("0123456789")).save(folder / "preprocessing.json")
to = ["--to", str(folder / "cli")]
for name, extra in (("numpy", []), ("count", ["--dataset", "digits", "--data-dir", str(folder)])):
    result = CliRunner().invoke(main, ["export", str(trained), "--format", name, *to, *extra])
    assert result.exit_code == 0, result.output
assert sorted(path.name for path in (folder / "cli").iterdir()) == ["1", "2"]
assert int((folder / "cli" / "2" / "images.txt").read_text()) > 1000
# Searched for on the device from outside, by its exact RAM and flash.
target = memory_target(device=str(folder / "board.toml"))
needs = target.measure(network, template)
assert (target.max_ram, target.max_flash) == (98_304, 393_216)
assert 0 < needs.ram_bytes <= target.max_ram and needs.fits
print(json.dumps(sorted({trial.kind for entry in search.rounds for trial in entry.trials})))
"""


def test_all_of_it_runs_and_what_is_from_outside_is_used_everywhere(tmp_path):
    """In a process of its own: what is registered stays."""
    text = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")
    board = next(
        toml for toml in re.findall(r"^```toml\n(.+?)^```", text, re.S | re.M) if "ram" in toml
    )
    (tmp_path / "board.toml").write_text(board)
    code = "\n".join([*snippets("extending.md"), CHECKS])
    assert "combination" in run_python(code, str(tmp_path))
    assert (tmp_path / "network.png").exists()
