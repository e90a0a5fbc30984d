"""The small ear as a stage: trained on the train split's tags of what can be heard, and heard with."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from musicdata.definitions import stage, trial
from musicdata.errors import InputError
from musicdata.music.features.ears.small import SmallEar
from musicdata.music.formats import sound_files
from tests.music.features.ears.sounds import plucks
from tests.stages import heard_songs
from tests.stages.heard_songs import Tables
from tests.stages.reading import unpacked

TRAIN, HEAR = stage.find("train_ear"), stage.find("ear.small")
N = 30


@pytest.fixture(scope="module")
def tables() -> Tables:
    """Songs with audio and tags; every song has one tag of its words and one that no other song has."""
    clips, tags = plucks(N, seed=2)
    ids = [f"song{number:02}" for number in range(N)]
    written = {
        song_id: " | ".join(
            sorted(
                {f"{tag}@audio" for tag in tags[number]} | {f"topic:{'sea' if number % 2 else 'war'}@lyrics", song_id}
            )
        )
        for number, song_id in enumerate(ids)
    }
    given = heard_songs.songs(ids, tags=written)
    return {
        "song_audio": heard_songs.audio(dict(zip(ids, clips, strict=True))),
        "interpreted_songs": given["interpreted_songs"],
    }


@pytest.fixture(scope="module")
def trained(tables: Tables) -> trial.Trial:
    return trial.run(TRAIN, tables, train=True, epochs=3)


def test_it_is_trained_on_what_can_be_heard_in_the_train_split(trained: trial.Trial) -> None:
    (row,) = trained.rows("small_ear")
    assert row["tags"] == "colour:bright@audio | colour:dark@audio | pace:fast@audio | pace:slow@audio"
    assert row["n_trained"] == sum(heard_songs.split_of(number) == "train" for number in range(N))
    assert row["name"] == "small 1"
    ear = SmallEar.restored(bytes(row["weights"]))
    assert ear.facts.weights_sha256 == row["weights_sha256"]
    assert " | ".join(ear.tags) == row["tags"]
    assert 0 < row["loss"] < 1


def test_songs_of_other_splits_change_nothing(tables: Tables, trained: trial.Trial) -> None:
    other = {name: [dict(row) for row in rows] for name, rows in tables.items()}
    for row in other["song_audio"]:
        if row["split"] != "train":
            row["clip"] = tables["song_audio"][0]["clip"]
            row["audio_sha256"] = "f" * 64
    for row in other["interpreted_songs"]:
        if int(row["song_id"][4:]) % 6 > 3:
            row["tags"] = "a new one"
    assert trial.run(TRAIN, other, train=True, epochs=3).tables == trained.tables
    assert shard_digests(other) == shard_digests(tables)
    other["interpreted_songs"][0]["tags"] = "a new one"
    assert shard_digests(other) != shard_digests(tables)


def shard_digests(rows: Tables, **parameters: Any) -> list[str]:
    assert TRAIN.cut is not None
    read: Any = trial._Inputs({name: trial._table(name, of_table) for name, of_table in rows.items()})
    return [shard.digest for shard in TRAIN.cut(TRAIN.parameters(train=True, **parameters), read)]


def test_at_most_so_many_songs_are_learned_from(tables: Tables) -> None:
    made = trial.run(TRAIN, tables, train=True, epochs=1, songs=16)
    assert made.rows("small_ear")[0]["n_trained"] == 16
    reversed_ = {name: rows[::-1] for name, rows in tables.items()}
    assert trial.run(TRAIN, reversed_, train=True, epochs=1, songs=16).tables == made.tables


def test_another_seed_gives_another_ear(tables: Tables, trained: trial.Trial) -> None:
    (other,) = trial.run(TRAIN, tables, train=True, epochs=3, seed=1).rows("small_ear")
    assert other["weights_sha256"] != trained.rows("small_ear")[0]["weights_sha256"]


def test_songs_are_heard_by_the_ear_that_was_trained(
    tables: Tables, trained: trial.Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, Any] = {"song_audio": tables["song_audio"], "small_ear": trained.tables["small_ear"]}
    made = trial.run(HEAR, given)
    tokens = unpacked("music_tokens_small", made.tables["music_tokens_small"])
    assert tokens.shape == (N, 10, 64)
    clip = plucks(N, seed=2)[0][7]
    (row,) = trained.rows("small_ear")
    of_16_bits = sound_files.quantised(clip).astype(np.float32) / 32_768
    as_table, whole = SmallEar.restored(bytes(row["weights"])).tokens(np.stack([of_16_bits, clip]))
    assert np.abs(tokens[7].astype(np.float32) - as_table).max() < 2e-3 * np.abs(as_table).max()
    assert np.abs(as_table - whole).max() < 0.1 * np.abs(as_table).max()  # it does not hear what 16 bits add
    assert set(made.tables["music_tokens_small"].column("weights_sha256").to_pylist()) == {row["weights_sha256"][:16]}
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "2")
    assert trial.run(HEAR, given).tables == made.tables


def test_it_is_not_trained_unless_it_is_asked_for(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    made = trial.run(TRAIN, tables)
    assert len(made.tables["small_ear"]) == 0
    assert TRAIN.tools(TRAIN.parameters()) == {}
    assert TRAIN.expect is not None
    assert TRAIN.expect(TRAIN.parameters(), {"song_audio": 100}).rows == {"small_ear": 0}
    assert TRAIN.expect(TRAIN.parameters(train=True, songs=50), {"song_audio": 100}).items == 50
    nothing = trial.run(TRAIN, {"song_audio": [], "interpreted_songs": []}, train=True)
    assert len(nothing.tables["small_ear"]) == 0


def test_without_tags_there_is_nothing_to_learn(tables: Tables) -> None:
    untagged = [row | {"tags": None} for row in tables["interpreted_songs"]]
    with pytest.raises(InputError, match="the small ear has nothing to learn"):
        trial.run(TRAIN, tables | {"interpreted_songs": untagged}, train=True)


def test_the_remark_says_what_it_was_trained_on(trained: trial.Trial) -> None:
    assert TRAIN.remark is not None
    read: Any = trial._Inputs(trained.tables)
    remark = TRAIN.remark(TRAIN.parameters(train=True), read)
    assert remark is not None
    assert remark.facts["tags"] == 4
    empty: Any = trial._Inputs({"small_ear": trained.tables["small_ear"].slice(0, 0)})
    assert TRAIN.remark(TRAIN.parameters(), empty) is None
