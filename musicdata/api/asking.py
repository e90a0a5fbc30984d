"""What a command asks of a workspace: its recipe and what was set on top, which the workspace keeps.

    [asked]                                  # at the end of WORK/recipe.toml
    recipe = "musictm"                       # a name, or the path of a recipe's file
    settings = { "ingest.songs.input" = "/home/ada/songs", "window.notes" = 16 }

The next command goes on with them. One that asks for something else says what it would change, and is refused unless
it says `change`. Nothing is written before all of that is settled.
"""

from __future__ import annotations

import contextlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w

from musicdata.api.work import DEFAULT_WORK
from musicdata.definitions import recipe as recipes
from musicdata.definitions.options import Given
from musicdata.engine import changing
from musicdata.engine.state import Source
from musicdata.errors import InputError, IntegrityError, RecipeError, RefusedError, UsageError, WorkspaceHeldError
from musicdata.system import paths
from musicdata.workspace import records
from musicdata.workspace.folder import Workspace

if TYPE_CHECKING:
    from musicdata.definitions.recipe import Recipe
    from musicdata.engine.changing import Change

Overrides = Sequence[str] | Mapping[str, object]
"""``stage.key=value`` texts, or key → value: what `--set` takes on the command line."""

_SHOWN = 8  # changes in a message


@dataclass(frozen=True, slots=True)
class Kept:
    """What a workspace was asked for last.

    Attributes:
        text: of its `recipe.toml`; None where there is none.
        document: what that says; empty where it is damaged.
        run: what `run.json` says of the last run.
    """

    text: bytes | None = None
    document: Mapping[str, Any] = field(default_factory=dict)
    run: object = None

    @classmethod
    def of(cls, workspace: Workspace) -> Kept:
        """Read it; what is damaged is written anew, and until then the stages' own records are what counts."""
        document: dict[str, Any] = {}
        run = None
        with contextlib.suppress(IntegrityError):
            run = records.read(workspace.root / "run.json")
        try:
            text = paths.read_regular(workspace.root / "recipe.toml")
        except (FileNotFoundError, NotADirectoryError):  # a file in the place of the folder is refused as one is made
            return cls(run=run)
        except OSError as error:
            raise InputError(f"{workspace.root / 'recipe.toml'} cannot be read: {error.strerror}") from error
        with contextlib.suppress(ValueError):
            document = tomllib.loads(text.decode())
        return cls(text, document, run)

    @property
    def dataset(self) -> str:
        """Return the name of the data set; "" where nobody knows."""
        return _text(self.document.get("dataset"), "name") or _text(self.run, "dataset")

    @property
    def recipe(self) -> str:
        """Return the name or path of the recipe; "" where nobody knows, as in workspaces of earlier versions."""
        return _text(self.document.get("asked"), "recipe")

    @property
    def settings(self) -> dict[str, Any]:
        """Return key → value of all that was set on top of the recipe."""
        asked = self.document.get("asked")
        settings = asked.get("settings") if isinstance(asked, dict) else None
        return dict(settings) if isinstance(settings, dict) else {}


def _text(table: object, key: str) -> str:
    value = table.get(key) if isinstance(table, dict) else None
    return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a command asks of a workspace, before anything of it is written.

    Attributes:
        workspace: the folder.
        recipe: with every parameter.
        name: name or path of the recipe, as the workspace will keep it.
        settings: key → value of all that is set on top of it, now or before.
        kept: what the workspace was asked for last.
        held: stage → parameters that it was asked for last; None where nothing else is asked for.
    """

    workspace: Workspace
    recipe: Recipe
    name: str
    settings: Mapping[str, Any]
    kept: Kept
    held: changing.Parameters | None

    @property
    def dataset(self) -> str:
        """Return the name of the data set."""
        return self.recipe.dataset.name

    def text(self) -> str:
        """Return the `recipe.toml` that the workspace gets."""
        asked = {"recipe": self.name, "settings": dict(self.settings)}
        return f"{self.recipe.toml()}\n{tomli_w.dumps({'asked': asked})}"

    def changes(self, sources: Mapping[str, Source] | None = None) -> list[Change]:
        """List what it would change of what the workspace was asked for.

        Args:
            sources: stage → what it reads beside tables, if that was hashed already.
        """
        if self.held is None or not changing.is_begun(self.workspace):
            return []
        all_sources = {step.stage.name: Source(step) for step in self.recipe.steps} | dict(sources or {})
        return changing.changes(self.held, self.recipe, self.workspace, all_sources)

    def told(self, changes: Sequence[Change]) -> str:
        """Say in a sentence what changes would change, and what would be rebuilt."""
        more = f", and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
        listed = ", ".join(change.text for change in changes[:_SHOWN])
        stale = changing.rebuilt(self.recipe, self.workspace, changes)
        return f"{listed}{more}; rebuilt would be: {', '.join(stale) or 'nothing'}"

    def require_agreed(self, sources: Mapping[str, Source], *, change: bool) -> None:
        """Refuse to change what a workspace was asked for, unless that is wanted.

        Raises:
            RefusedError: naming each key with its old and new value, and the stages that would be rebuilt.
        """
        changes = [] if change else self.changes(sources)
        if changes:
            command = f"musicdata {'crawl' if self.recipe.is_crawled else 'build'} --work {self.workspace.root}"
            raise RefusedError(
                f"{self.workspace.root} was asked for something else before: {self.told(changes)}. "
                f"To change it, give --change; to go on as before: {command}; or give another --work"
            )

    def require_unchanged(self) -> None:
        """Refuse to go on if another process wrote the workspace's recipe since it was read.

        Raises:
            WorkspaceHeldError: it did.
        """
        if Kept.of(self.workspace).text != self.kept.text:
            raise WorkspaceHeldError(
                f"workspace {self.workspace.root} was given another recipe at this very moment; run the command again"
            )


def ask(
    name: str | Path | None,
    work: str | Path | None = None,
    given: Given | None = None,
    overrides: Overrides = (),
) -> Asked:
    """Read what a command asks for, on top of what the workspace was asked for before; nothing is written.

    Args:
        name: a recipe's name or path; the workspace's own recipe when None.
        work: workspace folder; ``musicdata-work/<data set>`` when None.
        given: short options.
        overrides: ``stage.key=value`` texts, or key → value.

    Raises:
        UsageError: neither is given, or the workspace is another data set's.
        InputError: there is no workspace to go on with.
        RecipeError: no such recipe, stage, key or option.
    """
    if name is None and work is None:
        raise UsageError("which recipe? Give a NAME (musicdata recipes lists them), or the --work of a workspace")
    overrides = override_texts(overrides)
    workspace = Workspace(Path(work) if work is not None else _default(str(name), overrides))
    kept = Kept.of(workspace)
    if name is None:
        return _own(workspace, kept, given, overrides)
    name = str(name)
    known = name if name in recipes.names() else str(Path(name).absolute())
    is_same = known == kept.recipe
    if not is_same and kept.dataset not in ("", dataset := recipes.read_dataset(name).name):
        raise UsageError(f"{workspace.root} holds {kept.dataset}, not {dataset}; give another folder with --work")
    held = None
    if is_same and (overrides or (given or Given()) != Given()):
        held = changing.of_recipe(recipes.load(name, settings=kept.settings))
    resolved = recipes.load(name, overrides, given=given, settings=kept.settings)
    if kept.text is not None and not is_same:
        in_recipe = changing.of_document(kept.document)
        held = in_recipe or changing.of_records(resolved, workspace)
    return Asked(workspace, resolved, known, resolved.settings, kept, held)


def override_texts(overrides: Overrides) -> Sequence[str]:
    """Return overrides as ``stage.key=value`` texts.

    >>> override_texts({"window.notes": 16, "render_sheet.dpi": 150})
    ['window.notes=16', 'render_sheet.dpi=150']
    """
    if isinstance(overrides, Mapping):
        return [f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in overrides.items()]
    return overrides


def _default(name: str, overrides: Sequence[str]) -> Path:
    """Return the folder that is called like the data set, which may be given a name of its own."""
    if not any(text.startswith("dataset.name=") for text in overrides):
        return Path(DEFAULT_WORK, recipes.read_dataset(name).name)
    return Path(DEFAULT_WORK, recipes.load(name, overrides).dataset.name)


def _own(workspace: Workspace, kept: Kept, given: Given | None, overrides: Sequence[str]) -> Asked:
    """Return what is asked for by a command that names no recipe: the workspace's own."""
    root = workspace.root
    if kept.text is None:
        raise InputError(
            f"{root} is no workspace: it has no recipe.toml. Build one with: musicdata build NAME --work {root}"
        )
    try:
        resolved = recipes.load(str(root / "recipe.toml"), overrides, given=given)
    except RecipeError as error:
        if kept.document:
            raise
        raise RecipeError(f"{error}. Name the recipe once more: musicdata build NAME --work {root}") from error
    settings = kept.settings | dict(resolved.settings)
    return Asked(workspace, resolved, kept.recipe, settings, kept, changing.of_document(kept.document))
