"""A recipe's `[options]`: which of its keys `--input`, `--audio`, `--limit`, `--seed` and `--twin` set.

[options]
input = ["ingest.songs.input"]            # all of these are set to what follows --input
with_input = { "find.mode" = "import" }   # and these are set beside it
audio = ["match_sound.audio"]             # likewise what follows --audio
with_audio = { "match_sound.clip_s" = 15.0 }
limit = { "pair.n" = 1, "find.n" = 1.3 }  # times the limit, rounded up; a list stands for once the limit
seed = ["window.split.seed"]
twin = { "fetch.clip_s" = 5.0 }           # may be empty; without it the twin has nothing for the recipe
                                          # "twin:NAME" is a folder of made-up files, "twin:NAME/FILE" one of them
help = { limit = "samples of a label" }   # what the option means here
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from musicdata.errors import RecipeError
from musicdata.wording import choice, invalid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from musicdata.definitions.stage import Stage

CRAWL = "crawl"
_MADE_UP = re.compile(r"twin:([a-z0-9_-]+)(?:/(.+))?")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:")
_Factor = Annotated[float, Field(gt=0)]


@dataclass(frozen=True, slots=True)
class Given:
    """What a user gave of the options; None for what was not given.

    Attributes:
        input: file or folder to read.
        audio: folder of sound that belongs to what is read.
        limit: how much is made at most.
        seed: of what is random.
        twin: whether made-up services and files take the place of the world's.
        made_up: returns the folder of the made-up files of a name, which it writes where they are not there yet.
    """

    input: str | Path | None = None
    audio: str | Path | None = None
    limit: int | None = None
    seed: int | None = None
    twin: bool = False
    made_up: Callable[[str], Path] | None = field(default=None, compare=False)


class Options(BaseModel):
    """What the short options set; keys are those of `--set`, ``stage.key``.

    Attributes:
        input: keys that are set to what is given.
        with_input: key → value, set whenever an input is given.
        audio: keys that are set to a given folder of sound.
        with_audio: key → value, set whenever one is given.
        limit: key → times the limit, rounded up.
        seed: keys that are set to it.
        twin: key → value, set where made-up services and files take the place of the world's; None when there are none
            for the recipe.
        help: option → what it is in this recipe, for people.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: tuple[str, ...] = ()
    with_input: dict[str, Any] = Field(default_factory=dict)
    audio: tuple[str, ...] = ()
    with_audio: dict[str, Any] = Field(default_factory=dict)
    limit: dict[str, _Factor] = Field(default_factory=dict)
    seed: tuple[str, ...] = ()
    twin: dict[str, Any] | None = None
    help: dict[Literal["input", "audio", "limit", "seed", "twin"], str] = Field(default_factory=dict)

    @field_validator("limit", mode="before")
    @classmethod
    def _once_the_limit(cls, limit: object) -> object:
        return dict.fromkeys(limit, 1.0) if isinstance(limit, (list, tuple)) else limit

    def document(self) -> dict[str, Any]:
        """Return it as a recipe has it; nothing where it says nothing."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def portable(self) -> Options:
        """Return it without paths of this machine."""
        emptied = {
            name: {key: "" if isinstance(v, str) and Path(v).is_absolute() else v for key, v in table.items()}
            for name, table in (("with_input", self.with_input), ("with_audio", self.with_audio), ("twin", self.twin))
            if table is not None
        }
        return self.model_copy(update=emptied)

    def require_keys(self, recipe: str, stages: Mapping[str, Stage[Any]]) -> None:
        """Refuse keys that no stage of the recipe has; those of `[crawl]` are seen to where they are set.

        Raises:
            RecipeError: naming the key, and those there are.
        """
        names = ("input", "with_input", "audio", "with_audio", "limit", "seed", "twin")
        for option in names:
            for key in getattr(self, option) or ():
                if not key.startswith(f"{CRAWL}.") and (problem := _problem(key, stages)):
                    raise RecipeError(f"recipe {recipe}: [options] {option} names {key!r}, {problem}")

    def settings(self, recipe: str, given: Given, stages: Mapping[str, Stage[Any]]) -> Iterator[tuple[str, Any]]:
        """Yield key and value of all that the given options set.

        Raises:
            RecipeError: the recipe says nothing of an option that is given.
        """
        if given.twin:
            for key, value in self._twin(recipe).items():
                yield key, _from_made_up(value, given.made_up)
        for option in ("input", "audio"):
            place = getattr(given, option)
            if place is not None:
                for key in _told(recipe, option, getattr(self, option), stages):
                    yield key, located(place, is_location=_is_location(key, stages))
                yield from getattr(self, f"with_{option}").items()
        if given.limit is not None:
            _told(recipe, "limit", self.limit, stages)
            yield from ((key, math.ceil(Fraction(str(factor)) * given.limit)) for key, factor in self.limit.items())
        if given.seed is not None:
            yield from ((key, given.seed) for key in _told(recipe, "seed", self.seed, stages))

    def _twin(self, recipe: str) -> dict[str, Any]:
        if self.twin is None:
            raise RecipeError(
                f"recipe {recipe} has no twin: its [options] say nothing of --twin. Where the made-up services answer "
                "all that its stages ask, write under [options]: twin = {}, or in it what to set for them"
            )
        return self.twin


def read(recipe: str, document: Mapping[str, Any]) -> Options:
    """Read the `[options]` of a recipe.

    Raises:
        RecipeError: it has keys that are no options, or values that are no keys.
    """
    try:
        return Options(**document.get("options", {}))
    except (TypeError, ValidationError) as error:
        problem = invalid(error, Options) if isinstance(error, ValidationError) else "it is no table"
        raise RecipeError(f"recipe {recipe}: [options] is wrong: {problem}") from error


def located(given: str | Path, *, is_location: bool) -> str:
    """Return an input as a recipe keeps it: a path absolutely, the name of a source (``corpus:music21``) as it is.

    Args:
        given: by the user.
        is_location: the parameter it is for says where something lies; of any other, only a path that is there is one.
    """
    text = str(given)
    if Path(text).exists() or (is_location and not is_scheme(text)):
        return str(Path(text).absolute())
    return text


def _from_made_up(value: Any, made_up: Callable[[str], Path] | None) -> Any:
    """Return a value of the twin's, the path of made-up files in the place of their name."""
    match = _MADE_UP.fullmatch(value) if isinstance(value, str) else None
    if match is None or made_up is None:
        return value
    folder = made_up(match[1])
    return str(folder / match[2] if match[2] else folder)


def is_scheme(text: str) -> bool:
    """Say whether an input is the name of a source, ``corpus:music21``, and no path."""
    return _SCHEME.match(text) is not None


def stage_of(key: str, stages: Mapping[str, Stage[Any]]) -> str:
    """Return the name of the stage that a key begins with; "" where there is none."""
    return max((name for name in stages if key.startswith(f"{name}.")), key=len, default="")


def _told(
    recipe: str, option: str, keys: tuple[str, ...] | Mapping[str, float], stages: Mapping[str, Stage[Any]]
) -> Any:
    """Return the keys of an option that is given, and refuse it where there are none."""
    if keys:
        return keys
    fitting = [key for name, stage in stages.items() for key in _keys(name, stage.parameters) if _last(key) == option]
    written = ", ".join(f'"{key}"' for key in fitting or ["STAGE.KEY"])
    raise RecipeError(
        f"recipe {recipe} has no --{option}: its [options] say nothing of it. "
        f"Write under [options] what it sets: {option} = [{written}]; or give --set STAGE.KEY=VALUE"
    )


def _problem(key: str, stages: Mapping[str, Stage[Any]]) -> str:
    """Return what is wrong with a key; "" when it is one."""
    name = stage_of(key, stages)
    if not name:
        return f"a key of no stage of it{choice(key.rpartition('.')[0], stages, 'expected STAGE.KEY with a stage of')}"
    model: Any = stages[name].parameters
    for part in key.removeprefix(f"{name}.").split("."):
        if not _is_model(model):
            return ""  # below a table that a stage reads by itself
        if part not in model.model_fields:
            return f"and stage {name} has no {part!r} there{choice(part, model.model_fields, 'it knows')}"
        model = model.model_fields[part].annotation
    return ""


def _keys(prefix: str, model: Any) -> Iterator[str]:
    for name, info in model.model_fields.items():
        yield f"{prefix}.{name}"
        if _is_model(info.annotation):
            yield from _keys(f"{prefix}.{name}", info.annotation)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _is_location(key: str, stages: Mapping[str, Stage[Any]]) -> bool:
    name = stage_of(key, stages)
    return name != "" and key.removeprefix(f"{name}.") in stages[name].location_parameters
