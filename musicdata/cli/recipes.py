"""Commands for data sets of one's own: recipes, new."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

from musicdata.cli.app import app
from musicdata.cli.options import Json, Set, print_json
from musicdata.cli.output import json_line, say

Copy = Annotated[Path, typer.Argument(metavar="FILE", help="The copy, a .toml file; its data set is called after it.")]
Folder = Annotated[
    Path | None, typer.Option("--folder", help="Where [default: ./NAME for a data set, else this folder].")
]

recipes = typer.Typer(
    name="recipes",
    help="List the recipes that there are, show all that can be set of one, or copy one to change it.",
    short_help="Which data sets there are, what can be set of one; copy one to change it.",
    add_completion=False,
    rich_markup_mode=None,
    invoke_without_command=True,
)
app.add_typer(recipes)


@recipes.callback(invoke_without_command=True)
def listing(context: typer.Context, as_json: Json = False) -> None:
    """List the recipes that there are, or copy one to change it."""
    from musicdata.api.recipes import recipe_names

    if context.invoked_subcommand:
        return
    listed = recipe_names()
    if as_json:
        print_json({"recipes": [dataclasses.asdict(one) for one in listed]})
        return
    widest = max(len(one.name) for one in listed)
    for one in listed:
        verb = "crawl" if one.is_crawled else "build"
        say(f"{one.name:<{widest}}  {one.title} ({', '.join(one.modalities)}; musicdata {verb} {one.name})")
    say("All that can be set of one: musicdata recipes show NAME; what it would make: musicdata plan NAME")
    say("Change one: musicdata recipes copy NAME mine.toml; begin another: musicdata new dataset NAME")


@recipes.command("show", short_help="All that can be set of a recipe, stage by stage.")
def show(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE", help="Recipe to look at.")],
    set_: Set = None,
    as_json: Json = False,
) -> None:
    """List every parameter of a recipe, also those that it does not write out: value, what it may be, what it means."""
    from musicdata.api.recipes import recipe_parameters

    sections = recipe_parameters(name, set_ or ())
    if as_json:
        print_json({"recipe": name, "sections": [dataclasses.asdict(section) for section in sections]})
        return
    for section in sections:
        makes = f" → {', '.join(section.makes)}" if section.makes else ""
        say(f"{section.name}: {section.does}{makes}")
        for one in section.parameters:
            default = "" if one.is_default else f"; {json_line(one.default)} unless it is set"
            say(f"  {one.key} = {json_line(one.value)}  ({one.kind}{default})")
            say(f"      {one.meaning}")
    say(f"Set any of them: --set KEY=VALUE with plan, build or crawl {name}. What that made: musicdata show")


@recipes.command("copy", short_help="Write a copy of a recipe, to change it.")
def copy(
    name: Annotated[str, typer.Argument(metavar="NAME|FILE", help="Recipe to copy.")],
    out: Copy,
    as_json: Json = False,
) -> None:
    """Write a copy of a recipe: change it, and build it by its path."""
    from musicdata.api.recipes import copy_recipe

    path = copy_recipe(name, out)
    if as_json:
        print_json({"recipe": str(path), "copy_of": name})
        return
    say(f"{path} is a copy of {name}. Change it, then: musicdata plan {path}")


@app.command(short_help="Begin a data set, a stage or a view of your own.")
def new(
    kind: Annotated[str, typer.Argument(metavar="dataset|stage|view", help="What to begin.")],
    name: Annotated[str, typer.Argument(help="What it is called: small letters, digits, - and _.")],
    folder: Folder = None,
    reads: Annotated[str, typer.Option("--reads", metavar="TABLE", help="Table that a stage reads.")] = "",
    as_json: Json = False,
) -> None:
    """Write module, contract and test of a data set, a stage or a view of your own; they run as they are."""
    from musicdata.api.new import new as begin

    files = begin(kind, name, folder=folder, reads=reads)
    if as_json:
        print_json({"files": [str(path) for path in files]})
        return
    for path in files:
        say(str(path))
    test = next(path for path in files if path.name.startswith("test_"))
    say(f"Try it: pytest {test}")
