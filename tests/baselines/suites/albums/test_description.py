"""`musicdata describe`: a recording of one's own finds the reviews of what sounds like it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import musicdata
from musicdata.cli import looking
from musicdata.definitions.head import Dataset, Head, Validate
from musicdata.definitions.suite import Description
from musicdata.errors import InputError, UsageError
from musicdata.music.features import acousticbrainz
from musicdata_baselines.suites.albums import recording
from tests.baselines.suites.albums.made import SETTINGS, SMALL, Discs, low_level, tables
from tests.baselines.suites.albums.planted import Population, make
from tests.songs import shared

POP = make(SMALL)
TABLES = tables(POP)
TABLES["features_acousticbrainz"] = TABLES["sound"]
AUDIO = {"audio": "features_acousticbrainz.vector", "texts": "prose.text", "album": "disc"}


def source(*, without: tuple[str, ...] = (), **changes: Any) -> Discs:
    settings = SETTINGS.model_copy(update=AUDIO | changes).model_dump()
    head = Head(Dataset(name="discs", title="Discs", modalities=("audio",)), None, Validate("albums", settings))
    return Discs({name: table for name, table in TABLES.items() if name not in without}, head)


@pytest.fixture(autouse=True)
def discs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicdata.api.describe.open_data", lambda _path: source())


def document(vector: np.ndarray[Any, Any]) -> dict[str, Any]:
    """Return a low-level document with these numbers in the paper's places, and ones everywhere else."""
    numbers = np.ones(acousticbrainz.N_NUMBERS)
    numbers[acousticbrainz.PAPER_PLACES] = vector
    return low_level(numbers)


def written(folder: Path, content: object) -> Path:
    path = folder / "mine.json"
    path.write_text(json.dumps(content), "utf-8")
    return path


def song_of(pop: Population, split: str) -> int:
    """Return a song of the split whose album has the most reviews."""
    splits = np.array(TABLES["discs"].column("split").to_pylist())
    counts = np.where(splits == split, np.bincount(pop.review_album, minlength=pop.n_albums), -1)
    return int(np.flatnonzero(pop.song_album == counts.argmax())[0])


def test_a_recording_finds_reviews_of_what_sounds_alike(tmp_path: Path) -> None:
    found = musicdata.describe(written(tmp_path, document(POP.audio[song_of(POP, "train")])), nearest=10)
    assert (len(found.nearest), found.n_candidates) == (10, len(POP.text))
    scores = [one.score for one in found.nearest]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > found.mean_score + found.deviation
    assert found.right > 1.3 * found.chance
    sounds = np.stack([POP.audio[POP.song_album == album].mean(axis=0) for album in range(POP.n_albums)])
    sounds = (sounds - sounds.mean(axis=0)) / sounds.std(axis=0)
    mine = sounds[POP.song_album[song_of(POP, "train")]]
    distance = np.linalg.norm(sounds - mine, axis=1)
    albums = [int(one.sample_id[1:]) for one in found.nearest]
    assert distance[albums].mean() < np.median(distance)


def test_every_text_is_named_by_what_the_data_set_knows(tmp_path: Path) -> None:
    found = musicdata.describe(written(tmp_path, document(POP.audio[0])), nearest=3)
    for one in found.nearest:
        album = int(one.sample_id[1:])
        row = int(np.flatnonzero(POP.review_album == album)[one.index])
        assert one.text == f"prose {row}"
        assert one.facts["disc"] == f"D{album:04d}"
        assert one.facts["split"] in ("train", "valid", "test")
    assert any("no words that are sung" in note for note in found.notes)


def test_reviews_that_say_the_same_are_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, document(POP.audio[0]))
    first = musicdata.describe(path, nearest=1).nearest[0]
    words = TABLES["words"]
    rows = words.to_pylist()
    same = next(r["vector"] for r in rows if (r["sample_id"], r["review"]) == (first.sample_id, first.index))
    vectors = [same if number % 3 == 0 else row["vector"] for number, row in enumerate(rows)]
    place = words.column_names.index("vector")
    repeated = words.set_column(
        place, words.schema.field("vector"), pa.array(vectors, words.schema.field("vector").type)
    )
    data = Discs(TABLES | {"words": repeated}, source().head)
    monkeypatch.setattr("musicdata.api.describe.open_data", lambda _path: data)
    found = musicdata.describe(path, nearest=4)
    assert len({round(one.score, 9) for one in found.nearest}) == 4


def test_a_release_without_words_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicdata.api.describe.open_data", lambda _path: source(without=("prose",)))
    found = musicdata.describe(written(tmp_path, document(POP.audio[0])))
    assert [one.text for one in found.nearest] == [None] * 5
    assert any("words are not in the data set" in note for note in found.notes)


def test_a_recording_unlike_all_others_is_told_from_them(tmp_path: Path) -> None:
    def farther(vector: np.ndarray[Any, Any]) -> Description:
        return musicdata.describe(written(tmp_path, document(vector)), nearest=1)

    usual, odd = POP.audio.mean(axis=0), POP.audio.mean(axis=0) + 8 * POP.audio.std(axis=0)
    assert any("than 100% of the recordings" in note for note in farther(odd).notes)
    assert any("than 0% of the recordings" in note for note in farther(usual).notes)


def test_the_command_prints_what_was_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path, document(POP.audio[0]))
    looking.describe(path, k=2)
    printed = capsys.readouterr().out
    assert "mine.json: the nearest of" in printed
    assert "2. B" in printed
    assert "prose" in printed
    assert "chance is" in printed
    looking.describe(path, k=2, as_json=True)
    as_json = json.loads(capsys.readouterr().out)
    assert [one["score"] for one in as_json["nearest"]] == sorted(
        (o["score"] for o in as_json["nearest"]), reverse=True
    )
    assert as_json["file"] == "mine.json"


PARTIAL = json.dumps({"lowlevel": {"average_loudness": 0.5}, "metadata": {"audio_properties": {"length": 1}}}).encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no document in them"),
        (b"<html></html>", "a page, not a document"),
        (b'{"metadata": {}}', "no object under lowlevel"),
        (b'{"lowlevel": {"mfcc": {"mean": [1, 2]}}, "metadata": {}}', "lowlevel.mfcc.mean is"),
        (PARTIAL, "lacks lowlevel.mfcc.cov, lowlevel.mfcc.mean"),
        (b"[" * 10_000, "mine.json"),
        (b"\xff\xfe\x00", "cannot be read"),
    ],
)
def test_a_file_that_is_no_document_is_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        musicdata.describe(path)


def test_what_cannot_be_described_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, document(POP.audio[0]))
    with pytest.raises(UsageError, match="0 nearest"):
        musicdata.describe(path, nearest=0)
    with pytest.raises(InputError, match="is no file"):
        musicdata.describe(tmp_path)
    for changed, message in (
        (source(audio="sound.vector"), r"describes its songs by sound\.vector"),
        (source(without=("words",)), "has no words"),
        (Discs(TABLES, Head(source().head.dataset, None)), r"no \[validate\]"),
        (
            Discs(TABLES, Head(source().head.dataset, None, Validate("paired-views", VIEWS))),
            "leads from no file to texts",
        ),
    ):
        monkeypatch.setattr("musicdata.api.describe.open_data", lambda _path, found=changed: found)
        with pytest.raises((UsageError, InputError), match=message):
            musicdata.describe(path)


VIEWS = {"views": {"audio": "sound.vector", "text": "words.vector"}}


def test_missing_numbers_of_a_whole_document_count_as_nothing(tmp_path: Path) -> None:
    made = document(POP.audio[0])
    del made["rhythm"]
    found = recording.read(written(tmp_path, made), "features_acousticbrainz.full")
    assert found.vector.shape == (acousticbrainz.N_NUMBERS,)
    assert np.isfinite(found.vector).all()
    assert "are not there and count as 0" in found.notes[0]
    np.testing.assert_allclose(recording.read(written(tmp_path, made), AUDIO["audio"]).vector, POP.audio[0], rtol=1e-6)


def test_sound_goes_through_the_extractor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from musicdata.sources.acousticbrainz import extractor

    sound = tmp_path / "mine.flac"
    sound.write_bytes(b"fLaC")
    monkeypatch.setattr(extractor, "describe", lambda path: document(POP.audio[1]) if path == sound else {})
    found = recording.read(sound, AUDIO["audio"])
    np.testing.assert_allclose(found.vector, POP.audio[1], rtol=1e-6)
    assert "analysed here" in found.notes[0]


def test_real_documents_have_the_numbers_of_the_paper() -> None:
    files = sorted(shared("acousticbrainz").glob("lowlevel/**/*.json"))
    assert files
    for file in files:
        given = json.loads(file.read_text("utf-8"))["lowlevel"]
        vector = recording.read(file, AUDIO["audio"]).vector
        np.testing.assert_allclose(vector[:13], given["mfcc"]["mean"], rtol=1e-6)
        np.testing.assert_allclose(vector[13:26], given["mfcc"]["cov"][0], rtol=1e-6)
        assert vector[-9:].min() >= 0  # zero-crossing rates
