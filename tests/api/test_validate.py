"""What the commands that judge hand on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import musicdata_baselines
from musicdata.cli.looking import run_validation
from musicdata_baselines import report


def test_what_a_suite_trains_is_kept_beside_the_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A validation that was killed finds its networks again, and `musicdata caption` finds them by the report."""
    asked: dict[str, Any] = {}
    monkeypatch.setattr(musicdata_baselines, "validate", lambda root, **options: asked.update(options, root=root))
    monkeypatch.setattr(report, "write", lambda _validation, folder: (folder / "a.json", folder / "a.html"))
    _, written = run_validation(tmp_path / "work", tmp_path / "out")
    assert asked["keep"] == tmp_path / "out" / "models"
    assert written[0].parent == tmp_path / "out"
