"""The dataset card: `README.md` of a release, in which every number is computed from its files and its record."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from musicdata.definitions import contract as contracts
from musicdata.definitions import recipe as recipes
from musicdata.release.description.card.facts import Facts
from musicdata.release.description.card.figures import measure
from musicdata.release.description.card.markdown import FILTERS, show
from musicdata.release.record import configs, layout
from musicdata.system import paths

if TYPE_CHECKING:
    from musicdata.release.record.layout import Record

MOST_LINES = 20
"""How many stale lines `check` lists at most."""


def render(root: Path, record: Record) -> str:
    """Return the card of the release at `root`.

    Its data files, contracts and recipe must be there; of the record, what it says of files and sizes is not believed.

    Raises:
        IntegrityError: a data file cannot be read.
        ContractError: a contract cannot be read.
        RecipeError: the recipe cannot be read.
    """
    there = sorted(path.name for path in paths.inside(root, layout.CONTRACTS).glob("*.toml"))
    table_contracts = [contracts.read(paths.inside(root, f"{layout.CONTRACTS}/{name}")) for name in there]
    described = {contract.name: contract for contract in table_contracts}
    figures = [measure(root, config) for config in configs.of_release(record, described)]
    facts = Facts(record, recipes.read_head(str(paths.inside(root, layout.RECIPE))), described, figures)
    return _environment().get_template("card.md.j2").render(facts=facts, record=record)


def check(root: Path) -> list[str]:
    """List the lines of the card that are not what the release's files say, as a unified diff, at most twenty.

    Raises:
        InputError: there is no release at `root`.
        IntegrityError: a data file cannot be read.
    """
    record = layout.read_record(root)
    try:
        there = paths.read_inside(root, layout.CARD)
    except FileNotFoundError:
        return [f"there is no {layout.CARD}"]
    computed = render(root, record)
    if there == computed.encode():
        return []
    before = there.decode("utf-8", errors="replace").splitlines()
    lines = list(difflib.unified_diff(before, computed.splitlines(), n=0, lineterm=""))[2:]
    changed = [line for line in lines if not line.startswith("@@")]
    return changed[:MOST_LINES] or [f"{layout.CARD} differs in its line ends"]


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - it makes Markdown: `finalize` escapes every value for that
        finalize=show,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(FILTERS)
    return environment
