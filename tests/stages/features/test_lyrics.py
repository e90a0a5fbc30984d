"""The features of syllables and words, fitted on the train split alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

import musicdata
from musicdata.music.features import words
from musicdata.workspace.folder import Workspace
from musicdata.workspace.reader import TableReader
from tests.songs import write_song
from tests.stages.reading import column, vectors


def test_the_vectors_of_a_sample_stack_to_the_paper_s_shape(built: Path) -> None:
    assert vectors(built, "features_lyrics", "word_vector").reshape(-1, 20, 20).shape == (20, 20, 20)


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
    copied = shutil.copytree(built, tmp_path / "work")
    work = musicdata.build("musictm", input=changed, work=copied, change=True).root
    now_splits = column(work, "alignment", "split")
    for name in ("syllable_vector", "word_vector"):
        before, after = vectors(built, "features_lyrics", name), vectors(work, "features_lyrics", name)
        assert np.array_equal(before[splits == "train"], after[now_splits == "train"])
        assert not np.array_equal(before[splits != "train"], after[now_splits != "train"])
