"""The page of all commands, made from the commands themselves: python -m tests.commands_page > docs/commands.md."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer.main

from musicdata import cli, errors

COMMAND: Any = typer.main.get_command(cli.app)
TASKS = {
    "Before anything runs": ["doctor", "recipes", "plan"],
    "Make a data set": ["build", "crawl", "retry"],
    "See how it stands, look at it": ["status", "info", "show", "view", "report"],
    "Prove that it is right": ["check", "validate"],
    "Use it": ["search", "describe", "caption", "export"],
    "Release it, and what others released": ["release"],
    "Begin something of your own": ["new"],
}
HEAD = """# Which command for what

Made from the commands themselves (`python -m tests.commands_page > docs/commands.md`). Every command has `--help`; those marked ☆ print one JSON object with `--json`, also when they fail. In Python the same are functions of
`musicdata`, with the options as arguments.
"""
EXIT_CODES = """## Exit codes

| code | what it means | what a script does |
| --- | --- | --- |
| 0 | done | goes on |
| 1 | something was found: in rows, in a release, by a check | reads what was said, mends the data |
| 2 | the command, a name, a key or the input cannot mean anything as given | mends the command |
| 3 | partial: what is done is kept | runs the same command again, later if a time is said |
| 4 | something on this machine is missing, or the gate, rights or versions forbid it | does what the message says |
| 5 | another process writes this workspace | waits |
| 130 | interrupted by Ctrl-C; what is done is kept | runs the same command again |

In Python they are the `exit_code` of the exceptions, all of which are `musicdata.MusicdataError`:

```text
"""


def leaves(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the commands below one, each with the words that call it; a group that does something itself too."""
    below = getattr(command, "commands", {})
    if not below or command.invoke_without_command:
        yield words, command
    for name, each in below.items():
        yield from leaves(each, (*words, name))


def argument(param: Any) -> str:
    """Return how an argument stands in a command line."""
    name = param.metavar or param.name.upper()
    return name if param.required or name.startswith("[") else f"[{name}]"


def row(words: tuple[str, ...], command: Any) -> str:
    """Return the table's row of a command."""
    arguments = [argument(param) for param in command.params if param.param_type_name == "argument"]
    options = [max(param.opts, key=len) for param in command.params if param.param_type_name == "option"]
    marked = " ☆" if "--json" in options else ""
    listed = " ".join(f"`{option}`" for option in options if option not in ("--help", "--json")) or "–"
    about = (command.help or "").split("\n\n")[0].replace("\n", " ").replace("|", "\\|")
    called = " ".join(("musicdata", *words, *arguments)).replace("|", "/")  # a bar would end the cell
    return f"| `{called}`{marked} | {about} | {listed} |"


def tree_of_errors() -> str:
    """Return the tree that the module of errors draws of itself."""
    return inspect.cleandoc(errors.__doc__ or "").split("\n\n")[1]


def markdown() -> str:
    """Return the page."""
    parts = [HEAD]
    for task, names in TASKS.items():
        known = [name for name in names if name in COMMAND.commands]
        rows = [row(words, each) for name in known for words, each in leaves(COMMAND.commands[name], (name,))]
        parts.append("\n".join([f"## {task}\n", "| command | does | options |", "| --- | --- | --- |", *rows, ""]))
    return "\n".join([*parts, EXIT_CODES + tree_of_errors() + "\n```"])


if __name__ == "__main__":
    print(markdown())
