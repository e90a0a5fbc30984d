"""Queries made from songs, and which songs answer them."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from musicdata.definitions import trial
from musicdata.errors import IntegrityError
from musicdata.music.queries.lines import folded
from musicdata.stages.place.lyric_queries import STAGE

SEA = "Down by the harbour the old boats lie\nWaiting for wind that will carry them home"
WOOD = "Tief in dem Walde da singt eine Nachtigall\nLeise verklingt es am dunkelnden See"
MOON = "月色满空山，风吹旧衣裳\n一人独坐看流水，不知今夜是何年"


def song(sample_id: str, text: str, **facts: Any) -> dict[str, Any]:
    """Return the facts of a song and its words."""
    given = {
        "sample_id": sample_id, "split": "train", "artist_split": "train", "random_split": "train", "artist": None,
        "title": None, "genre": None, "year": None, "language": "en", "text_group_id": sample_id,
        "group_id": sample_id, "artist_group_id": sample_id, "work_id": None, "n_lines": 1, "n_words": 1,
        "lines_lost": False, "is_held_out": False, "text_sha256": "0", "source_text_sha256": "0",
    }  # fmt: skip
    return given | facts | {"text": text}


def made(songs: list[dict[str, Any]], **parameters: object) -> trial.Trial:
    """Run the stage on songs."""
    samples = [{name: value for name, value in one.items() if name != "text"} for one in songs]
    texts = [{name: one[name] for name in ("sample_id", "split", "text")} for one in songs]
    return trial.run(STAGE, {"lyric_samples": samples, "lyric_texts": texts}, **parameters)


def by_kind(found: trial.Trial, sample_id: str) -> dict[str, dict[str, Any]]:
    """Return the queries of a song that has one of each kind."""
    return {row["kind"]: row for row in found.rows("lyric_queries") if row["sample_id"] == sample_id}


def answers(found: trial.Trial, query: dict[str, Any]) -> list[str]:
    """Return the songs that answer a query."""
    return [row["sample_id"] for row in found.rows("lyric_qrels") if row["query_id"] == query["query_id"]]


def test_a_song_gives_a_query_of_each_kind() -> None:
    queries = by_kind(made([song("a", SEA, title="The Old Boats")]), "a")
    assert sorted(queries) == ["line", "masked", "masked_typo", "title_in_text", "typo"]
    assert queries["title_in_text"]["text"] == "The Old Boats"
    line = SEA.split("\n")[queries["line"]["line"]]
    assert queries["line"]["text"] == line
    half = queries["masked"]["text"].split()
    assert len(half) == (len(line.split()) + 1) // 2
    rest = iter(line.split())
    assert all(word in rest for word in half), "the words stay in their order"
    changed = [(a, b) for a, b in zip(line.split(), queries["typo"]["text"].split(), strict=True) if a != b]
    assert len(changed) == -(-len(line.split()) // 3)
    assert len(queries["masked_typo"]["text"].split()) == len(half)
    assert queries["masked_typo"]["text"] != queries["masked"]["text"]
    assert {len(row["query_id"]) for row in queries.values()} == {16}


@pytest.mark.parametrize(("title", "kind"), [("old  BOATS!", "title_in_text"), ("Old Boat", "title"), ("41", None)])
def test_titles_that_are_sung_are_kept_apart(title: str, kind: str | None) -> None:
    assert {row["kind"] for row in made([song("a", SEA, title=title)], kinds=["title"]).rows("lyric_queries")} == (
        {kind} if kind else set()
    )


def test_signs_without_spaces_are_masked_and_misspelt_one_by_one() -> None:
    queries = by_kind(made([song("a", MOON, language="zh")]), "a")
    line = folded(queries["line"]["text"]).replace(" ", "")
    half = queries["masked"]["text"].replace(" ", "")
    assert 2 * len(half) in (len(line), len(line) + 1)
    assert set(half) <= set(line)
    assert queries["typo"]["text"] != queries["line"]["text"]


def test_a_song_keeps_its_queries_whatever_else_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    songs = [song("m", SEA, title="Boats"), song("n", WOOD, language="de", title="Im Walde")]
    alone = made(songs, per_kind=2).rows("lyric_queries")
    others = [
        song(f"{letter}{n}", f"{WOOD}\n{SEA}\nAnother {letter} song begins number {n}")
        for letter in "az"
        for n in range(9)
    ]
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "2")
    among = [row for row in made(songs + others, per_kind=2).rows("lyric_queries") if row["sample_id"] in ("m", "n")]
    assert len(alone) == 18
    assert [row | {"n_relevant": 0} for row in among] == [row | {"n_relevant": 0} for row in alone]
    assert [row["n_relevant"] for row in among] != [row["n_relevant"] for row in alone]


def test_shards_and_the_order_of_the_songs_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    songs = [song(f"s{n}", f"{SEA}\nThe song that is number {n} of many", text_group_id=f"g{n % 2}") for n in range(12)]
    whole = made(songs)
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    pieces = made(songs[::-1])
    assert pieces.tables == whole.tables
    assert len(whole.rows("lyric_qrels")) > 12 * 4


def test_all_songs_with_the_line_and_all_of_the_group_answer() -> None:
    songs = [
        song("a", "Only one line that anybody remembers", text_group_id="g"),
        song("b", "Quite other words stand in this version", text_group_id="g", split="valid"),
        song("c", "Something else begins before\nONLY ONE line, that anybody remembers!", split="test"),
        song("d", "Only one line"),
    ]
    found = made(songs, kinds=["line", "typo"])
    query = by_kind(found, "a")["line"]
    assert answers(found, query) == ["a", "b", "c"]
    assert answers(found, by_kind(found, "a")["typo"]) == ["a", "b", "c"]
    of_query = [row for row in found.rows("lyric_qrels") if row["query_id"] == query["query_id"]]
    assert [(row["split"], row["is_source"]) for row in of_query] == [
        ("train", True),
        ("valid", False),
        ("test", False),
    ]
    assert [(one.key, one.reason) for one in found.rejects] == [("d-line", "no_line")]


def test_judgements_and_queries_name_each_other() -> None:
    songs = [
        song(f"s{n}", SEA if n % 3 else WOOD, title=f"Song {n}", work_id=f"w{n % 4}", language="deen"[n % 2 * 2 :][:2])
        for n in range(20)
    ]
    found = made(songs, per_kind=2)
    counts = Counter(row["query_id"] for row in found.rows("lyric_qrels"))
    assert counts == {row["query_id"]: row["n_relevant"] for row in found.rows("lyric_queries")}
    sources = {row["query_id"]: row["sample_id"] for row in found.rows("lyric_qrels") if row["is_source"]}
    assert sources == {
        row["query_id"]: row["sample_id"] for row in found.rows("lyric_queries") if row["kind"] != "translation"
    }


def test_translations_are_looked_for_in_each_language_of_the_work() -> None:
    words = {"a": (SEA, "en"), "b": (WOOD, "de"), "c": (MOON, "zh"), "d": (WOOD, "de"), "e": (WOOD, "und")}
    songs = [song(name, text, language=language, work_id="w") for name, (text, language) in words.items()]
    found = made([*songs, song("f", SEA, language="fr", work_id="w2")], kinds=["translation"])
    rows = [row for row in found.rows("lyric_queries") if row["sample_id"] == "a"]
    assert {row["target_language"]: answers(found, row) for row in rows} == {"de": ["b", "d"], "zh": ["c"]}
    assert {row["text"] for row in rows} == {" ".join(SEA.split())}
    assert {row["sample_id"] for row in found.rows("lyric_queries")} == {"a", "b", "c", "d"}
    few = made(songs, kinds=["translation"], most_targets=1).rows("lyric_queries")
    assert Counter(row["sample_id"] for row in few) == {"a": 1, "b": 1, "c": 1, "d": 1}


def test_songs_that_are_held_out_are_asked_for_by_what_no_other_song_holds() -> None:
    apart = "Nobody else has ever sung these words"
    songs = [
        song("a", apart, title="Apart", is_held_out=True, split="test"),
        song("b", "Down by the harbour the old boats lie", is_held_out=True, split="test"),
        song("c", SEA),
    ]
    found = made(songs)
    assert {kind: row["text"] for kind, row in by_kind(found, "a").items()} == {"absent": apart}
    assert by_kind(found, "b") == {}
    assert [(one.key, one.reason) for one in found.rejects] == [("b-absent-0", "held_by_another")]


def test_lines_that_too_many_songs_hold_are_withheld_and_no_other_takes_their_place() -> None:
    common = "Glory to the one who made the morning"
    songs = [song(f"s{n}", common if n else f"{common}\nx") for n in range(5)]
    found = made(songs, most_relevant=4)
    assert found.rows("lyric_queries") == []
    assert Counter(one.reason for one in found.rejects) == {"too_many_relevant": 5}
    assert len(made(songs, most_relevant=5, kinds=["line"]).rows("lyric_qrels")) == 25


@pytest.mark.parametrize(
    "text",
    [
        "la la la la la la",
        "[Verse 1: one two three four]",
        "short line",
        "\x00 \u202e",
        "🎵🎵🎵🎵🎵",
        "word " * 30,
        "x",
    ],
)
def test_what_says_nothing_is_no_query(text: str) -> None:
    found = made([song("a", text)])
    assert found.rows("lyric_queries") == []
    assert [one.reason for one in found.rejects] == ["no_line"]


def test_no_lines_are_taken_where_line_breaks_were_lost() -> None:
    found = made([song("a", SEA, lines_lost=True, title="Boats")])
    assert [row["kind"] for row in found.rows("lyric_queries")] == ["title_in_text"]


def test_a_song_without_words_is_told_of() -> None:
    samples = [{name: value for name, value in song(one, SEA).items() if name != "text"} for one in "ab"]
    with pytest.raises(IntegrityError, match="has no words of song 'b'"):
        trial.run(
            STAGE,
            {"lyric_samples": samples, "lyric_texts": [{"sample_id": "a", "split": "train", "text": SEA}]},
        )
