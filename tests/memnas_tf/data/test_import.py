"""The package itself is light."""

from __future__ import annotations

import subprocess
import sys


def test_importing_the_package_leaves_tensorflow_out() -> None:
    code = "import sys, memnas_tf.data; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
