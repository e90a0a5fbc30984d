"""Groups of songs with interpretations: what ties songs, what is a copy, and that nothing placed ever moves."""

from __future__ import annotations

import csv
import random
from collections import defaultdict
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
from musicdata.errors import IntegrityError
from musicdata.music.similarity import distinct
from musicdata.stages.place.group_interpretations import STAGE, GroupInterpretations, remark
from tests.examples import examples
from tests.songs import DATA
from tests.stages import interpreted as made
from tests.stages.interpreted import Tables, interpretation_id, prose
from tests.stages.lyric_songs import verses

NAMES = "abcdefghijklmnopqrstuvwxyz"


class Parts(trial._Inputs):
    """Tables in several parts, as a workspace has them."""

    def iterate(
        self, table: str, columns: list[str] | None = None, first: str | None = None, last: str | None = None
    ) -> Iterator[pa.Table]:
        rows = self.read(table, columns, first, last)
        yield from (rows.slice(start, 3) for start in range(0, len(rows), 3))


def run(
    tables: Tables, before: Trial | None = None, reader: type[trial._Inputs] = trial._Inputs, **parameters: object
) -> Trial:
    """Run the stage in a workspace, which may have groups already."""
    inputs = reader({name: trial._table(name, rows) for name, rows in tables.items()})
    sink = trial._Sink(STAGE.outputs)
    chosen = GroupInterpretations.model_validate(parameters)
    assert STAGE.cut is not None
    kept = trial._Inputs(before.tables) if before else None
    for shard in STAGE.cut(chosen, inputs):
        STAGE.run(chosen, Task(shard, inputs, sink, Path(), kept=kept))
    return Trial(sink.tables(), sink.rejects)


def groups_of(result: Trial, level: str = "group") -> list[str]:
    rows = result.rows("interpretation_groups")
    members: dict[str, str] = defaultdict(str)
    for row in rows:
        members[row[f"{level}_id"]] += row["song_id"]
    assert all(row[f"{level}_size"] == len(members[row[f"{level}_id"]]) for row in rows)
    return sorted(members.values())


def column(result: Trial, name: str) -> list[Any]:
    return [row[name] for row in result.rows("interpretation_groups")]


def rejects(result: Trial) -> list[tuple[str, str]]:
    return [(reject.key, reject.reason) for reject in result.rejects]


def edited(text: str, seed: object, share: float = 0.04) -> str:
    """Return a text of which some words are others."""
    draw = random.Random(f"edited {seed}")
    return " ".join("other" if draw.random() < share else word for word in text.split(" "))


def songs(names: str) -> dict[str, str]:
    return {name: verses(name) for name in names}


def comments(names: str) -> dict[str, list[made.Said]]:
    return {name: [prose((name, n)) for n in range(2)] for name in names}


def test_each_kind_of_tie_makes_groups_and_is_named() -> None:
    texts = songs("abcdefghi") | {"d": edited(verses("c"), 1), "i": verses("h")}
    said = comments("abcdefghi")
    said["f"] = [edited(prose(("e", 0)), 1), prose("f")]
    facts = {
        "songmeanings_id": {"a": "353", "b": " 353 ", "c": "1", "d": ""},
        "artist": {"g": "Björk", "h": "BJORK feat. Thom", "a": "Somebody"},
        "title": {"g": "Hidden Place", "h": "Hidden Place - Remastered 2011", "a": "Hidden Place"},
    }
    result = run(made.tables(texts, said, **facts))
    assert groups_of(result) == ["ab", "cd", "ef", "ghi"]
    assert column(result, "linked_by") == [
        "id", "id", "lyrics", "lyrics", "interpretation", "interpretation", "artist_title", "artist_title + lyrics",
        "lyrics",
    ]  # fmt: skip
    assert column(result, "nearest_song_id") == [None, None, "d", "c", "f", "e", None, "i", "h"]
    assert column(result, "similarity")[-1] == 1
    assert 0.5 < column(result, "similarity")[4] < 1
    assert result.rejects == []


def test_artists_tie_the_second_scheme_only() -> None:
    result = run(
        made.tables(songs("abcd"), comments("abcd"), artist={"a": "A", "b": "a", "c": "Various Artists", "d": "C"})
    )
    assert groups_of(result) == ["a", "b", "c", "d"]
    assert groups_of(result, "artist_group") == ["ab", "c", "d"]


def test_an_id_that_many_songs_have_is_none() -> None:
    names = NAMES[:6]
    facts = {"songmeanings_id": dict.fromkeys(names, "0"), "title": {"a": "A", "b": "B"}}
    tables = made.tables(songs(names), comments(names), **facts)
    assert groups_of(run(tables, most_songs=5)) == list(names)
    assert groups_of(run(tables, most_songs=6)) == [names]


def test_songs_without_lyrics_are_not_alike() -> None:
    result = run(made.tables({"a": "", "b": "", "c": verses("c")}, comments("abc")))
    assert groups_of(result) == ["a", "b", "c"]


def test_of_copies_the_highest_vote_is_kept_and_of_these_the_smallest_id() -> None:
    text, own = prose("x"), prose("y")
    said: dict[str, list[made.Said]] = {
        "a": [(text, 3), (edited(text, 1), 5), (own, None)],
        "b": [(text.upper(), 5), (prose("z"), -1)],
    }
    result = run(made.tables(songs("ab"), said))
    rows = {row["interpretation_id"]: row for row in result.rows("interpretation_copies")}
    ids = [interpretation_id("a", text), interpretation_id("a", edited(text, 1)), interpretation_id("b", text.upper())]
    assert {rows[one]["copy_group_id"] for one in ids} == {min(ids)}
    assert [rows[one]["is_kept"] for one in ids] == [False, ids[1] < ids[2], ids[2] < ids[1]]
    assert [(row["n_copies"], row["n_songs"]) for row in rows.values() if row["interpretation_id"] in ids] == [
        (3, 2)
    ] * 3
    alone = rows[interpretation_id("a", own)]
    assert (alone["copy_group_id"], alone["is_kept"], alone["n_copies"]) == (alone["interpretation_id"], True, 1)
    assert groups_of(result) == ["ab"]


def test_short_interpretations_are_not_compared() -> None:
    text = prose("x", 24)
    result = run(made.tables(songs("ab"), {name: [text] for name in "ab"}))
    assert groups_of(result) == ["a", "b"]
    assert all(row["is_kept"] for row in result.rows("interpretation_copies"))
    assert groups_of(run(made.tables(songs("ab"), {name: [text] for name in "ab"}), least_words_compared=24)) == ["ab"]


def test_what_stands_under_many_songs_is_about_none_and_ties_none() -> None:
    names = [f"{n:02d}" for n in range(40)]
    text = prose("boilerplate", 80)
    texts = {name: verses(name) for name in names}
    said: dict[str, list[made.Said]] = {
        name: [text if n % 2 else edited(text, n, 0.02), prose(name)] for n, name in enumerate(names)
    }
    result = run(made.tables(texts, said))
    assert len(set(column(result, "group_id"))) == 40
    assert {reason for _, reason in rejects(result)} == {"boilerplate"}
    assert rejects(result)[0][0] == f"00/{interpretation_id('00', edited(text, 0, 0.02))}"
    assert result.rejects[0].detail == "it stands under 40 songs, nearly the same"
    assert len(rejects(result)) == len(result.rows("interpretation_copies")) == 40
    assert set(column(run(made.tables(texts, said), most_songs=40), "group_size")) == {40}


def test_words_under_many_artists_and_titles_are_rejects() -> None:
    names = [f"{n:02d}" for n in range(6)]
    texts = dict.fromkeys(names, "These lyrics are not there yet") | {"zz": verses("z")}
    facts = {"artist": {name: f"A {name}" for name in names}, "title": {name: f"T {name}" for name in names}}
    said = {name: [prose(name)] for name in texts}
    result = run(made.tables(texts, said, **facts), max_artists=5)
    assert rejects(result) == [(name, "placeholder_text") for name in names]
    assert [row["song_id"] for row in result.rows("interpretation_copies")] == ["zz"]


def chain(n: int, words: int = 60) -> list[str]:
    """Return texts of which each shares half with the next."""
    pieces = [verses(("piece", k), words) for k in range(2 * n + 2)]
    return ["\n\n".join(pieces[2 * k : 2 * k + 4]) for k in range(n)]


def assert_nothing_torn(tables: Tables, result: Trial) -> None:
    """Compare all texts that are left, two and two, by words of five."""
    group_of = {row["song_id"]: row["group_id"] for row in result.rows("interpretation_groups")}
    left = {(row["song_id"], row["interpretation_id"]) for row in result.rows("interpretation_copies")}
    said = [row for row in tables["clean_interpretations"] if (row["song_id"], row["interpretation_id"]) in left]
    for rows, least in ((said, 0.55), ([r for r in tables["clean_song_lyrics"] if r["song_id"] in group_of], 0.6)):
        shingles = []
        for row in rows:
            words = row["text"].split()
            shingles.append((group_of[row["song_id"]], {tuple(words[n : n + 5]) for n in range(len(words) - 4)}))
        for number, (group, words) in enumerate(shingles):
            for other_group, others in shingles[:number]:
                if group != other_group and min(len(words), len(others)) > 20:
                    assert len(words & others) / min(len(words), len(others)) < least


def test_a_chain_of_texts_is_taken_apart_and_still_no_copies_are_in_two_groups() -> None:
    names = NAMES[:8]
    pieces = chain(8)
    loose: dict[str, Any] = {"min_copied": 0.4, "min_jaccard": 0.2}
    tied = made.tables(songs(names), {name: [pieces[n], prose(name)] for n, name in enumerate(names)})
    assert groups_of(run(tied, **loose)) == [names]
    apart = run(tied, max_group=4, **loose)
    assert groups_of(apart) == list(names)
    assert {reason for _, reason in rejects(apart)} == {"bridges_groups"}
    assert len(apart.rejects) == 4  # every second one ties nothing any more
    assert_nothing_torn(tied, apart)
    lyrics = made.tables(dict(zip(names, pieces, strict=True)), comments(names))
    assert groups_of(run(lyrics, **loose)) == [names]
    assert groups_of(run(lyrics, max_group=4, **loose)) == list("aceg")
    assert rejects(run(lyrics, max_group=4, **loose)) == [(name, "bridges_groups") for name in "bdfh"]


def test_rows_depend_neither_on_order_nor_on_parts_nor_on_other_songs(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = songs("bdfh") | {"d": edited(verses("b"), 1)}
    said = comments("bdfh")
    said["f"] = [(prose(("h", 1)), 2), (prose("f"), None)]
    tables = made.tables(texts, said, artist={"b": "A", "h": "A"})
    alone = run(tables)
    more = made.tables(texts | songs("aceg"), said | comments("aceg"), artist={"b": "A", "h": "A"})
    wider = run(more)
    assert [row for row in wider.rows("interpretation_groups") if row["song_id"] in texts] == alone.rows(
        "interpretation_groups"
    )
    shuffled = {name: random.Random(name).sample(rows, len(rows)) for name, rows in more.items()}
    monkeypatch.setattr(distinct, "_BATCH", 2)
    again = run(shuffled, reader=Parts)
    assert again.tables == wider.tables
    assert again.rejects == wider.rejects


def test_a_workspace_that_grows_moves_no_song_and_drops_what_would_tie() -> None:
    texts, said = songs("bdf"), comments("bdf")
    before = run(made.tables(texts, said))
    texts |= {"a": edited(verses("b"), 1), "c": verses("c"), "e": verses("f"), "g": verses("g")}
    said |= comments("acg") | {"e": [edited(prose(("d", 0)), 3)], "f": [*said["f"], edited(prose(("d", 1)), 2)]}
    tables = made.tables(texts, said)
    after = run(tables, before)
    group_of = {row["song_id"]: row["group_id"] for row in after.rows("interpretation_groups")}
    assert group_of == {"a": "b", "b": "b", "c": "c", "d": "d", "f": "f", "g": "g"}
    worse = max(
        [(interpretation_id("d", prose(("d", 1))), "d"), (interpretation_id("f", edited(prose(("d", 1)), 2)), "f")]
    )
    assert rejects(after) == [("e", "bridges_groups"), (f"{worse[1]}/{worse[0]}", "bridges_groups")]
    assert "2 groups that were apart in the last build (d, f)" in after.rejects[0].detail
    assert_nothing_torn(tables, after)


def test_an_official_test_song_does_not_take_a_placed_group_out_of_train() -> None:
    official = {"a": "test", "c": "test", "d": "test"}
    before = run(made.tables(songs("ab"), comments("ab"), official_split={"a": "test"}))
    texts = songs("ab") | {"c": verses("b"), "d": verses("a")}
    after = run(made.tables(texts, comments("abcd"), official_split=official), before)
    assert groups_of(after) == ["ad", "b"]
    assert rejects(after) == [("c", "moves_group")]
    fresh = run(made.tables(texts, comments("abcd"), official_split=official))
    assert groups_of(fresh) == ["ad", "bc"]
    assert not fresh.rejects


def test_covers_that_tie_too_many_artists_tie_none() -> None:
    names = [f"{n:03d}" for n in range(240)]
    texts = {name: verses(int(name) // 2, 40) for name in names}
    artists = {name: f"artist {(int(name) + 1) // 2 % 120}" for name in names}
    tables = made.tables(texts, {name: [prose(name, 26)] for name in names}, artist=artists)
    assert set(column(run(tables, max_artist_share=1.0), "artist_group_size")) == {240}
    result = run(tables)
    assert set(column(result, "artist_group_size")) == set(column(result, "group_size")) == {2}


ODD = st.text(st.characters(codec="utf-8"), max_size=30) | st.sampled_from(["", " ", "\0", "A feat. B", "愛" * 30])


@examples(40)
@given(st.lists(st.tuples(ODD, st.lists(ODD, max_size=3, unique=True), ODD | st.none()), min_size=1, max_size=8))
def test_whatever_songs_hold_each_has_a_place(rows: list[tuple[str, list[str], str | None]]) -> None:
    texts = {name: lyrics for name, (lyrics, _, _) in zip(NAMES, rows, strict=False)}
    said: dict[str, list[made.Said]] = {
        name: [one for one in some if one.split()] for name, (_, some, _) in zip(NAMES, rows, strict=False)
    }
    named = {name: title for name, (_, _, title) in zip(NAMES, rows, strict=False)}
    result = run(made.tables(texts, said, artist=named, title=named, songmeanings_id=named), least_words_compared=1)
    assert column(result, "song_id") == sorted(texts)
    assert len(result.rows("interpretation_copies")) == sum(map(len, said.values()))
    kept = [row["copy_group_id"] for row in result.rows("interpretation_copies") if row["is_kept"]]
    assert sorted(kept) == sorted({row["copy_group_id"] for row in result.rows("interpretation_copies")})
    for row in result.rows("interpretation_groups"):
        assert row["artist_group_size"] >= row["group_size"]


POOL = [verses(("pool", n), 40) for n in range(3)]
SAID = [prose(("pool", n), 40) for n in range(4)]
SOME = st.tuples(
    st.integers(0, 2 * len(POOL) - 1), st.sets(st.integers(0, 2 * len(SAID) - 1), max_size=3), st.sampled_from("ABC-")
)


def made_of(drawn: list[tuple[int, set[int], str]]) -> Tables:
    """Return songs with texts of the pools, of which each second is an edited copy of the one before."""
    texts, said, artists = {}, {}, {}
    for number, (lyrics, comments, artist) in enumerate(drawn):
        name = NAMES[(7 * number) % 26]  # not in the order in which they come
        texts[name] = edited(POOL[lyrics // 2], lyrics) if lyrics % 2 else POOL[lyrics // 2]
        said[name] = [edited(SAID[one // 2], one) if one % 2 else SAID[one // 2] for one in sorted(comments)]
        artists[name] = artist.strip("-")
    return made.tables(texts, said, artist=artists, title=artists)


@examples(40)
@given(st.lists(SOME, min_size=1, max_size=9), st.integers(1, 9), st.randoms(use_true_random=False))
def test_adding_songs_moves_none_and_tears_nothing(
    drawn: list[tuple[int, set[int], str]], n_before: int, draw: random.Random
) -> None:
    before, tables = run(made_of(drawn[:n_before])), made_of(drawn)
    after = run(tables, before)
    placed = {row["song_id"]: row for row in after.rows("interpretation_groups")}
    for row in before.rows("interpretation_groups"):
        assert placed[row["song_id"]]["group_id"] == row["group_id"]
        assert placed[row["song_id"]]["artist_group_id"] == row["artist_group_id"]
    assert_nothing_torn(tables, after)
    assert_nothing_torn(tables, run(tables))
    told = {reject.key.partition("/")[0] for reject in after.rejects if "/" not in reject.key}
    assert set(placed) | told == {row["song_id"] for row in tables["interpreted_songs"]}
    shuffled = {name: draw.sample(rows, len(rows)) for name, rows in tables.items()}
    assert run(shuffled, before).tables == after.tables


def test_no_songs_make_no_groups_and_songs_without_comments_have_some() -> None:
    empty: Tables = {"interpreted_songs": [], "clean_song_lyrics": [], "clean_interpretations": []}
    assert run(empty).rows("interpretation_groups") == []
    result = run(made.tables(songs("ab"), {}))
    assert groups_of(result) == ["a", "b"]
    assert result.rows("interpretation_copies") == []


def test_a_song_that_the_source_lacks_is_told_of() -> None:
    tables = made.tables(songs("ab"), comments("ab"))
    with pytest.raises(IntegrityError, match=r"interpreted_songs lacks 1 songs whose lyrics were cleaned, e\.g\. b"):
        run(tables | {"interpreted_songs": tables["interpreted_songs"][:1]})


def test_the_remark_tells_of_groups_and_copies() -> None:
    said = comments("abcd")
    said["d"].append(edited(prose(("c", 0)), 1))
    result = run(made.tables(songs("abcd") | {"b": verses("a")}, said))
    told = remark(GroupInterpretations(), trial._Inputs(result.tables))
    assert told.facts["largest_groups"] == [["a", 2], ["c", 2]]
    assert told.text.startswith("2 of 4 songs are tied to another, the largest group has 2, of artists 2; 1 of 9 ")
    empty = {name: rows.slice(0, 0) for name, rows in result.tables.items()}
    assert remark(GroupInterpretations(), trial._Inputs(empty)).facts == {"songs": 0}


def test_of_real_songs_with_an_editors_notes_only_variants_are_tied() -> None:
    file = DATA / "captions" / "burns_songs_notes.csv"
    if not file.is_file():
        pytest.skip("real data are not here: ../shared/data/captions")
    with file.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    texts = {row["id"]: row["lyrics"] for row in rows}
    titles = {row["id"]: row["title"] for row in rows}
    artists = {row["id"]: row["artist"] for row in rows}
    said = {row["id"]: [row["note"]] for row in rows}
    result = run(made.tables(texts, said, title=titles, artist=artists), max_artist_share=0.5)
    tied = [row for row in result.rows("interpretation_groups") if row["group_size"] > 1]
    assert {row["linked_by"] for row in tied} == {"lyrics", "artist_title"}
    assert len(tied) == 6
    assert all(row["is_kept"] for row in result.rows("interpretation_copies"))
    assert not result.rejects
