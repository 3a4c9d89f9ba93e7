import subprocess
import sys

from docs.generate_commands import PAGE, commands_page
from memnas_cli.main import main


def test_the_page_on_commands_is_up_to_date():
    # In a process of its own: Click keeps a command's help option as it was first asked for,
    # which other tests do without the command's parent, and so without `-h`.
    program = "from docs.generate_commands import commands_page; print(commands_page(), end='')"
    page = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert PAGE.read_text(encoding="utf-8") == page, (
        "write it again: python -m docs.generate_commands"
    )


def test_every_command_and_option_is_on_it():
    page = commands_page()
    for name, command in main.commands.items():
        section = page.split(f"## memnas {name}\n")[1].split("\n## ")[0]
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or parameter.opts[0] in section
