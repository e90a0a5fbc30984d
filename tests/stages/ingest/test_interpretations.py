"""Songs and interpretations read into tables: every row or why not, whatever the order, the files and the shards."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import musicdata
from musicdata.api.status import remarks
from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from musicdata.definitions.trial import Trial
from musicdata.errors import InputError, MusicdataError
from musicdata.sources.tabular import sorted_rows
from tests.music.formats.pickled import MusicData, dumped
from tests.recipes import write_recipe
from tests.songs import shared
from tests.sources.interpretations.sets import KINDS, ROWS, as_file, write

STAGE = stages.find("ingest.interpretations")
NOTHING = trial._Inputs({})


def ingest(source: Path | str, **parameters: Any) -> Trial:
    return trial.run(STAGE, input=str(source), **parameters)


def cut(source: Path, **parameters: Any) -> list[stages.Shard]:
    assert STAGE.cut is not None
    return list(STAGE.cut(STAGE.parameters(input=str(source), **parameters), NOTHING))


def rejects(made: Trial) -> list[tuple[str, str]]:
    return [(one.key, one.reason) for one in made.rejects]


def test_a_song_has_a_row_and_each_of_its_interpretations_one(tmp_path: Path) -> None:
    made = ingest(as_file(tmp_path, "rows.pkl", ROWS))
    songs, rows = made.rows("interpreted_songs"), made.rows("raw_interpretations")
    assert [song["song_id"] for song in songs] == [f"id{number:02}" for number in range(10)]
    assert songs[3] == {
        "song_id": "id03", "songmeanings_id": "903", "artist": None, "title": None, "language_given": None, "licence": None,
        "lyrics": "la 3\nlo", "lyrics_sha256": hashlib.sha256(b"la 3\nlo").hexdigest(), "tags": None, "audio_name": None,
        "official_split": None, "n_rows": 3, "n_other_lyrics": 0, "source": "rows.pkl",
    }  # fmt: skip
    assert len(rows) == len(ROWS)
    for song in songs:
        of_song = [row for row in rows if row["song_id"] == song["song_id"]]
        assert [row["row"] for row in of_song] == [0, 1, 2]
        assert [row["text_sha256"] for row in of_song] == sorted(row["text_sha256"] for row in of_song)
    for row in rows:
        assert row["text"] == ROWS[row["source_row"] - 1]["comment"]
        assert row["text_sha256"] == hashlib.sha256(row["text"].encode()).hexdigest()
        assert {row[name] for name in ("votes", "votes_given", "given_in", "official_split")} == {None}
    assert made.rejects == []


@pytest.mark.parametrize("ending", [ending for ending in KINDS if ending != ".pkl"])
def test_every_kind_of_file_gives_the_same_tables(tmp_path: Path, ending: str) -> None:
    expected, made = ingest(as_file(tmp_path, "rows.pkl", ROWS)), ingest(as_file(tmp_path, f"rows{ending}", ROWS))
    for name, table in expected.tables.items():
        assert made.tables[name].drop_columns(["source"]) == table.drop_columns(["source"])


def test_rows_are_the_same_whatever_their_order_and_the_room_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = [ROWS[4] | {"lyrics": "other"}, ROWS[5] | {"lyrics": "more"}, ROWS[0], ROWS[0] | {"songmeanings_id": "7"}]
    rows = [*ROWS, *odd]
    seen = []
    for seed, room in ((0, 1 << 20), (1, 1), (2, 2000)):
        monkeypatch.setattr(sorted_rows, "_RUN_CHARACTERS", room)
        monkeypatch.setattr(sorted_rows, "_BATCH_ROWS", 3)
        mixed = random.Random(seed).sample(rows, len(rows))
        made = ingest(as_file(tmp_path, f"{seed}/rows.jsonl", mixed))
        seen.append([made.tables["interpreted_songs"], made.tables["raw_interpretations"].drop_columns(["source_row"])])
    assert seen[0] == seen[1] == seen[2]
    songs = seen[0][0].to_pylist()
    assert [(song["lyrics"], song["n_other_lyrics"]) for song in songs[:2]] == [("la 0\nlo", 0), ("la 1\nlo", 2)]
    assert (songs[0]["n_rows"], songs[0]["songmeanings_id"]) == (5, "900")  # a text that a file has twice stands twice


def test_tables_do_not_depend_on_how_the_work_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = as_file(tmp_path, "rows.jsonl", [*ROWS, {"music4all_id": "../x", "comment": "c"}, {"comment": "c"}])
    monkeypatch.delenv("MUSICDATA_SHARD_ITEMS", raising=False)
    one, n_shards = ingest(path), len(cut(path))
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "2")
    many = ingest(path)
    assert (n_shards, len(cut(path)) > 3) == (1, True)
    assert many.tables == one.tables
    assert many.rejects == one.rejects
    assert rejects(one) == [("rows.jsonl row 31", "bad_id"), ("rows.jsonl row 32", "bad_id")]


def test_an_added_interpretation_changes_one_shard(tmp_path: Path) -> None:
    def digests(rows: Any) -> set[str]:
        return {shard.digest for shard in cut(as_file(tmp_path, "rows.jsonl", rows))}

    before = digests(ROWS)
    assert len(before) > 2
    assert len(before - digests([*ROWS, ROWS[7] | {"comment": "another"}])) == 1


def test_the_files_of_a_set_are_variants_of_one_another(tmp_path: Path) -> None:
    full, test = ROWS[:20], [ROWS[29], ROWS[20]]
    parts = {"full": full, "not_negative": full[5:], "positive": full[10:], "test": test}
    for name, some in parts.items():
        as_file(tmp_path, f"dataset_{name}_256.pkl", some)
    made = ingest(tmp_path)
    rows = {row["text"]: row for row in made.rows("raw_interpretations")}
    assert len(rows) == 22 == made.tables["raw_interpretations"].num_rows
    given = [rows[row["comment"]]["given_in"] for row in ROWS[:20]]
    assert given == ["full"] * 5 + ["full | not_negative"] * 5 + ["full | not_negative | positive"] * 10
    row = rows[ROWS[10]["comment"]]
    assert (row["source"], row["source_row"], row["official_split"]) == ("dataset_full_256.pkl", 11, None)
    row = rows[ROWS[29]["comment"]]
    assert (row["given_in"], row["official_split"], row["source"]) == (None, "test", "dataset_test_256.pkl")
    songs = {song["song_id"]: song for song in made.rows("interpreted_songs")}
    assert [song_id for song_id, song in songs.items() if song["official_split"] == "test"] == ["id06", "id09"]
    assert songs["id06"]["source"] == " | ".join(f"dataset_{name}_256.pkl" for name in parts if name != "test") + (
        " | dataset_test_256.pkl"
    )


def test_comments_with_votes_are_read_and_votes_that_are_no_numbers_stay(tmp_path: Path) -> None:
    comments: list[tuple[str, Any]] = [
        ("fine", 3),
        ("dull", -2),
        ("what", "three"),
        ("hm", float("nan")),
        ("ok", "+1"),
        ("", 5),
        ("a\ud83d", 1),
    ]
    path = write(tmp_path, "dataset.pkl", dumped([MusicData("la", comments), MusicData("lo", [])], 4, "__main__"))
    made = ingest(path)
    assert sorted((row["text"], row["votes"], row["votes_given"]) for row in made.rows("raw_interpretations")) == [
        ("dull", -2, None), ("fine", 3, None), ("hm", None, None), ("ok", 1, None), ("what", None, "three"),
    ]  # fmt: skip
    assert rejects(made) == [
        ("dataset.pkl row 1 interpretation 6", "no_interpretation"), ("dataset.pkl row 1 interpretation 7", "not_unicode"),
        ("dataset.pkl row 2 interpretation 1", "no_interpretation"),
    ]  # fmt: skip


def test_hostile_rows_are_told_and_the_others_are_read(tmp_path: Path) -> None:
    rows: list[Any] = [
        {"id": "a", "lyrics": "la", "comment": "one"},
        {"id": "b\0", "comment": "two"},
        {"id": "x" * 200, "comment": "three"},
        {"id": "c", "lyrics": "la\0", "comment": "four \0"},
        {"id": "d", "lyrics": "la", "comment": "half \ud83d"},
        {"id": "e", "lyrics": "la \udc80", "comment": "five"},
        {"id": "f", "comment": 17},
        {"id": "g", "comment": "x " * 60_000},
        ["no", "object"],
        {"id": "h", "comment": None},
    ]
    text = json.dumps(rows[:-1])[:-1] + ', {"id": "h", "comment": "x", "comment": "y"}]'
    made = ingest(write(tmp_path, "rows.json", text))
    assert [song["song_id"] for song in made.rows("interpreted_songs")] == ["a", "c", "g"]
    assert made.rows("raw_interpretations")[1]["text"] == "four \0"
    assert [reason for _, reason in rejects(made)] == [
        "bad_id", "bad_id", "not_unicode", "not_unicode", "bad_interpretation", "not_an_object", "duplicate_key",
    ]  # fmt: skip


def test_a_song_with_thousands_of_interpretations(tmp_path: Path) -> None:
    rows = [{"id": "x", "lyrics": f"la {number % 3}", "comment": f"text {number % 4000}"} for number in range(5000)]
    made = ingest(as_file(tmp_path, "rows.jsonl", rows))
    (song,) = made.rows("interpreted_songs")
    assert (song["n_rows"], song["n_other_lyrics"], song["lyrics"]) == (5000, 2, "la 0")
    assert made.tables["raw_interpretations"].column("row").to_pylist() == list(range(5000))


def test_music4all_and_columns_tell_of_songs(tmp_path: Path) -> None:
    write(tmp_path, "m4a/id_information.csv", "id\tartist\tsong\talbum_name\nid01\tAnn\tSea\tX\nbad row\n")
    write(tmp_path, "m4a/id_tags.csv", "id\ttags\nid01\tslow,calm\n")
    rows = [row | {"split": "test" if number < 3 else "train"} for number, row in enumerate(ROWS)]
    made = ingest(as_file(tmp_path, "rows.parquet", rows), music4all=str(tmp_path / "m4a"))
    first, second, *_ = made.rows("interpreted_songs")
    assert [second[name] for name in ("artist", "title", "tags")] == ["Ann", "Sea", "calm | slow"]
    assert (first["official_split"], second["official_split"], first["artist"]) == ("test", "train", None)
    assert rejects(made) == [("id_information.csv row 2", "ragged_row")]


def test_a_limit_keeps_the_first_songs_with_all_of_their_rows(tmp_path: Path) -> None:
    path = as_file(tmp_path, "rows.csv", ROWS)
    few, all_of_them = ingest(path, limit=4), ingest(path)
    assert few.tables["interpreted_songs"] == all_of_them.tables["interpreted_songs"][:4]
    assert few.tables["raw_interpretations"] == all_of_them.tables["raw_interpretations"][:12]


def test_a_source_of_which_nothing_can_be_used_leaves_rejects(tmp_path: Path) -> None:
    made = ingest(write(tmp_path, "rows.csv", "comment,lyrics\n,la\nonly\n"))
    assert made.tables["interpreted_songs"].num_rows == made.tables["raw_interpretations"].num_rows == 0
    assert rejects(made) == [("rows.csv row 1", "no_interpretation"), ("rows.csv row 2", "ragged_row")]
    assert ingest(write(tmp_path, "empty.csv", "comment,lyrics\n")).rejects == []


def test_a_source_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    bad = {"music4all_id": "../x", "comment": "c"}
    parameters = STAGE.parameters(input=str(as_file(tmp_path, "rows.jsonl", [*ROWS[:4], bad])))
    assert STAGE.prepare is not None
    shard, *_ = cut(tmp_path / "rows.jsonl")
    changes = [[*ROWS[:3], bad], [ROWS[0] | {"comment": "new"}, *ROWS[1:4], bad], ROWS[:4]]
    for place, rows in enumerate(changes):
        as_file(tmp_path, "rows.jsonl", rows)
        (folder := tmp_path / str(place)).mkdir()
        STAGE.prepare(parameters, NOTHING, folder)
        task = stages.Task(shard, NOTHING, trial._Sink(STAGE.outputs), tmp_path, prepared=folder)
        with pytest.raises(InputError, match="changed while it was being read"):
            STAGE.run(parameters, task)


def test_a_shard_can_be_computed_in_pieces(tmp_path: Path) -> None:
    path = as_file(tmp_path, "rows.jsonl", [*ROWS, {"comment": "c"}])
    parameters = STAGE.parameters(input=str(path))
    assert STAGE.prepare is not None
    assert STAGE.pieces is not None
    shard, *_ = cut(path)
    (folder := tmp_path / "prepared").mkdir()
    STAGE.prepare(parameters, NOTHING, folder)
    whole, pieces = trial._Sink(STAGE.outputs), trial._Sink(STAGE.outputs)
    STAGE.run(parameters, stages.Task(shard, NOTHING, whole, tmp_path, prepared=folder))
    for item in shard.items:
        piece = stages.Shard(shard.first, shard.last, 1, "", (item,))
        STAGE.run(parameters, stages.Task(piece, NOTHING, pieces, tmp_path, prepared=folder))
    assert len(shard.items) > 2
    for name, table in whole.tables().items():
        assert pa.table(table) == pieces.tables()[name].combine_chunks()
    assert [one.reason for one in pieces.rejects] == ["bad_id"]
    keys = [STAGE.pieces.reject_key(item) for item in shard.items[1:]]
    assert keys == [song["song_id"] for song in whole.tables()["interpreted_songs"].to_pylist()]


def test_a_plan_tells_songs_and_rows(tmp_path: Path) -> None:
    assert STAGE.expect is not None
    for name in ("full", "positive"):
        as_file(tmp_path, f"set/{name}.pkl", ROWS)
    for source in (tmp_path / "set", as_file(tmp_path, "rows.parquet", ROWS)):
        expected = STAGE.expect(STAGE.parameters(input=str(source)), {})
        assert expected.rows["raw_interpretations"] == 30
    assert (expected.items, expected.rows["interpreted_songs"]) == (10, 10)
    limited = STAGE.expect(STAGE.parameters(input=str(source), limit=4), {})
    assert (limited.rows["interpreted_songs"], limited.rows["raw_interpretations"]) == (4, 12)


def test_a_build_reads_tells_what_it_left_and_ends_with_the_same_bytes_again(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, "ingest.interpretations")
    given = '[options]\ninput = ["ingest.interpretations.input"]\n'
    Path(recipe).write_text(Path(recipe).read_text().replace("[options]\n", given))
    rows = [row | {"views": 3, "votes": "many" if number else 2} for number, row in enumerate(ROWS)]
    as_file(tmp_path, "in/rows.jsonl", [*rows, rows[0] | {"lyrics": "other", "comment": "x"}, {"comment": "y"}])
    write(tmp_path, "in/songs.csv", "a,b\n1,2\n")
    work = musicdata.build(recipe, input=tmp_path / "in", work=tmp_path / "w")
    assert work.table("interpreted_songs").num_rows == 10
    assert sorted((row["key"], row["reason"]) for row in work.rows("rejects")) == [
        ("rows.jsonl row 32", "bad_id"), ("songs.csv", "no_interpretations_column"),
    ]  # fmt: skip
    told = remarks(work.root)["ingest.interpretations"]
    assert told["text"] == (
        "rows.jsonl: not read are the columns views; not read: songs.csv; votes of 29 interpretations are no whole numbers; "
        "rows of 1 songs differ in their words: those of most rows are taken"
    )
    assert {name: told["facts"][name] for name in ("songs", "interpretations", "with_votes", "odd_votes")} == {
        "songs": 10, "interpretations": 31, "with_votes": 2, "odd_votes": 29,
    }  # fmt: skip
    (tmp_path / "in").rename(tmp_path / "elsewhere")
    again = musicdata.build(recipe, input=tmp_path / "elsewhere", work=tmp_path / "w")
    assert [report.built for report in again.stages] == [False]


def test_a_pickle_that_acts_ends_the_build_and_leaves_nothing(tmp_path: Path) -> None:
    path = write(tmp_path, "rows.pkl", b"\x80\x02]cos\nsystem\nX\x04\x00\x00\x00true\x85Ra.")
    recipe = write_recipe(tmp_path, "ingest.interpretations", **{"ingest.interpretations": f'input = "{path}"'})
    with pytest.raises(MusicdataError, match=r"byte \d+: it asks for os\.system"):
        musicdata.build(recipe, work=tmp_path / "w")
    assert not (tmp_path / "w" / "tables").exists()


def test_real_songs_with_an_editors_notes_are_read() -> None:
    made = ingest(shared("captions") / "burns_songs_notes.csv")
    songs, rows = made.rows("interpreted_songs"), made.rows("raw_interpretations")
    assert (len(songs), len(rows), made.rejects) == (213, 213, [])
    assert {song["artist"] for song in songs} == {"Robert Burns"}
    assert songs[0]["title"] == "Handsome Nell"
    assert songs[0]["lyrics"].startswith("O once I lov'd a bonnie lass,\n")
    assert rows[0]["text"].startswith('"This composition," says Burns')
    assert all(song["language_given"] == "en" and song["n_rows"] == 1 for song in songs)


def test_captions_of_musiccaps_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MUSICDATA_SHARD_ITEMS", raising=False)
    made = ingest(shared("captions") / "musiccaps-public.csv")
    songs = made.rows("interpreted_songs")
    assert (len(songs), made.rejects) == (5521, [])
    assert sum(song["official_split"] == "test" for song in songs) == 2858
    assert all(song["lyrics"] is None and song["tags"] for song in songs)
    (first,) = (song for song in songs if song["song_id"] == "-0Gj8-vB1q4")
    assert first["tags"].split(" | ")[:3] == ["ballad", "low quality", "mellow piano melody"]
