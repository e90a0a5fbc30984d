"""Groups of songs with words: what is the same song, what only shares a chorus, and that nothing placed ever moves."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.definitions import trial
from musicdata.definitions.stage import Task
from musicdata.definitions.trial import Trial
from musicdata.music.similarity import distinct
from musicdata.stages.place import group_lyrics
from musicdata.stages.place.group_lyrics import STAGE, GroupLyrics, remark
from tests.examples import examples
from tests.songs import DATA
from tests.stages import lyric_songs as made
from tests.stages.lyric_songs import verses

NAMES = "abcdefghijklmnopqrstuvwxyz"


def group(texts: dict[str, str], parameters: dict[str, Any] | None = None, **facts: dict[str, Any]) -> dict[str, Any]:
    """Return song → its row."""
    rows = trial.run(STAGE, made.tables(texts, **facts), **(parameters or {})).rows("lyric_groups")
    return {row["song_id"]: row for row in rows}


def groups_of(rows: dict[str, Any], level: str = "text_group") -> list[str]:
    members: dict[str, str] = {}
    for song_id, row in rows.items():
        members[row[f"{level}_id"]] = members.get(row[f"{level}_id"], "") + song_id
    assert all(row[f"{level}_size"] == len(members[row[f"{level}_id"]]) for row in rows.values())
    assert all(name == some[0] for name, some in members.items())
    return sorted(members.values())


def edited(text: str, seed: object, words: float = 0.04, lines: float = 0.03) -> str:
    """Return a text of which some words are others, and some lines are gone."""
    draw = random.Random(f"edited {seed}")
    kept = [line for line in text.split("\n") if not line or draw.random() >= lines]
    return "\n".join(" ".join("else" if draw.random() < words else word for word in line.split()) for line in kept)


def test_the_same_words_in_other_dress_and_with_some_changed_are_one_group() -> None:
    texts = {name: verses(name) for name in "adfg"}
    texts |= {"b": verses("a").upper().replace("\n", " / "), "c": edited(verses("a"), 1), "e": verses("d") + "\nla la"}
    rows = group(texts)
    assert groups_of(rows) == groups_of(rows, "group") == groups_of(rows, "artist_group") == ["abc", "de", "f", "g"]
    assert [rows[name]["nearest_song_id"] for name in NAMES[:7]] == ["b", "a", "a", "e", "d", None, None]
    assert [rows[name]["linked_by"] for name in NAMES[:7]] == ["text"] * 5 + [None, None]
    assert rows["a"]["similarity"] == rows["b"]["similarity"] == rows["d"]["similarity"] == 1
    assert 0.55 < rows["c"]["similarity"] < 1
    assert rows["f"]["similarity"] is None


def test_nearly_all_edited_copies_are_found_and_nothing_else() -> None:
    texts = {f"{n:03d}": verses(n, 60 + n) for n in range(150)}
    copies = {f"{n:03d}x": edited(texts[f"{n:03d}"], n) for n in range(150)}
    rows = group(texts | copies)
    found = sum(rows[name]["text_group_id"] == rows[name[:3]]["text_group_id"] for name in copies)
    assert found >= 148
    assert all(row["text_group_id"][:3] == song_id[:3] for song_id, row in rows.items())


def test_a_shared_chorus_makes_no_group_and_an_excerpt_does() -> None:
    chorus = verses("chorus", 36)
    texts = {name: f"{verses(name, 48)}\n\n{chorus}\n\n{verses((name, 2), 24)}\n\n{chorus}" for name in "abcd"}
    assert groups_of(group(texts)) == ["a", "b", "c", "d"]
    rows = group({"a": verses("a", 240), "b": verses("b"), "c": "\n".join(verses("a", 240).split("\n")[:20])})
    assert groups_of(rows) == ["ac", "b"]
    assert rows["a"]["similarity"] == 1


def test_a_chain_of_excerpts_is_taken_apart_and_true_copies_are_not() -> None:
    stanzas = [verses(("stanza", n), 60) for n in range(20)]
    chain = {NAMES[n]: "\n\n".join(stanzas[2 * n : 2 * n + 4]) for n in range(8)}  # each shares half with the next
    loose = {"min_jaccard": 0.2}
    assert groups_of(group(chain, loose)) == ["abcdefgh"]
    assert groups_of(group(chain, loose | {"max_group": 4})) == list("abcdefgh")
    copies = {NAMES[n + 10]: edited(verses("x", 200), n, words=0.01, lines=0) for n in range(6)}
    assert groups_of(group(chain | copies, loose | {"max_group": 4})) == [*"abcdefgh", "klmnop"]


@pytest.mark.parametrize("text", ["Happy birthday to you", "la la la", "爱你", "1 2 3"])
def test_short_words_are_one_group_only_where_they_are_equal(text: str) -> None:
    rows = group({"a": text, "b": text.upper() + "!" * text.isascii(), "c": text + " x", "d": "x " + text})
    assert groups_of(rows) == (["ab", "c", "d"] if any(map(str.isalpha, text)) else ["a", "b", "cd"])


def test_scripts_without_spaces_are_compared_by_signs() -> None:
    draw = random.Random("signs")
    signs = [[chr(draw.randrange(0x4E00, 0x9000)) for _ in range(80)] for _ in range(6)]
    poems = {NAMES[n]: "，".join("".join(some[k : k + 5]) for k in range(0, 80, 5)) for n, some in enumerate(signs)}
    changed = list(poems["c"].replace("，", "。"))
    changed[20], changed[50] = "之", "乎"
    rows = group(poems | {"g": "".join(changed)})
    assert groups_of(rows) == ["a", "b", "cg", "d", "e", "f"]


def test_works_tie_groups_and_no_texts() -> None:
    texts = {"a": verses("a"), "b": verses("b"), "c": edited(verses("b"), 0), "d": verses("d"), "e": verses("e")}
    rows = group(texts, work_id={"a": "hymn 1", "b": " hymn 1", "d": "  ", "e": "hymn 2"})
    assert groups_of(rows) == ["a", "bc", "d", "e"]
    assert groups_of(rows, "group") == ["abc", "d", "e"]
    assert [rows[name]["linked_by"] for name in "abcde"] == ["work", "text + work", "text", None, None]


def test_artists_tie_the_groups_of_the_second_scheme() -> None:
    texts = {name: verses(name) for name in "abcdefg"} | {"h": verses("a")}
    names = {"a": "Björk", "b": "BJORK feat. Thom Yorke", "c": "Traditional", "d": "traditional", "e": "Various Artists",
             "f": "various artists", "g": " ", "h": "A cover band"}  # fmt: skip
    rows = group(texts, artist=names)
    assert groups_of(rows, "group") == ["ah", "b", "c", "d", "e", "f", "g"]
    assert groups_of(rows, "artist_group") == ["abh", "c", "d", "e", "f", "g"]


def test_covers_that_tie_too_many_artists_tie_none(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {NAMES[n]: verses(n // 2) for n in range(12)} | {"y": verses("y"), "z": verses("y")}
    artists = {NAMES[n]: f"artist {(n + 1) // 2 % 6}" for n in range(12)} | {"y": "Y", "z": "Z"}
    assert groups_of(group(texts, artist=artists), "artist_group") == ["abcdefghijkl", "yz"]
    monkeypatch.setattr(group_lyrics, "_SMALL", 3)
    rows = group(texts, {"max_artist_share": 0.5}, artist=artists)
    assert groups_of(rows, "artist_group") == ["al", "bc", "de", "fg", "hi", "jk", "yz"]
    assert groups_of(rows, "group") == ["ab", "cd", "ef", "gh", "ij", "kl", "yz"]
    tables = trial.run(STAGE, made.tables(texts, artist=artists), max_artist_share=0.5).tables
    told = remark(GroupLyrics(), trial._Inputs(tables))
    assert told.facts["groups_of_several_artist_groups"] == 6
    assert "6 groups are by artists that would tie too many together" in told.text


def test_words_under_many_artists_and_titles_are_rejects_and_carols_are_not() -> None:
    lost, carol = "Lyrics for this song have yet to be released", verses("carol", 40)
    texts = {f"{n:02d}x": lost for n in range(22)} | {f"{n:02d}y": carol for n in range(22)} | {"z": verses("z")}
    artists = {song_id: f"artist {song_id}" for song_id in texts}
    titles = {song_id: None if song_id[0] == "0" else "Noel" if song_id[2:] == "y" else song_id for song_id in texts}
    titles |= {f"{n:02d}y": "Noël" for n in range(10)}
    tables = made.tables(texts, artist=artists, title=titles)
    result = trial.run(STAGE, tables)
    assert len(result.rejects) == 22
    assert {(reject.key[2:], reject.reason, reject.detail) for reject in result.rejects} == {
        ("x", "placeholder_text", "its words stand under 22 artists and 22 titles")
    }
    rows = {row["song_id"]: row for row in result.rows("lyric_groups")}
    assert len(rows) == 23
    assert rows["00y"]["text_group_size"] == 22
    assert not trial.run(STAGE, tables, max_artists=22).rejects


class Parts(trial._Inputs):
    """Tables in several parts, as a workspace has them."""

    def iterate(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> Iterator[pa.Table]:
        rows = self.read(table, columns, first, last)
        yield from (rows.slice(start, 3) for start in range(0, len(rows), 3))


def run(tables: made.Tables, before: Trial | None = None, reader: type[trial._Inputs] = trial._Inputs) -> Trial:
    """Run the stage in a workspace, which may have groups already."""
    inputs = reader({name: trial._table(name, rows) for name, rows in tables.items()})
    sink = trial._Sink(STAGE.outputs)
    assert STAGE.cut is not None
    kept = trial._Inputs(before.tables) if before else None
    for shard in STAGE.cut(GroupLyrics(), inputs):
        STAGE.run(GroupLyrics(), Task(shard, inputs, sink, Path(), kept=kept))
    return Trial(sink.tables(), sink.rejects)


def test_rows_depend_neither_on_parts_and_batches_nor_on_other_songs(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"b": verses("b"), "d": edited(verses("b"), 1), "f": verses("b"), "h": verses("h")}
    alone = group(texts)
    more = texts | {"a": verses("a"), "c": verses("c"), "e": "", "g": "1 2"}
    rows = group(more)
    assert {song_id: rows[song_id] for song_id in alone} == alone
    monkeypatch.setattr(distinct, "_BATCH", 2)
    assert {r["song_id"]: r for r in run(made.tables(more), reader=Parts).rows("lyric_groups")} == rows


def test_a_workspace_that_grows_moves_no_song_and_rejects_what_would() -> None:
    texts = {"b": verses("b"), "d": verses("d"), "f": verses("f")}
    artists = {"b": "B", "d": "D", "f": "F", "a": "A", "c": "New", "e": "D feat. F", "g": "F"}
    before = run(made.tables(texts, artist=artists))
    more = {"a": edited(verses("b"), 1), "c": verses("c"), "e": verses("e"), "g": verses("d")}
    after = run(made.tables(texts | more, artist=artists), before)
    rows = {row["song_id"]: row for row in after.rows("lyric_groups")}
    assert groups_of({song_id: rows[song_id] for song_id in "cef"}) == ["c", "e", "f"]
    assert rows["a"]["text_group_id"] == rows["a"]["artist_group_id"] == "b"  # joins, though its name comes first
    assert rows["e"]["artist_group_id"] == "d"
    assert [(reject.key, reject.reason) for reject in after.rejects] == [("g", "bridges_groups")]
    assert "2 groups that were apart in the last build (d, f)" in after.rejects[0].detail
    assert set(rows) == set("abcdef")


def test_the_remark_lists_the_largest_groups() -> None:
    texts = {"a": verses("a"), "b": verses("a"), "c": verses("c"), "d": verses("d")}
    tables = run(made.tables(texts, artist={"c": "C", "d": "C"}))
    told = remark(GroupLyrics(), trial._Inputs(tables.tables))
    assert told.facts["largest_text_groups"] == [["a", 2], ["c", 1], ["d", 1]]
    assert told.facts["largest_artist_groups"] == [["a", 2], ["c", 2]]
    assert told.text.startswith("1 of 4 songs have words that another has")
    empty = trial._Inputs({"lyric_groups": tables.tables["lyric_groups"].slice(0, 0)})
    assert remark(GroupLyrics(), empty).facts["songs"] == 0


ODD = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(
    ["", " ", "\0", "A feat. B", "=cmd()", "愛" * 20]
)


@examples(40)
@given(st.lists(st.tuples(ODD, ODD | st.none(), ODD | st.none(), ODD | st.none()), min_size=1, max_size=8))
def test_whatever_songs_hold_each_has_a_place(songs: list[tuple[str, str | None, str | None, str | None]]) -> None:
    texts, artists, titles, works = (dict(zip(NAMES, some, strict=False)) for some in zip(*songs, strict=True))
    rows = group(texts, artist=artists, title=titles, work_id=works)
    assert len(rows) == len(songs)
    for level, wider in (("text_group", "group"), ("group", "artist_group")):
        assert len({(row[f"{level}_id"], row[f"{wider}_id"]) for row in rows.values()}) == len(groups_of(rows, level))


def test_no_songs_make_no_groups() -> None:
    assert trial.run(STAGE, {"song_texts": [], "clean_lyrics": []}).rows("lyric_groups") == []


def test_all_known_near_duplicates_of_real_songs_are_found() -> None:
    folder = DATA / "lyrics"
    if not folder.is_dir():
        pytest.skip("real data are not here: ../shared/data/lyrics")
    with (folder / "songs.csv").open(encoding="utf-8", newline="") as file:
        texts = {f"{row:05d}": song["Lyrics"] for row, song in enumerate(csv.DictReader(file), 1)}
    with (folder / "near_duplicates.tsv").open(encoding="utf-8") as file:
        pairs = [(f"{int(p['row_a']):05d}", f"{int(p['row_b']):05d}") for p in csv.DictReader(file, delimiter="\t")]
    rows = group(texts)
    assert [pair for pair in pairs if rows[pair[0]]["text_group_id"] != rows[pair[1]]["text_group_id"]] == []
    assert len(texts) - len({row["text_group_id"] for row in rows.values()}) <= 100  # of 4,270; the pairs make 79
