"""The feature tables of a real build: what is in them, and on what they depend."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import musicdata
from musicdata.definitions import contract
from musicdata.definitions.recipe import load
from musicdata.errors import RecipeError, SetupError
from musicdata.music.features import words
from musicdata.workspace.folder import Workspace
from musicdata.workspace.reader import TableReader
from tests.music.features.weights import write_weights
from tests.songs import write_song
from tests.trees import digests

NOTE_TABLES = ("features_audio", "features_lyrics", "features_sheet")


def vectors(work: Path, table: str, column: str = "vector") -> np.ndarray:
    """Return a vector column as an array of shape (rows, *shape)."""
    rows = TableReader(Workspace(work)).read(table, [column])
    return contract.load(table).column(column).unpack(rows.column(column))


def column(work: Path, table: str, name: str) -> np.ndarray:
    values: np.ndarray = TableReader(Workspace(work)).read(table, [name]).column(name).to_numpy()
    return values


@pytest.fixture(scope="module")
def deep(built: Path, songs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The finished workspace, brought up to date with musictm-deep."""
    work = shutil.copytree(built, tmp_path_factory.mktemp("deep") / "work")
    return musicdata.build("musictm-deep", input=songs, work=work).root


@pytest.mark.parametrize("table", NOTE_TABLES)
def test_a_feature_table_has_a_row_for_each_aligned_note(table: str, built: Path) -> None:
    key = ["sample_id", "split", "note_index"]
    reader = TableReader(Workspace(built))
    assert reader.read(table, key).to_pydict() == reader.read("alignment", key).to_pydict()
    for name in ("extractor", "extractor_version", "parameters"):
        assert len(set(column(built, table, name))) == 1
    said = json.loads(column(built, table, "parameters")[0])
    assert list(said) == sorted(said)


def test_the_vectors_of_a_sample_stack_to_the_paper_s_shapes(built: Path) -> None:
    assert vectors(built, "features_audio").reshape(-1, 20, 128).shape == (20, 20, 128)
    assert vectors(built, "features_lyrics", "word_vector").reshape(-1, 20, 20).shape == (20, 20, 20)
    crops = vectors(built, "features_sheet").reshape(-1, 20, 100, 32)
    assert crops.shape == (20, 20, 100, 32)
    assert crops.dtype == np.uint8


def test_a_part_says_shape_and_kind_to_whoever_opens_it(built: Path) -> None:
    schema = pq.read_schema(next((built / "tables" / "features_sheet").glob("*.parquet")))
    assert schema.field("vector").metadata[b"shape"] == b"[100, 32]"
    assert schema.field("vector").type == pa.list_(pa.field("element", pa.uint8(), nullable=False), 3200)
    features = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    assert features["vector"] == {"_type": "Sequence", "feature": {"_type": "Value", "dtype": "uint8"}, "length": 3200}


def test_vectors_are_read_only_when_asked_for(built: Path) -> None:
    assert "vector" not in musicdata.open_work(built).table("features_audio").column_names


def test_the_sound_of_a_note_has_its_pitch(built: Path) -> None:
    """The level at the fundamental is near the top of the spectrum, for every note long enough to settle."""
    import librosa

    centres_hz = librosa.mel_frequencies(130, fmin=30, fmax=8000)[1:-1]
    levels_db, pitch = vectors(built, "features_audio"), column(built, "alignment", "pitch")
    band = np.abs(centres_hz - 440 * 2 ** ((pitch[:, None] - 69) / 12)).argmin(axis=1)
    assert (np.take_along_axis(levels_db, band[:, None], 1)[:, 0] > levels_db.max(axis=1) - 12).mean() > 0.95


def test_crops_of_one_pitch_are_nearer_than_those_of_another(built: Path) -> None:
    crops = vectors(built, "features_sheet").reshape(-1, 3200).astype(np.float32)
    spelled = np.array([name.rsplit("-", 1)[0] for name in column(built, "alignment", "note_sheet_id")])
    norms = np.square(crops).sum(axis=1)
    distances = norms[:, None] + norms - 2 * crops @ crops.T
    np.fill_diagonal(distances, np.inf)
    has_another = np.array([(spelled == name).sum() > 1 for name in spelled])
    assert (spelled[distances.argmin(axis=1)] == spelled)[has_another].mean() > 0.9


def test_known_words_are_those_of_the_train_split(built: Path) -> None:
    reader = TableReader(Workspace(built))
    splits = np.array(reader.read("alignment", ["split"]).column(0).to_pylist())
    tokens = np.array([words.token(text) for text in reader.read("alignment", ["word"]).column(0).to_pylist()])
    known = column(built, "features_lyrics", "word_known")
    assert (known == np.isin(tokens, tokens[splits == "train"])).all()
    assert 0 < known[splits != "train"].sum() < (splits != "train").sum()
    zero = ~vectors(built, "features_lyrics", "word_vector").any(axis=1)
    assert (zero == ~known).all()


def test_what_is_sung_outside_the_train_split_leaves_its_vectors_as_they_are(
    built: Path, songs: Path, tmp_path: Path
) -> None:
    changed = shutil.copytree(songs, tmp_path / "songs")
    splits, song_ids = column(built, "alignment", "split"), column(built, "alignment", "song_id")
    test_song = next(song for song, split in zip(song_ids, splits, strict=True) if split != "train")
    path = changed / f"{test_song.rsplit('_', 1)[0]}.csv"
    text = path.read_text("utf-8")
    write_song(path, seed=4711)
    assert path.read_text("utf-8") != text
    work = musicdata.build("musictm", input=changed, work=shutil.copytree(built, tmp_path / "work")).root
    now_splits = column(work, "alignment", "split")
    for name in ("syllable_vector", "word_vector"):
        before, after = vectors(built, "features_lyrics", name), vectors(work, "features_lyrics", name)
        assert np.array_equal(before[splits == "train"], after[now_splits == "train"])
        assert not np.array_equal(before[splits != "train"], after[now_splits != "train"])


def test_a_parameter_rebuilds_its_own_table_only(copied: Path, songs: Path) -> None:
    work = musicdata.build("musictm", input=songs, work=copied, overrides=["features_audio.hop_length=1024"])
    assert [(report.stage, report.reasons) for report in work.stages if report.built] == [
        ("features_audio", ("hop_length 512 → 1024",))
    ]
    assert json.loads(column(copied, "features_audio", "parameters")[0])["hop_length"] == 1024


def test_bands_beyond_the_sound_are_refused_with_the_highest_there_may_be(copied: Path, songs: Path) -> None:
    with pytest.raises(RecipeError, match="at most 11025"):
        musicdata.build("musictm", input=songs, work=copied, overrides=["features_audio.fmax_hz=16000"])


def test_the_deep_recipe_adds_its_tables_and_rebuilds_none(deep: Path, built: Path) -> None:
    assert digests(deep, "tables/features_sheet", "tables/audio") == digests(
        built, "tables/features_sheet", "tables/audio"
    )
    assert musicdata.check(deep).ok
    assert vectors(deep, "features_mfcc").shape == (20, 4, 20, 161)
    for name in ("audio_vector", "sheet_vector"):
        lengths = np.linalg.norm(vectors(deep, "features_encoder", name), axis=1)
        np.testing.assert_allclose(lengths, 1, rtol=1e-5)


def test_the_encoder_learns_and_learns_the_same_again(deep: Path, songs: Path, tmp_path: Path) -> None:
    again = shutil.copytree(deep, tmp_path / "work")
    shutil.rmtree(again / "state" / "features_encoder")
    shutil.rmtree(again / "tables" / "features_encoder")
    musicdata.build("musictm-deep", input=songs, work=again, workers=1)
    assert digests(again, "tables/features_encoder") == digests(deep, "tables/features_encoder")
    assert column(deep, "features_encoder", "extractor")[0] == "audio_sheet_encoder"


def test_vggish_takes_a_file_of_weights_whose_bytes_count_and_whose_place_does_not(tmp_path: Path) -> None:
    song = write_song(tmp_path / "songs" / "one.csv", 0)
    weights = write_weights(tmp_path / "vggish.safetensors", seed=1)
    options = ["window.notes=4", "window.windows_per_song=1", "features_audio.extractor=vggish"]

    def build(path: Path) -> musicdata.Work:
        return musicdata.build(
            "musictm", input=song.parent, work=tmp_path / "w", overrides=[*options, f"features_audio.weights={path}"]
        )

    root = build(weights).root
    first = vectors(root, "features_audio")
    assert first.shape == (4, 128)
    assert len(np.unique(first, axis=0)) == 4
    assert "weights_sha256" in json.loads(column(root, "features_audio", "parameters")[0])
    moved = weights.rename(tmp_path / "elsewhere.safetensors")
    assert not any(report.built for report in build(moved).stages)
    write_weights(moved, seed=2)
    reports = {report.stage: report for report in build(moved).stages if report.built}
    assert list(reports) == ["features_audio"]
    assert "VGGish weights" in reports["features_audio"].reasons[0]
    assert not np.allclose(vectors(root, "features_audio"), first)


def test_vggish_without_its_file_says_what_is_missing(copied: Path, songs: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="extractor vggish goes with weights"):
        load("musictm", ["features_audio.extractor=vggish"])
    options = ["features_audio.extractor=vggish", f"features_audio.weights={tmp_path / 'none.safetensors'}"]
    with pytest.raises(SetupError, match=r"there is no file .*none.safetensors"):
        musicdata.build("musictm", input=songs, work=copied, overrides=options)
