"""Songs with their words read into a table: every row or why not, whatever the order and the shards."""

from __future__ import annotations

import csv
import hashlib
import random
from pathlib import Path
from typing import Any

import pytest

import musicdata
from musicdata.api.status import remarks
from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from musicdata.definitions.trial import Trial
from musicdata.errors import InputError, MusicdataError
from tests.recipes import write_recipe
from tests.songs import shared
from tests.sources.lyrics.tables import HEADER, write

STAGE = stages.find("ingest.lyrics")
NOTHING = trial._Inputs({})
SONGS = [(f"Artist {number}", f"Song {number}", "Rock", "en", f"words of {number}\nand more") for number in range(30)]


def table(rows: Any, header: str = HEADER) -> str:
    return header + "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)


def ingest(source: Path | str, **parameters: Any) -> Trial:
    return trial.run(STAGE, input=str(source), **parameters)


def test_every_row_is_a_song_with_all_that_is_said_of_it(tmp_path: Path) -> None:
    header = "Year,Rights,Lyrics,SONG,artist,Language,genre,Work_ID,Track_id,Popularity\n"
    path = write(tmp_path, "songs.csv", f'{header}1999,CC0,"la\nla",T,A,English,Rock,w1,t9,7\n')
    made = ingest(path)
    (row,) = made.rows("song_texts")
    assert row.pop("text_sha256") == hashlib.sha256(b"la\nla").hexdigest()
    assert row == {
        "song_id": "t9", "artist": "A", "title": "T", "genre": "Rock", "language_given": "English", "year": 1999,
        "licence": "CC0", "work_id": "w1", "text": "la\nla", "source": "songs.csv", "source_row": 1,
    }  # fmt: skip
    assert made.rejects == []


def test_rows_are_the_same_whatever_their_order(tmp_path: Path) -> None:
    expected: list[dict[str, Any]] | None = None
    for seed in range(3):
        rows = random.Random(seed).sample(SONGS, len(SONGS))
        made = ingest(write(tmp_path, f"{seed}/songs.csv", table(rows))).rows("song_texts")
        assert [rows[row.pop("source_row") - 1][1] for row in made] == [row["title"] for row in made]
        assert [row["song_id"] for row in made] == sorted(row["song_id"] for row in made)
        assert expected is None or made == expected
        expected = made


def test_rows_do_not_depend_on_how_the_work_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "songs.csv", table([*SONGS, SONGS[3], ("A", "B", "C", "en", "")]))
    monkeypatch.delenv("MUSICDATA_SHARD_ITEMS", raising=False)
    one = ingest(path)
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "4")
    assert STAGE.cut is not None
    assert len(list(STAGE.cut(STAGE.parameters(input=str(path)), NOTHING))) > 4
    many = ingest(path)
    assert many.rows("song_texts") == one.rows("song_texts")
    assert many.rejects == one.rejects
    assert [(reject.key, reject.reason) for reject in one.rejects] == [
        ("songs.csv row 32", "no_text"), ("songs.csv row 31", "duplicate_row"),
    ]  # fmt: skip


def test_an_added_song_changes_one_shard_but_for_the_rows_that_moved(tmp_path: Path) -> None:
    def shards(rows: Any) -> set[str]:
        path = write(tmp_path, "songs.csv", table(rows))
        assert STAGE.cut is not None
        return {shard.digest for shard in STAGE.cut(STAGE.parameters(input=str(path)), NOTHING)}

    before, after = shards(SONGS), shards([*SONGS, ("New", "Song", "Pop", "en", "other words")])
    assert len(before) > 3
    assert len(before - after) == 1


def test_a_limit_keeps_the_first_songs_by_their_ids(tmp_path: Path) -> None:
    path = write(tmp_path, "songs.csv", table(SONGS))
    assert ingest(path, limit=5).rows("song_texts") == ingest(path).rows("song_texts")[:5]


def test_a_source_of_which_nothing_can_be_used_leaves_rejects(tmp_path: Path) -> None:
    made = ingest(write(tmp_path, "songs.csv", table([("A", "B", "C", "en", "")]) + "too,short\n"))
    assert made.rows("song_texts") == []
    assert [(reject.key, reject.reason) for reject in made.rejects] == [
        ("songs.csv row 1", "no_text"), ("songs.csv row 2", "ragged_row"),
    ]  # fmt: skip
    assert ingest(write(tmp_path, "empty.csv", HEADER)).rejects == []


def test_a_source_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "songs.csv", table([SONGS[0], SONGS[0]]))
    parameters = STAGE.parameters(input=str(path))
    assert STAGE.cut is not None
    assert STAGE.prepare is not None
    (shard,) = STAGE.cut(parameters, NOTHING)
    for place, rows in enumerate(([SONGS[1], SONGS[1]], [SONGS[0]])):
        write(tmp_path, "songs.csv", table(rows))
        (folder := tmp_path / str(place)).mkdir()
        STAGE.prepare(parameters, NOTHING, folder)
        task = stages.Task(shard, NOTHING, trial._Sink(STAGE.outputs), tmp_path, prepared=folder)
        with pytest.raises(InputError, match="changed while it was being read"):
            STAGE.run(parameters, task)


def test_a_shard_can_be_computed_in_pieces(tmp_path: Path) -> None:
    path = write(tmp_path, "songs.csv", table([*SONGS[:3], ("A", "B", "C", "en", "")]))
    parameters = STAGE.parameters(input=str(path))
    assert STAGE.cut is not None
    assert STAGE.prepare is not None
    assert STAGE.pieces is not None
    shard, *_ = STAGE.cut(parameters, NOTHING)
    STAGE.prepare(parameters, NOTHING, tmp_path)
    sink = trial._Sink(STAGE.outputs)
    for item in shard.items:
        piece = stages.Shard(shard.first, shard.last, 1, "", (item,))
        STAGE.run(parameters, stages.Task(piece, NOTHING, sink, tmp_path, prepared=tmp_path))
    written = [row["song_id"] for row in sink.tables()["song_texts"].to_pylist()]
    assert [STAGE.pieces.reject_key(item) for item in shard.items] == ["-", *written]
    assert [reject.reason for reject in sink.rejects] == ["no_text"]


def test_a_plan_tells_the_songs(tmp_path: Path) -> None:
    path = write(tmp_path, "songs.csv", table(SONGS))
    assert STAGE.expect is not None
    assert STAGE.expect(STAGE.parameters(input=str(path)), {}).rows["song_texts"] == 30
    assert STAGE.expect(STAGE.parameters(input=str(path), limit=4), {}).rows["song_texts"] == 4
    corpus = STAGE.expect(STAGE.parameters(), {})
    assert corpus.items > 400
    of_score, of_row = (STAGE.cost_of(STAGE.parameters(**given), corpus).cpu_s for given in ({}, {"input": str(path)}))
    assert of_score is not None
    assert of_row is not None
    assert of_score > 10 * of_row


def test_a_build_reads_tells_what_it_left_and_ends_with_the_same_bytes_again(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, "ingest.lyrics")
    given = '[options]\ninput = ["ingest.lyrics.input"]\n'
    Path(recipe).write_text(Path(recipe).read_text().replace("[options]\n", given))
    rows = [(*song, "7") for song in SONGS[:9]]
    write(tmp_path, "in/songs.csv", table([*rows, rows[2]], HEADER.replace("\n", ",Views\n")))
    write(tmp_path, "in/pairs.csv", "a,b\n1,2\n")
    work = musicdata.build(recipe, input=tmp_path / "in", work=tmp_path / "w")
    assert work.table("song_texts").num_rows == 9
    assert sorted((row["key"], row["reason"]) for row in work.rows("rejects")) == [
        ("pairs.csv", "no_lyrics_column"), ("songs.csv row 10", "duplicate_row"),
    ]  # fmt: skip
    told = remarks(work.root)["ingest.lyrics"]
    assert told["text"] == "songs.csv: not read are the columns Views; not read: pairs.csv"
    assert told["facts"]["songs"] == 9
    (tmp_path / "in").rename(tmp_path / "elsewhere")
    again = musicdata.build(recipe, input=tmp_path / "elsewhere", work=tmp_path / "w")
    assert [report.built for report in again.stages] == [False]


def test_a_missing_file_ends_the_build_and_leaves_nothing_in_its_place(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, "ingest.lyrics", **{"ingest.lyrics": f'input = "{tmp_path / "gone.csv"}"'})
    with pytest.raises(MusicdataError, match=r"gone.csv: no such file or folder; nothing was read in its place"):
        musicdata.build(recipe, work=tmp_path / "w")
    assert not (tmp_path / "w" / "tables").exists()


def test_real_songs_are_read_with_their_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MUSICDATA_SHARD_ITEMS", raising=False)
    folder = shared("lyrics")
    made = ingest(folder / "songs.csv", works=str(folder / "sources.tsv"))
    rows = made.rows("song_texts")
    assert (len(rows), made.rejects) == (4270, [])
    with (folder / "songs.csv").open(encoding="utf-8", newline="") as file:
        for row, given in zip(sorted(rows, key=lambda row: row["source_row"]), csv.DictReader(file), strict=True):
            assert row["title"] == " ".join(given["Song"].split())
            assert (row["language_given"], row["text"]) == (given["Language"], given["Lyrics"])
    with (folder / "sources.tsv").open(encoding="utf-8", newline="") as file:
        works = {
            int(line["row"]): line["work"] for line in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        }
    assert {row["source_row"]: row["work_id"] for row in rows} == works
    rows = ingest(folder / "songs_test_layout.csv").rows("song_texts")
    assert len(rows) == 168
    assert all(row["song_id"].startswith("PD") for row in rows)
    assert sum(row["year"] is not None for row in rows) > 100
