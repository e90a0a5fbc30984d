"""Recipes of some of musictm's stages, for tests that need no more."""

from __future__ import annotations

from pathlib import Path


def write_recipe(folder: Path, *stages: str, name: str = "part", **parameters: str) -> str:
    """Write a recipe of the stages named, with the short options that they can have, and return its path.

    Args:
        folder: where to write it.
        stages: names of the stages, in order.
        name: of the data set and of the file.
        parameters: stage → lines of its parameters.
    """
    head = f'[dataset]\nname = "{name}"\ntitle = "{name}"\nmodalities = []\n'
    body = "".join(f'[[stage]]\nuse = "{stage}"\n{parameters.get(stage, "")}\n' for stage in stages)
    path = folder / f"{name}.toml"
    path.write_text(head + _options(stages) + body, "utf-8")
    return str(path)


def _options(stages: tuple[str, ...]) -> str:
    lines = {
        "ingest.songs": 'input = ["ingest.songs.input"]\nlimit = ["ingest.songs.limit"]\n',
        "window": 'seed = ["window.split.seed"]\n',
    }
    return "[options]\n" + "".join(line for stage, line in lines.items() if stage in stages)


TO_WINDOWS = ("ingest.songs", "group", "window")
