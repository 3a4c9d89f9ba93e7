import re
import shlex

import numpy as np
import pytest
from click.testing import CliRunner

from memnas_cli.main import main
from tests.helpers.image_folders import digit_images, write_classes
from tests.helpers.processes import ROOT

PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
# What comes last wins: the page's searches, only smaller.
SMALL = [
    "--max-rounds",
    "1",
    "--trials-per-round",
    "1",
    "--epochs",
    "1",
    "--filters",
    "2",
    "--batch-size",
    "8",
]


def commands():
    """Return the commands of the page, in order."""
    lines = re.findall(r"^    memnas (.+)$", PAGE, re.MULTILINE)
    return [shlex.split(line) for line in lines]


def write_photos(folder):
    """Make the page's folder of the first two digits, in colour and of different sizes."""
    for split in ("train", "test"):
        digits = digit_images(classes=2, per_class=12)
        for name, label in (("cat", "0"), ("dog", "1")):
            images = [
                image.convert("RGB").resize((20 + number, 20))
                for number, image in enumerate(digits[label], 1)
            ]
            write_classes(folder / split, {name: images}, suffix="jpg")
            for number, path in enumerate(sorted((folder / split / name).iterdir()), 1):
                path.rename(path.with_name(f"{number:04}.jpg"))


def test_the_tutorial_goes_from_a_search_to_an_export():
    assert [words[0] for words in commands()][:2] == ["search", "status"]
    assert [words[0] for words in commands()][-1] == "export"


@pytest.mark.slow
def test_the_tutorial_can_be_typed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_photos(tmp_path / "photos")
    for words in commands():
        small = SMALL if words[0] == "search" else []
        result = CliRunner().invoke(main, [*words, *small])
        assert result.exit_code == 0, (words, result.output)
    assert (tmp_path / "memory.png").read_bytes().startswith(b"\x89PNG")
    names = {path.name for path in (tmp_path / "searches").iterdir()}
    assert names == {"photos", "accurate"}
    code = re.search(r"^```python\n(.+?)^```", PAGE, re.DOTALL | re.MULTILINE)
    scope = {}
    exec(compile(code[1], "tutorial.md", "exec"), scope)
    assert scope["answer"]["label"].numpy()[0].decode() in ("cat", "dog")
    assert np.isclose(scope["answer"]["probabilities"].numpy().sum(), 1)
