"""What is not ours reaches the terminal as text."""

import io
import os
import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from memnas_cli.views.bars import make_bars
from memnas_cli.views.terminal import Console, echo, printable
from tests.helpers.processes import ROOT
from tests.memnas_tf.test_imports import sources

HOSTILE = "\x1b[31mred\x1b[0m [bold]b[/bold] :smile: \x9b2J \r\x07 \u202eltr"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [bold] Ünï 猫 🐈\n\ttext", "plain [bold] Ünï 猫 🐈\n\ttext"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m\x7f\x00\r", r"\x9b31m\x7f\x00\r"),
        ("a\u2028b\u202ec", r"a\u2028b\u202ec"),
        (os.fsdecode(b"caf\xe9.png"), r"caf\xe9.png"),
        ("\ud800", r"\ud800"),
    ],
)
def test_control_characters_are_escaped(text, shown):
    assert printable(text) == shown


@given(st.text(st.characters()))
def test_what_is_shown_can_be_encoded_and_shown_again(text):
    shown = printable(text)
    assert printable(shown) == shown
    assert not {"\x1b", "\x9b", "\r"} & set(shown.encode().decode())


def test_a_line_stays_one(capsys):
    echo("cat\nnot a line of ours", "second")
    assert capsys.readouterr().out == "cat\\nnot a line of ours\nsecond\n"


def drawn(draw, **settings):
    console = Console(file=io.StringIO(), width=400, **settings)
    draw(console)
    return console.file.getvalue()


def table(console):
    table = Table("name", HOSTILE, title=HOSTILE)
    table.add_row("x", HOSTILE)
    console.print(table)


def bars(console):
    with make_bars(console) as bars:
        bars.add_task(HOSTILE, total=None, state=HOSTILE)


def status(console):
    with console.status(HOSTILE) as status:
        console.print(status)
        status.update(HOSTILE)
        console.print(status)


@pytest.mark.parametrize(
    "draw",
    [
        table,
        bars,
        status,
        lambda console: console.say(HOSTILE),
        lambda console: console.print(HOSTILE),
    ],
)
@pytest.mark.parametrize("terminal", [False, True])
def test_the_console_draws_text_and_no_markup(draw, terminal):
    text = drawn(draw, force_terminal=terminal, color_system=None)
    assert "\x1b[31m" not in text
    assert not {"\x9b", "\x07", "\u202e"} & set(text)
    if "red" in text:  # bars that are wiped away leave nothing where there is no terminal
        assert r"\x1b[31mred\x1b[0m [bold]b[/bold] :smile:" in text
    assert terminal is False or "red" in text


def test_logs_and_tracebacks_are_text():
    script = (
        "import logging, sys\n"
        "from memnas_cli.views.terminal import prepare_streams\n"
        "prepare_streams()\n"
        "logging.getLogger('tuner').warning('cannot read %s', sys.argv[1])\n"
        "raise RuntimeError(sys.argv[1])"
    )
    command = [sys.executable, "-c", script, HOSTILE]
    printed = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, check=False).stderr
    assert printed.count(rb"\x1b[31mred") == 2
    assert not {b"\x1b", b"\x07"} & {bytes([byte]) for byte in printed}


def test_nothing_is_printed_in_another_way():
    allowed = {"memnas_cli/views/terminal.py"}
    for path in sources("memnas_cli"):
        text = path.read_text(encoding="utf-8")
        if path.as_posix() not in allowed:
            assert not re.search(r"click\.echo|rich\.console import .*\bConsole\b", text), path
            assert not re.search(r"(?<![\w.])(?<!def )print\(", text), path
