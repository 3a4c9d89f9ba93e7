"""Write docs/commands.md from the commands themselves: `python -m docs.generate_commands`."""

from __future__ import annotations

import inspect
from pathlib import Path

import click

from memnas_cli.main import main as memnas

PAGE = Path(__file__).with_name("commands.md")
_INTRODUCTION = """# Commands

Made from the program by `python -m docs.generate_commands`; change the text there. `memnas --help`
and `memnas COMMAND --help` print the same. [The tutorial](tutorial.md) uses them in order;
[operations](operations.md) tells what they write, and
[how a shell is made to complete them](operations.md#shell-completion).
"""


def commands_page() -> str:
    """Describe every command.

    Returns:
        The page, in Markdown.
    """
    parent = click.Context(memnas, info_name="memnas", **memnas.context_settings)
    parts = [_INTRODUCTION, *_section(memnas, parent)]
    for name, command in sorted(memnas.commands.items()):
        context = click.Context(command, parent, name, **command.context_settings)
        parts += [f"## memnas {name}\n", *_section(command, context)]
    return "\n".join(parts)


def _section(command: click.Command, context: click.Context) -> list[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    records = [parameter.get_help_record(context) for parameter in command.get_params(context)]
    rows = [f"| `{_cell(left)}` | {_cell(right)} |" for left, right in filter(None, records)]
    return [
        f"    {context.command_path} {usage}\n",
        *_paragraphs(inspect.cleandoc(command.help or "")),
        "\n".join(["| option | meaning |", "| --- | --- |", *rows, ""]),
    ]


def _paragraphs(help_text: str) -> list[str]:
    """Split a help text; make code of what Click leaves as it is typed, which a mark tells."""
    paragraphs = []
    for paragraph in help_text.split("\n\n"):
        lines = paragraph.splitlines()
        if lines[0].strip() == "\b":
            lines = [f"    {line}" for line in lines[1:]]
        paragraphs.append("\n".join(lines) + "\n")
    return paragraphs


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    PAGE.write_text(commands_page(), encoding="utf-8")
