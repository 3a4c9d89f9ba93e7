"""A folder of its own for what a process writes into the temporary folder.

TensorFlow writes the code that it makes of a pipeline's functions there, and deletes it when the
process ends in order. Of a process that is killed the next one deletes what is left.
"""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from functools import cache
from multiprocessing.util import Finalize
from pathlib import Path

from memnas_tf.temporaries import temporary_path


@cache
def use_own_temporary_folder() -> Path | None:
    """Have Python's `tempfile` use a folder of this process, and delete those of dead ones.

    Returns:
        The folder; None where none can be made, and the common one is used.
    """
    held = ExitStack()
    folder = held.enter_context(temporary_path(Path(tempfile.gettempdir())))
    try:
        folder.mkdir(mode=0o700)
    except OSError:  # a full disk, say, which will be told where it matters
        held.close()
        return None
    tempfile.tempdir = str(folder)
    # After the folder that multiprocessing may have made in it, whose priority is -100.
    Finalize(None, held.close, exitpriority=-200)
    return folder
