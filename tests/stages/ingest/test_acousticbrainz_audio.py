from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from musicdata.definitions import trial
from musicdata.definitions.trial import Trial
from musicdata.errors import FormatError, InputError
from musicdata.sources.acousticbrainz import extractor
from musicdata.stages.ingest.acousticbrainz_audio import STAGE, AnalyseAudio
from tests.acousticbrainz import changed, lowlevel, mbid, without

LOW = "acousticbrainz_lowlevel"


@pytest.fixture(autouse=True)
def described(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Take the place of Essentia: what is in a file says what comes out; return the names of the files it got."""
    asked: list[str] = []

    def describe(path: Path) -> dict[str, Any]:
        asked.append(path.name)
        text = path.read_text()
        if text == "noise":
            raise FormatError("not_sound", "noise")
        if text == "broken":
            return {"lowlevel": {}}
        document = without(lowlevel(), "metadata.tags.musicbrainz_recordingid")
        return changed(document, "metadata.tags.musicbrainz_trackid", [text]) if text else document

    monkeypatch.setattr(extractor, "describe", describe)
    return asked


def run(folder: Path, *wanted: str) -> Trial:
    rows = [
        {"album_id": "B0", "track_index": n, "recording_id": one, "from_what": "songs"} for n, one in enumerate(wanted)
    ]
    return trial.run(STAGE, {"recordings": rows}, input=str(folder))


def write(folder: Path, name: str, text: str = "") -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def test_files_tell_their_recording_by_name_or_by_tag(tmp_path: Path, described: list[str]) -> None:
    write(tmp_path, f"b/{mbid(1).upper()}.flac")
    write(tmp_path, f"01 Song ({mbid(2)}).mp3")
    write(tmp_path, "tagged.ogg", mbid(3))
    write(tmp_path, f"{mbid(4)}.txt")
    made = run(tmp_path, mbid(1), mbid(2), mbid(3))
    assert [(row["archive"], row["recording_id"], row["submission"]) for row in made.rows(LOW)] == [
        (f"01 Song ({mbid(2)}).mp3", mbid(2), 0),
        (f"b/{mbid(1).upper()}.flac", mbid(1), 0),
        ("tagged.ogg", mbid(3), 0),
    ]
    assert made.rejects == []
    assert len(described) == 3


def test_what_cannot_be_used_is_a_reject(tmp_path: Path, described: list[str]) -> None:
    write(tmp_path, f"{mbid(9)}.flac")
    write(tmp_path, "tagged.ogg", mbid(9))
    write(tmp_path, "nameless.ogg")
    write(tmp_path, "long-0dad432b-16cc-4bf0-8961-fd31d124b01b0.ogg")
    write(tmp_path, f"{mbid(1)}.mp3", "noise")
    write(tmp_path, f"{mbid(2)}.mp3", "broken")
    (tmp_path / "caf\udce9.ogg").write_text("")
    made = run(tmp_path, mbid(1), mbid(2))
    assert Counter(reject.reason for reject in made.rejects) == {
        "not_wanted": 2,
        "no_recording_id": 2,
        "not_sound": 1,
        "null_metadata": 1,
        "bad_file_name": 1,
    }
    assert made.rows(LOW) == []
    assert f"{mbid(9)}.flac" not in described, "what nobody wants is not analysed"


def test_one_file_may_be_named(tmp_path: Path) -> None:
    write(tmp_path, f"{mbid(1)}.flac")
    assert [row["archive"] for row in run(tmp_path / f"{mbid(1)}.flac", mbid(1)).rows(LOW)] == [f"{mbid(1)}.flac"]


@pytest.mark.parametrize(("make", "says"), [("", "holds no audio"), ("none", "no such file or folder")])
def test_where_nothing_is(tmp_path: Path, make: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        run(tmp_path / make, mbid(1))
    with pytest.raises(InputError, match="no audio is named"):
        trial.run(STAGE, {"recordings": []})


def test_another_sound_changes_its_shard(tmp_path: Path) -> None:
    write(tmp_path, f"{mbid(1)}.flac")
    parameters = AnalyseAudio(input=str(tmp_path))
    assert STAGE.source_digest is not None
    before = STAGE.source_digest(parameters)
    write(tmp_path, f"{mbid(1)}.flac", mbid(1))
    assert STAGE.source_digest(parameters) != before


def test_the_plan_tells_files_and_time(tmp_path: Path) -> None:
    write(tmp_path, f"{mbid(1)}.flac")
    write(tmp_path, "b.ogg")
    assert STAGE.expect is not None
    expected = STAGE.expect(AnalyseAudio(input=str(tmp_path)), {})
    assert (expected.items, expected.rows[LOW]) == (2, 2)
    assert (STAGE.cost_of(AnalyseAudio(), expected).cpu_s or 0) > 1
