"""What is begun for users runs as it is: their test passes, in a folder that is not the checkout."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import musicdata
from musicdata.api.new import new
from musicdata.errors import ContractError, InputError, UsageError


def passes(test: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test.name],
        check=False, cwd=test.parent, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_a_data_set_is_begun_and_its_test_passes(tmp_path: Path) -> None:
    files = new("dataset", "sea-poems", folder=tmp_path / "sea-poems")
    assert [path.relative_to(tmp_path).as_posix() for path in files] == [
        "sea-poems/manifests/sea_poems.toml", "sea-poems/sea-poems.toml", "sea-poems/sea_poems_stages.py",
        "sea-poems/test_sea_poems.py",
    ]  # fmt: skip
    passes(files[-1])


def test_a_stage_is_begun_and_its_test_passes(tmp_path: Path) -> None:
    files = new("stage", "counts", folder=tmp_path, reads="notes")
    assert sorted(path.name for path in files) == ["counts.py", "counts.toml", "test_counts.py"]
    passes(tmp_path / "test_counts.py")


@pytest.mark.long
def test_a_view_is_begun_and_its_test_passes(tmp_path: Path) -> None:
    new("view", "cards", folder=tmp_path)
    passes(tmp_path / "test_cards.py")


def test_a_stage_that_was_begun_runs_in_a_recipe(songs: Path, tmp_path: Path) -> None:
    new("stage", "counts", folder=tmp_path, reads="notes")
    (tmp_path / "mine.toml").write_text(
        '[dataset]\nname = "mine"\ntitle = "Mine"\nmodalities = []\n[plugins]\nmodules = ["counts.py"]\n'
        '[options]\ninput = ["ingest.songs.input"]\n'
        + "".join(f'[[stage]]\nuse = "{name}"\n' for name in ("ingest.songs", "group", "window", "counts"))
    )
    work = musicdata.build(str(tmp_path / "mine.toml"), input=songs, work=tmp_path / "work")
    assert {row["value"] for row in work.rows("counts")} == {20.0}
    assert musicdata.check(work.root).ok


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "test_counts.py").write_text("mine")
    with pytest.raises(InputError, match=r"test_counts\.py is there already"):
        new("stage", "counts", folder=tmp_path, reads="notes")
    assert [path.name for path in tmp_path.iterdir()] == ["test_counts.py"]


@pytest.mark.parametrize(
    ("kind", "name", "reads", "error", "says"),
    [
        ("table", "x", "", UsageError, "there are dataset, stage, view"),
        ("dataset", "Sea Poems", "", UsageError, "'Sea Poems' is no name"),
        ("dataset", "../up", "", UsageError, "is no name"),
        ("view", "class", "", UsageError, "is no name"),
        ("stage", "x", "", UsageError, "name one with --reads"),
        ("stage", "x", "songs", UsageError, "table songs has no sample_id and split"),
        ("stage", "x", "nothing", ContractError, "no table is called 'nothing'"),
    ],
)
def test_what_cannot_be_begun(
    tmp_path: Path, kind: str, name: str, reads: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error, match=says):
        new(kind, name, folder=tmp_path / "new", reads=reads)
    assert not (tmp_path / "new").exists()
