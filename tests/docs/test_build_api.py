import pytest

from tests.helpers.processes import run_python


@pytest.mark.slow
def test_the_api_reference_builds_without_a_warning(tmp_path):
    # Its own process: it puts into packages what they import when it is first used.
    run_python(
        "import sys; from pathlib import Path; from docs.build_api import build;"
        "build(Path(sys.argv[1]))",
        str(tmp_path),
    )
    assert "find_images" in (tmp_path / "memnas_tf/data/image_folder.html").read_text()
    assert "build_network" in (tmp_path / "memnas_tf.html").read_text()
    assert (tmp_path / "tuner/oracle.html").exists()
