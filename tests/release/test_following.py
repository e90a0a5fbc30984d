"""A release that follows another: its version is computed, and what was taken down stays down."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import musicdata
import musicdata_baselines
from musicdata.errors import RefusedError, UsageError
from musicdata.release.making.freeze import freeze
from musicdata.release.reading.release import open_release
from musicdata.release.removal.takedown import takedown
from musicdata_baselines import report
from tests.shared import shards_of
from tests.songs import write_songs


@pytest.fixture(scope="module")
def grown(validated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the first release, with three more songs."""
    folder = tmp_path_factory.mktemp("grown")
    songs = write_songs(folder / "songs", 33, n_notes=20)
    copied = shutil.copytree(validated, folder / "work")
    with shards_of(10):
        work = musicdata.build("musictm", input=songs, work=copied, change=True).root
    report.write(musicdata_baselines.validate(work, deep=False, n_permutations=200), work / "validation")
    return work


def test_the_version_is_what_the_difference_asks_for(grown: Path, released: Path, tmp_path: Path) -> None:
    first = open_release(released)
    record = freeze(grown, tmp_path / "next", previous=first, allow_failed_gate=True)
    assert record.version == "1.1.0"
    assert record.previous is not None
    assert (record.previous.version, record.previous.content_root) == ("1.0.0", first.record.content_root)
    assert "1.1.0" in (tmp_path / "next" / "README.md").read_text("utf-8")
    splits = {row["sample_id"]: row["split"] for row in first.samples(["sample_id", "split"])}
    later = {row["sample_id"]: row["split"] for row in open_release(tmp_path / "next").samples(["sample_id", "split"])}
    assert {name: later[name] for name in splits} == splits
    assert len(later) == 33
    again = freeze(grown, tmp_path / "next", previous=first, allow_failed_gate=True)
    assert again == record


@pytest.mark.parametrize(
    ("version", "size"),
    [
        ("1.0.1", "too small"),
        pytest.param("2.0.0", "too large", marks=pytest.mark.long),
        pytest.param("1.2.0", "not the next", marks=pytest.mark.long),
    ],
)
def test_a_wrong_step_is_refused(version: str, size: str, grown: Path, released: Path, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match=size) as refused:
        freeze(grown, tmp_path / "next", version=version, previous=open_release(released), allow_failed_gate=True)
    assert "Release it as 1.1.0" in str(refused.value)
    assert not (tmp_path / "next").exists()


def test_another_day_alone_is_no_release(validated: Path, released: Path, tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="nothing changed"):
        freeze(validated, tmp_path / "next", previous=open_release(released), allow_failed_gate=True, date="2027-04-01")


def test_what_was_taken_down_stays_down(grown: Path, released: Path, tmp_path: Path) -> None:
    song = next(open_release(released).samples(["song_id"]))["song_id"]
    takedown(released, [song], reason="asked by the singer", out=tmp_path / "without")
    record = freeze(grown, tmp_path / "next", previous=open_release(tmp_path / "without"), allow_failed_gate=True)
    assert record.version == "1.1.0"
    assert [stone.id for stone in record.tombstones] == [song]
    left = {row["song_id"] for row in open_release(tmp_path / "next").samples(["song_id"])}
    assert song not in left
    assert len(left) == 32


def test_another_data_set_cannot_come_before(validated: Path, copied_release: Path, tmp_path: Path) -> None:
    other = open_release(copied_release)
    renamed = type(other)(other.root, other.record.model_copy(update={"name": "mard"}))
    with pytest.raises(UsageError, match=r"mard@1\.0\.0 is another data set"):
        freeze(validated, tmp_path / "next", previous=renamed, allow_failed_gate=True)
