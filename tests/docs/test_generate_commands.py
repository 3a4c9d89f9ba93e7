from docs.generate_commands import PAGE, commands_page
from memnas_cli.main import main


def test_the_page_on_commands_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == commands_page(), (
        "write it again: python -m docs.generate_commands"
    )


def test_every_command_and_option_is_on_it():
    page = commands_page()
    for name, command in main.commands.items():
        section = page.split(f"## memnas {name}\n")[1].split("\n## ")[0]
        for parameter in command.params:
            assert parameter.param_type_name == "argument" or parameter.opts[0] in section
