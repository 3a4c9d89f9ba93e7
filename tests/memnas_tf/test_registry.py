"""Things by name, those of others included."""

import pytest

from memnas_tf.errors import ConfigError
from memnas_tf.registry import Registry
from tests.helpers.processes import run_python


def make():
    def check(name, thing):
        if not isinstance(thing, int):
            raise ConfigError(f"{name} is no number")

    return Registry("number", {"one": 1, "two": 2}, check)


def test_what_is_registered_comes_last_and_is_found():
    numbers = make()
    numbers.register("three", 3)
    assert dict(numbers) == {"one": 1, "two": 2, "three": 3}
    assert numbers.require("three") == 3


def test_the_same_thing_twice_is_fine():
    numbers = make()
    numbers.register("one", 1)
    assert len(numbers) == 2


@pytest.mark.parametrize(
    ("name", "thing", "message"),
    [
        ("one", 7, "there is a number 'one' already"),
        ("three", "3", "three is no number"),
        ("a,b", 3, "'a,b' is no name"),
        ("", 3, "'' is no name"),
        (3, 3, "3 is no name"),
    ],
)
def test_what_cannot_be_added_is_refused(name, thing, message):
    numbers = make()
    with pytest.raises(ConfigError, match=message):
        numbers.register(name, thing)
    assert dict(numbers) == {"one": 1, "two": 2}


def test_an_unknown_name_is_refused_with_those_that_there_are():
    with pytest.raises(ConfigError, match="unknown number 'four'; use one of one, two"):
        make().require("four")


def install(folder, value, module):
    """Lay out what pip installs: a module, and its entry point."""
    info = folder / "guests-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: guests\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[memnas_tf.metrics]\nlast = {value}\n")
    (folder / "guests.py").write_text(module)


LOOK = "import sys; sys.path.insert(0, {folder!r})\nfrom memnas_tf.metric import METRICS\n{rest}"


def test_an_installed_package_adds_by_its_entry_point(tmp_path):
    install(tmp_path, "guests:last", "def last(measured, *others): return [1.0 for _ in measured]")
    code = LOOK.format(folder=str(tmp_path), rest="print(list(METRICS), METRICS['last']([2]))")
    assert run_python(code) == "['scaled', 'relative', 'last'] [1.0]"


def test_a_package_that_cannot_be_imported_is_named(tmp_path):
    install(tmp_path, "guests:last", "raise RuntimeError('no such year')")
    rest = "try: list(METRICS)\nexcept ValueError as error: print(error)"
    assert run_python(LOOK.format(folder=str(tmp_path), rest=rest)) == (
        "the installed package 'guests' cannot add the metric 'last' (no such year); mend or "
        "uninstall it"
    )
