"""Recipes: `pipelines/<data set>.toml` → a list of stages with resolved parameters."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tomli_w
from pydantic import BaseModel, ValidationError

from musicdata.definitions import contract as contracts
from musicdata.definitions import options as short_options
from musicdata.definitions import overrides as keys
from musicdata.definitions import own_input, plugins, shipped
from musicdata.definitions import stage as stages
from musicdata.definitions import suite as suites
from musicdata.definitions.head import Crawl, Dataset, Head, PluginTable, Releases, Validate
from musicdata.definitions.options import Given, Options
from musicdata.definitions.plugins import Plugins
from musicdata.errors import RecipeError
from musicdata.system import paths
from musicdata.wording import as_table, choice, invalid, listed, meant

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


_KEPT = "recipe.toml"
_DATASET = "name, title and modalities"


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a recipe with its parameters."""

    stage: stages.Stage[Any]
    parameters: stages.Parameters


@dataclass(frozen=True, slots=True, repr=False)
class Recipe:
    """A data set's stages in the order they run.

    Attributes:
        dataset: name, title and modalities.
        steps: each stage with its parameters.
        validate: how it is validated; None where it is not.
        release: what a release of it holds; None where it says nothing of that.
        crawl: how services are called; None where none are.
        plugins: modules and contracts that it adds.
        options: what the short options set.
        settings: key → value of all that was set on top of what the recipe's file says.
    """

    dataset: Dataset
    steps: tuple[Step, ...]
    validate: Validate | None = None
    release: Releases | None = None
    crawl: Crawl | None = None
    plugins: Plugins = field(default_factory=Plugins)
    options: Options = field(default_factory=Options)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<Recipe {self.dataset.name}: {', '.join(step.stage.name for step in self.steps)}>"

    def _repr_html_(self) -> str:
        rows = [(step.stage.name, step.stage.verb, ", ".join(step.stage.outputs)) for step in self.steps]
        return as_table(("stage", "what it does", "tables"), rows, self.dataset.title)

    @property
    def is_crawled(self) -> bool:
        """Say whether some of its stages call services."""
        return any(step.stage.network for step in self.steps)

    @property
    def head(self) -> Head:
        """Return what the recipe says about the data set, apart from how it is made."""
        split_by = next((s.stage.name for s in self.steps if "split" in s.stage.parameters.model_fields), "")
        return Head(self.dataset, self.release, self.validate, split_by)

    def toml(self) -> str:
        """Return the recipe with every parameter written out, readable as a recipe again."""
        head = self.dataset.model_dump(mode="json")
        # TOML has no word for None, which is what a parameter is that nobody sets.
        body = [{"use": s.stage.name} | s.parameters.model_dump(mode="json", exclude_none=True) for s in self.steps]
        parts = {
            "crawl": self.crawl and self.crawl.model_dump(mode="json", exclude_none=True),
            "validate": self.validate and self.validate.document(),
            "release": self.release and self.release.model_dump(mode="json", exclude_none=True),
        }
        tail = {name: part for name, part in parts.items() if part}
        document = self.options.document()
        options = {"options": document} if document else {}
        return tomli_w.dumps({"dataset": head} | self._plugins() | options | {"stage": body} | tail)

    def _plugins(self) -> dict[str, Any]:
        """Return `[plugins]` as it is written; nothing where there are none."""
        table: dict[str, Any] = {}
        if self.plugins.modules:
            table["modules"] = [str(plugin.path) for plugin in self.plugins.modules]
        if self.plugins.manifests:
            table["manifests"] = str(self.plugins.manifests)
        return {"plugins": table} if table else {}

    def portable(self) -> Recipe:
        """Return the recipe without the paths of this machine: where input lies says nothing of what it holds."""
        steps = tuple(Step(s.stage, s.parameters.model_copy(update=_elsewhere(s))) for s in self.steps)
        modules = tuple(replace(plugin, path=Path(plugin.name)) for plugin in self.plugins.modules)
        return replace(self, steps=steps, plugins=Plugins(modules), options=self.options.portable())

    def tables(self) -> list[str]:
        """List the tables the recipe makes, in order."""
        return [table for step in self.steps for table in step.stage.outputs]


def _elsewhere(step: Step) -> dict[str, str]:
    """Return the parameters that hold a path of this machine, emptied."""
    values = {name: str(getattr(step.parameters, name)) for name in step.stage.location_parameters}
    return {name: "" for name, value in values.items() if Path(value).is_absolute()}


def names() -> list[str]:
    """List the recipes that ship with musicdata and with installed packages."""
    return sorted(shipped.files("pipelines"))


def load(
    name_or_path: str,
    overrides: Sequence[str] = (),
    *,
    given: Given | None = None,
    settings: Mapping[str, Any] | None = None,
    is_foreign: bool = False,
) -> Recipe:
    """Read a recipe by name or by path; apply settings, then the options that are given, then overrides.

    Values of overrides are TOML; what is not TOML is taken as text. The plug-ins it names are imported and are, from
    then on, those that this process works with.

    Args:
        name_or_path: name of a recipe that is known, or path of a `.toml` file.
        overrides: ``stage.key=value`` texts.
        given: options that its `[options]` say the meaning of.
        settings: key → value, as a workspace keeps them; those of stages that the recipe does not have are left out.
        is_foreign: it is somebody else's, as in a release: none of its plug-ins is imported.

    Raises:
        RecipeError: no such recipe, not TOML, an unknown stage or key, a value out of range, an option that it does
            not have, or a plug-in that cannot be imported.
    """
    document = _document(name_or_path)
    added = Plugins() if is_foreign else _plugins(name_or_path, document)
    if not is_foreign:
        plugins.activate(added)
    try:
        entries = [dict(entry) for entry in document["stage"]]
    except (KeyError, TypeError, ValueError) as error:
        raise RecipeError(f'recipe {name_or_path}: needs [[stage]] tables, each with use = "STAGE"') from error
    own = {name: dict(document[name]) for name in keys.SETTABLE if isinstance(document.get(name), dict)}
    document |= own  # what is set there changes nothing that was read
    inputs = short_options.read(name_or_path, document).input if name_or_path in names() else ()
    before = own_input.values_of(inputs, entries)
    changed = [key for key, value in (settings or {}).items() if keys.put(key, value, entries, document)]
    options, given_keys = _options(name_or_path, document, entries, given or Given())
    changed += [*given_keys, *(keys.override(override, entries, document) for override in overrides)]
    dataset = _dataset(name_or_path, document)
    is_other_input = own_input.is_other(before, own_input.values_of(inputs, entries))
    steps = tuple(_step(entry) for entry in entries)
    if not is_foreign:
        steps = tuple(map(_located, steps))
    _check_order(dataset.name, steps)
    release = _releases(name_or_path, document)
    made = {table for step in steps for table in step.stage.outputs}
    if release and release.complete not in made:
        raise RecipeError(
            f"recipe {name_or_path}: [release] names {release.complete}, a table that no stage of it makes"
            f"{meant(release.complete, made)}"
        )
    if is_other_input:
        dataset, release = own_input.unstated(dataset, release, changed)
    crawl = _crawl(name_or_path, document, steps)
    validate = _read_validate(name_or_path, document) if is_foreign else _validate(name_or_path, document, steps)
    recipe = Recipe(dataset, steps, validate, release, crawl, added, options)
    return replace(recipe, settings=dict(_values(changed, recipe)))


def _located(step: Step) -> Step:
    """Return a stage with the paths of its input absolute, so that they hold wherever the next command is run."""
    given = {name: getattr(step.parameters, name) for name in step.stage.location_parameters}
    there = {name: path for name, path in given.items() if path and isinstance(path, str) and Path(path).exists()}
    absolute = {name: str(Path(path).absolute()) for name, path in there.items()}
    return Step(step.stage, step.parameters.model_copy(update=absolute)) if absolute else step


def _values(names: Sequence[str], recipe: Recipe) -> Iterator[tuple[str, Any]]:
    """Yield each of these keys with the value that the recipe has of it, as JSON values."""
    tables: dict[str, Any] = {step.stage.name: step.parameters.model_dump(mode="json") for step in recipe.steps}
    sections = {"crawl": recipe.crawl, "dataset": recipe.dataset, "release": recipe.release}
    tables |= {name: part.model_dump(mode="json", exclude_none=True) if part else {} for name, part in sections.items()}
    for key in names:
        table = max((name for name in tables if key.startswith(f"{name}.")), key=len)
        value = tables[table]
        for part in key.removeprefix(f"{table}.").split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value is not None:
            yield key, value


def _options(
    name: str, document: dict[str, Any], entries: list[dict[str, Any]], given: Given
) -> tuple[Options, list[str]]:
    """Read `[options]` and set what the given ones say; return the keys that were set, too."""
    options = short_options.read(name, document)
    used = {str(entry.get("use")): stages.find(str(entry.get("use"))) for entry in entries}
    options.require_keys(name, used)
    changed = []
    for key, value in options.settings(name, given, used):
        if not keys.put(key, value, entries, document):
            raise RecipeError(f"recipe {name}: [options] names {key!r}, and there is no [crawl]")
        changed.append(key)
    return options, changed


def _plugins(name_or_path: str, document: dict[str, Any]) -> Plugins:
    """Import what a recipe names under `[plugins]`; a folder of contracts beside a recipe needs no naming."""
    try:
        table = PluginTable(**document.get("plugins", {}))
    except (TypeError, ValidationError) as error:
        raise _wrong(name_or_path, "plugins", error, PluginTable) from error
    if name_or_path in names() and "plugins" not in document:
        return Plugins()
    beside = _path(name_or_path).absolute().parent
    manifests = beside / table.manifests
    modules = [beside / name for name in table.modules]
    added = plugins.load(modules, manifests if manifests.is_dir() else None)
    if not manifests.is_dir() and "manifests" in document.get("plugins", {}):
        raise RecipeError(f"recipe {name_or_path}: [plugins] manifests: {manifests} is no folder")
    return added


def text_of(name_or_path: str) -> str:
    """Return a recipe as it is written.

    Raises:
        RecipeError: there is no such recipe.
    """
    _document(name_or_path)
    return _text(_path(name_or_path))


def load_kept(work: Path) -> Recipe:
    """Read the recipe that a workspace keeps, with every parameter written out.

    Raises:
        RecipeError: it is damaged, or a plug-in of it cannot be imported; the message says what writes it anew.
    """
    path = work / _KEPT
    try:
        return load(str(path))
    except RecipeError as error:
        raise RecipeError(
            f"{error}. If {path} is damaged: the command that built the workspace (musicdata build NAME --work {work}) "
            "writes it anew and keeps its tables"
        ) from error


def read_dataset(name_or_path: str) -> Dataset:
    """Read only the head of a recipe; its stages may be those of another version.

    Raises:
        RecipeError: no such recipe, not TOML, or without a head.
    """
    return _dataset(name_or_path, _document(name_or_path))


def read_head(name_or_path: str) -> Head:
    """Read what a recipe says about the data set; its stages may be those of another version.

    Raises:
        RecipeError: no such recipe, not TOML, or without a head.
    """
    document = _document(name_or_path)
    entries = [entry for entry in document.get("stage", ()) if isinstance(entry, dict)]
    return Head(
        _dataset(name_or_path, document),
        _releases(name_or_path, document),
        _read_validate(name_or_path, document),
        next((str(entry.get("use")) for entry in entries if "split" in entry), ""),
    )


def _dataset(name_or_path: str, document: dict[str, Any]) -> Dataset:
    try:
        return Dataset(**document["dataset"])
    except KeyError as error:
        raise RecipeError(f"recipe {name_or_path}: needs a [dataset] with {_DATASET}") from error
    except (TypeError, ValidationError) as error:
        raise _wrong(name_or_path, "dataset", error, Dataset) from error


def _read_validate(name: str, document: dict[str, Any]) -> Validate | None:
    """Return what `[validate]` says; its suite may be one that is not here."""
    if "validate" not in document:
        return None
    given = document["validate"]
    if not isinstance(given, dict) or not isinstance(given.get("task", ""), str):
        raise RecipeError(f"recipe {name}: [validate] is wrong: expected a table, its task a text, got {given!r}")
    return Validate(given.get("task", suites.FIRST), {key: given[key] for key in given if key != "task"})


def _validate(name: str, document: dict[str, Any], steps: tuple[Step, ...]) -> Validate | None:
    given = _read_validate(name, document)
    if given is None:
        return None
    try:
        settings = suites.settings_of(given.task, given.settings)
    except RecipeError as error:
        raise RecipeError(f"recipe {name}: [validate] {error}") from error
    made = {table for step in steps for table in step.stage.outputs}
    for path in settings.columns():
        table = path.partition(".")[0]
        columns = [f"{table}.{column.name}" for column in contracts.load(table).columns] if table in made else made
        if path not in columns:
            near = meant(path if table in made else table, columns)
            raise RecipeError(f"recipe {name}: [validate] names {path}, a column that no stage of it makes{near}")
    return Validate(given.task, settings.model_dump(mode="json", exclude_none=True))


def _releases(name: str, document: dict[str, Any]) -> Releases | None:
    if "release" not in document:
        return None
    try:
        return Releases(**document["release"])
    except (TypeError, ValidationError) as error:
        raise _wrong(name, "release", error, Releases) from error


def _crawl(name: str, document: dict[str, Any], steps: tuple[Step, ...]) -> Crawl | None:
    called = sorted({service for step in steps if step.stage.network for service in step.stage.network.services})
    if not called and "crawl" not in document:
        return None
    try:
        crawl = Crawl(**document.get("crawl", {}))
    except (TypeError, ValidationError) as error:
        raise _wrong(name, "crawl", error, Crawl) from error
    if missing := [service for service in called if service not in crawl.budgets]:
        raise RecipeError(f"recipe {name}: [crawl.budgets] says nothing of {', '.join(missing)}")
    return crawl


def _wrong(name: str, table: str, error: Exception, model: type[BaseModel]) -> RecipeError:
    """Return the error for a table of a recipe that its model refuses, or that is no table at all."""
    if isinstance(error, ValidationError):
        return RecipeError(f"recipe {name}: [{table}] is wrong: {invalid(error, model)}")
    return RecipeError(f"recipe {name}: [{table}] is wrong: it is no table; it knows {listed(model.model_fields)}")


def _path(name_or_path: str) -> Path:
    """Return the file of a recipe."""
    if name_or_path in names():
        return shipped.files("pipelines")[name_or_path]
    if not name_or_path.endswith(".toml"):
        raise RecipeError(
            f"no recipe is called {name_or_path!r}{choice(name_or_path, names())}, or give the path of a .toml file"
        )
    return Path(name_or_path)


def _document(name_or_path: str) -> dict[str, Any]:
    path = _path(name_or_path)
    try:
        return tomllib.loads(_text(path))
    except OSError as error:
        raise RecipeError(f"recipe {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"recipe {path} is not TOML: {error}") from error


def _text(path: Path) -> str:
    return paths.read_regular(path, follow=True).decode("utf-8")


def _step(entry: dict[str, Any]) -> Step:
    if "use" not in entry:
        raise RecipeError(f'a [[stage]] has no use = "STAGE"; its keys are {listed(entry)}')
    stage = stages.find(str(entry["use"]))
    try:
        return Step(stage, stage.parameters(**{key: value for key, value in entry.items() if key != "use"}))
    except ValidationError as error:
        raise RecipeError(invalid(error, stage.parameters, stage.name)) from error


def _check_order(name: str, steps: tuple[Step, ...]) -> None:
    made: set[str] = set()
    for step in steps:
        if missing := [table for table in step.stage.inputs if table not in made]:
            raise RecipeError(
                f"recipe {name}: stage {step.stage.name} needs {', '.join(missing)}, made by no stage before it"
            )
        made.update(step.stage.outputs)
