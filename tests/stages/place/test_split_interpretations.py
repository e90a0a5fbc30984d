"""Songs with interpretations placed in two schemes, and a test split that the source states."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from musicdata.definitions import trial
from musicdata.errors import IntegrityError
from musicdata.stages.place.split_interpretations import STAGE, SplitInterpretations, remark
from tests.examples import examples
from tests.stages import interpreted as made

IDS = [f"{n:04d}" for n in range(600)]
GROUPS = {song_id: IDS[int(song_id) // 3 * 3] for song_id in IDS}
ARTISTS = {song_id: IDS[int(song_id) // 12 * 12] for song_id in IDS}
OFFICIAL = {"0004": "test", "0301": "test", "0302": "test", "0599": "train"}

Row = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def small_shards() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICDATA_SHARD_ITEMS", "200")
        yield


def tables(official: dict[str, str] | None = None) -> dict[str, list[Row]]:
    facts: dict[str, dict[str, object]] = {
        "artist": {"0001": "A"},
        "title": dict.fromkeys(IDS, "T"),
        "songmeanings_id": {"0001": "353"},
        "official_split": dict(official or {}),
    }
    said = {song_id: [f"{song_id} one", f"{song_id} two"] for song_id in IDS}
    held = made.tables({song_id: f"words of\n\n{GROUPS[song_id]}" for song_id in IDS}, said, **facts)
    groups = [
        {"song_id": one, "group_id": GROUPS[one], "group_size": 3, "artist_group_id": ARTISTS[one],
         "artist_group_size": 12}
        for one in IDS
    ]  # fmt: skip
    copies = [
        {"song_id": row["song_id"], "interpretation_id": row["interpretation_id"],
         "copy_group_id": row["interpretation_id"], "is_kept": row["text"].endswith("one"), "n_copies": 1, "n_songs": 1}
        for row in held["clean_interpretations"]
    ]  # fmt: skip
    return {**held, "interpretation_groups": groups, "interpretation_copies": copies}


@pytest.fixture(scope="module")
def plain() -> dict[str, list[Row]]:
    return tables()


@pytest.fixture(scope="module")
def samples(plain: dict[str, list[Row]]) -> list[Row]:
    return trial.run(STAGE, plain).rows("interpretation_samples")


def torn(samples: list[Row], scheme: str, groups: str) -> int:
    """Count the groups that a scheme has in several splits."""
    splits = defaultdict(set)
    for row in samples:
        splits[row[groups]].add(row[scheme])
    return sum(len(some) > 1 for some in splits.values())


def test_a_sample_has_what_the_tables_before_it_say(samples: list[Row]) -> None:
    assert [row["sample_id"] for row in samples] == IDS
    row = samples[1]
    assert (row["artist"], row["title"], row["songmeanings_id"], row["language"]) == ("A", "T", "353", "en")
    assert (row["group_id"], row["artist_group_id"], row["is_official_test"]) == ("0000", "0000", False)
    assert (row["n_lines"], row["n_words"], row["n_interpretations"]) == (2, 3, 1)
    assert row["lyrics_sha256"] == made.sha256("words of\n\n0000")


def test_each_scheme_keeps_together_what_it_says(samples: list[Row]) -> None:
    assert torn(samples, "split", "group_id") == 0
    assert torn(samples, "artist_split", "artist_group_id") == torn(samples, "artist_split", "group_id") == 0
    assert torn(samples, "split", "artist_group_id") > 10
    for scheme in ("split", "artist_split"):
        counts = Counter(row[scheme] for row in samples)
        assert 330 < counts["train"] < 510, scheme
        assert min(counts["valid"], counts["test"]) > 35, scheme


def test_a_song_without_interpretations_is_a_reject(plain: dict[str, list[Row]]) -> None:
    copies = [row for row in plain["interpretation_copies"] if row["song_id"] != "0007"]
    copies = [row | {"is_kept": row["is_kept"] and row["song_id"] != "0008"} for row in copies]
    result = trial.run(STAGE, plain | {"interpretation_copies": copies})
    assert [(one.key, one.reason) for one in result.rejects] == [(f"000{n}", "no_interpretations") for n in (7, 8)]
    assert [row["sample_id"] for row in result.rows("interpretation_samples")] == [*IDS[:7], *IDS[9:]]
    assert trial.run(STAGE, plain | {"interpretation_copies": []}).rows("interpretation_samples") == []


def test_an_official_test_split_is_kept_with_the_groups_of_its_songs(samples: list[Row]) -> None:
    held = tables(OFFICIAL)
    held["clean_interpretations"] = [
        row | ({"official_split": "test"} if row["text"] == "0100 two" else {}) for row in held["clean_interpretations"]
    ]
    rows = trial.run(STAGE, held).rows("interpretation_samples")
    test = {row["sample_id"] for row in rows if row["split"] == "test"}
    assert test == {*IDS[3:6], *IDS[300:303], *IDS[99:102]}
    assert [row["sample_id"] for row in rows if row["is_official_test"]] == ["0004", "0100", "0301", "0302"]
    assert torn(rows, "split", "group_id") == 0
    train = Counter(row["split"] for row in rows)["train"]
    assert 0.74 < train / 591 < 0.90  # 0.70 to 0.15
    was = {row["sample_id"]: row["split"] for row in samples}
    assert all(
        row["split"] == "train" for row in rows if was[row["sample_id"]] == "train" and row["sample_id"] not in test
    )
    assert [row["artist_split"] for row in rows] == [row["artist_split"] for row in samples]
    told = remark(
        SplitInterpretations(), trial._Inputs({"interpretation_samples": trial._table("interpretation_samples", rows)})
    )
    assert told.text == "5 songs are in test because they are tied to one of the source's 4 test songs"


@pytest.mark.parametrize("official", [{}, {"0004": "test"}])
def test_no_split_of_a_few_groups_is_empty(official: dict[str, str]) -> None:
    held = {table: [row for row in rows if row["song_id"] < "0009"] for table, rows in tables(official).items()}
    rows = trial.run(STAGE, held).rows("interpretation_samples")
    assert {row["split"] for row in rows} == {"train", "valid", "test"}
    assert torn(rows, "split", "group_id") == 0
    assert {row["group_id"] for row in rows if row["split"] == "test"} >= ({"0003"} if official else set())


def test_an_official_test_split_may_be_left_aside(samples: list[Row]) -> None:
    result = trial.run(STAGE, tables(OFFICIAL), official=False)
    rows = result.rows("interpretation_samples")
    assert [row["split"] for row in rows] == [row["split"] for row in samples]
    assert sum(row["is_official_test"] for row in rows) == 3
    told = remark(SplitInterpretations(official=False), trial._Inputs(result.tables))
    assert told.text == "the source has 3 songs in a test split of its own, which is not kept"


def test_official_groups_of_artists_are_test_where_artists_decide() -> None:
    rows = trial.run(STAGE, tables(OFFICIAL), split={"by": "artist_group_id"}).rows("interpretation_samples")
    assert {row["sample_id"] for row in rows if row["split"] == "test"} == {*IDS[:12], *IDS[300:312]}
    all_test = trial.run(STAGE, tables(OFFICIAL), split={"train": 0, "valid": 0, "test": 1})
    assert Counter(row["split"] for row in all_test.rows("interpretation_samples")) == {"train": 594, "test": 6}


def test_rows_depend_neither_on_shards_nor_on_other_songs(
    plain: dict[str, list[Row]], samples: list[Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "50")
    assert trial.run(STAGE, plain).rows("interpretation_samples") == samples
    fewer = {name: [row for row in rows if row["song_id"] >= "0300"] for name, rows in plain.items()}
    assert trial.run(STAGE, fewer).rows("interpretation_samples") == samples[300:]
    others = trial.run(STAGE, plain, split={"seed": 1}).rows("interpretation_samples")
    assert sum(a["split"] != b["split"] for a, b in zip(others, samples, strict=True)) > 100


@examples(25)
@given(
    st.lists(st.tuples(st.sampled_from(["test", "train", "valid", None]), st.booleans()), min_size=1, max_size=24),
    st.integers(0, 3),
    st.integers(1, 9),
)
def test_a_torn_group_is_impossible(songs: list[tuple[str | None, bool]], seed: int, size: int) -> None:
    ids = IDS[: len(songs)]
    official = {song_id: split for song_id, (split, _) in zip(ids, songs, strict=True) if split}
    held = {name: [row for row in rows if row["song_id"] in set(ids)] for name, rows in tables(official).items()}
    left = {song_id for song_id, (_, is_left) in zip(ids, songs, strict=True) if is_left}
    held["interpretation_copies"] = [row for row in held["interpretation_copies"] if row["song_id"] in left]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICDATA_SHARD_ITEMS", str(size))
        rows = trial.run(STAGE, held, split={"seed": seed}).rows("interpretation_samples")
    assert {row["sample_id"] for row in rows} == left
    assert torn(rows, "split", "group_id") == torn(rows, "artist_split", "artist_group_id") == 0
    theirs = {GROUPS[song_id] for song_id, split in official.items() if split == "test"}
    if theirs:
        assert all((row["split"] == "test") == (row["group_id"] in theirs) for row in rows)


def test_shards_are_stale_where_the_official_split_of_others_changes() -> None:
    def digests(official: dict[str, str] | None) -> list[str]:
        inputs = trial._Inputs({name: trial._table(name, rows) for name, rows in tables(official).items()})
        assert STAGE.cut is not None
        return [shard.digest for shard in STAGE.cut(SplitInterpretations(), inputs)]

    before, after = digests(None), digests({"0004": "test"})
    assert len(before) > 1
    assert not set(before) & set(after)


@pytest.mark.parametrize("table", ["interpreted_songs", "clean_song_lyrics"])
def test_a_table_that_lacks_a_song_is_told_of(table: str, plain: dict[str, list[Row]]) -> None:
    with pytest.raises(IntegrityError, match=rf"{table} lacks 1 songs that were grouped, e\.g\. 0007"):
        trial.run(STAGE, plain | {table: [row for row in plain[table] if row["song_id"] != "0007"]})


def test_songs_alone_may_not_decide() -> None:
    with pytest.raises(ValidationError, match='have no sample_id; expected by = "group_id" or by = "artist_group_id"'):
        SplitInterpretations.model_validate({"split": {"by": "sample_id"}})
