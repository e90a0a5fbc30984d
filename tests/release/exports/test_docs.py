"""The page of exports: its lines read what they say they read."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from musicdata.release.exports import EXPORTS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "views.md"
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE))


def test_every_export_has_its_section_and_its_row() -> None:
    assert set(EXPORTS.all()) == set(SECTIONS) - {"Adding"}
    assert re.findall(r"^\| `(\w+)`", PAGE.read_text("utf-8"), re.MULTILINE) == [*SECTIONS][: len(EXPORTS.all())]


@pytest.mark.parametrize("name", EXPORTS.all())
def test_its_lines_run(name: str, exports: Mapping[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(exports[name].parent)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    found: dict[str, Any] = {}
    for lines in re.findall(r"```python\n(.*?)```", SECTIONS[name], re.DOTALL):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(lines.replace("musicdata_musictm", "musicdata_made"), found)
    value = next(found[key] for key in ("notes", "first", "cuts", "tracks", "triples") if key in found)
    assert len(value) > 0
    if name == "webdataset":
        assert value["json"]["alignment"][0]["note_index"] == 0
    if name == "mirdata":
        assert all(track.notes is not None for track in value.values())
