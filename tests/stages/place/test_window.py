from __future__ import annotations

import csv
from pathlib import Path

import pytest

import musicdata
from musicdata.definitions.arrow import strings
from musicdata.stages.place.window import Window, lyrics_text, times_s, window_starts
from tests.recipes import TO_WINDOWS, write_recipe
from tests.songs import shared, write_song


@pytest.fixture
def recipe(tmp_path: Path) -> str:
    """A recipe that ends with the windows."""
    return write_recipe(tmp_path, *TO_WINDOWS)


def write(path: Path, notes: list[tuple[int, float, float, str]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["pitch", "duration", "rest", "syllable"])
        writer.writerows(notes)
    return path


def song(rests: dict[int, float], n: int = 20) -> list[tuple[int, float, float, str]]:
    return [(60 + i % 7, 1.0, rests.get(i, 0.0), f"la{i}") for i in range(n)]


@pytest.mark.parametrize(
    ("n_notes", "parameters", "starts"),
    [
        (19, {}, []),
        (20, {}, [0]),
        (60, {}, [0, 20, 40]),
        (60, {"windows_per_song": 2}, [0, 20]),
        (45, {"stride": 10}, [0, 10, 20]),
        (45, {"notes": 16, "stride": 16}, [0, 16]),
    ],
)
def test_windows_by_note(n_notes: int, parameters: dict[str, int], starts: list[int]) -> None:
    assert window_starts(Window(**parameters), [None] * n_notes) == starts


def test_windows_by_word_begin_with_a_word_and_need_a_stride_of_words() -> None:
    words = [i // 2 for i in range(90)]  # 45 words of two notes
    assert window_starts(Window(stride_unit="word"), words) == [0, 40]
    assert window_starts(Window(stride_unit="word"), words[:79]) == [0, 40]
    assert window_starts(Window(stride_unit="word"), words[:78]) == [0]
    assert window_starts(Window(stride_unit="word"), words[:38]) == []


def test_times_follow_the_tempo() -> None:
    notes = [{"rest_ql": 2.0, "duration_ql": 1.0}, {"rest_ql": 0.5, "duration_ql": 0.25}]
    assert times_s(notes, 60.0) == ([2.0, 3.5], [3.0, 3.75])
    assert times_s(notes, 240.0) == ([0.5, 0.875], [0.75, 0.9375])


def test_words_stand_as_they_are_sung() -> None:
    words = [("A", 4), ("ma", 5), ("zing", 5), ("zing", 6), ("grace", 7)]
    assert lyrics_text(words) == "A mazing zing grace"
    assert lyrics_text([(syllable, None) for syllable, _ in words]) == "A ma zing zing grace"
    assert lyrics_text([("A", None), ("ma", 5), ("zing", 5), ("grace", None)]) == "A mazing grace"


def test_every_sample_has_its_words(recipe: str, tmp_path: Path) -> None:
    write_song(tmp_path / "songs" / "a.csv", 1)
    work = musicdata.build(recipe, input=tmp_path / "songs", work=tmp_path / "w", workers=1)
    notes = list(work.rows("notes"))
    for sample in work.rows("samples"):
        ours = [note for note in notes if note["sample_id"] == sample["sample_id"]]
        assert sample["lyrics"].replace(" ", "") == "".join(note["syllable"] for note in ours)
        assert len(sample["lyrics"].split()) == len({note["word_index"] for note in ours})


@pytest.mark.parametrize(
    ("rests", "options", "kept"),
    [
        ({5: 8.0}, [], True),
        ({5: 8.5}, [], False),
        ({0: 30.0}, [], True),  # the piano introduction
        ({0: 30.0}, ["window.first_rest=keep"], False),
        ({5: 8.0}, ["window.unit_ql=0.5"], False),
        ({5: 4.0}, ["window.unit_ql=0.5"], True),
        ({5: 8.5}, ["window.max_rest=9"], True),
    ],
)
def test_long_rests_drop_the_window_with_a_reason(
    rests: dict[int, float], options: list[str], kept: bool, recipe: str, tmp_path: Path
) -> None:
    # Two songs, so that dropping one window leaves something to build.
    write(tmp_path / "in.csv", song(rests))
    (tmp_path / "songs").mkdir()
    (tmp_path / "in.csv").rename(tmp_path / "songs" / "a.csv")
    write(tmp_path / "songs" / "b.csv", [(50 + i % 5, 0.5, 0.0, f"do{i}") for i in range(20)])
    work = musicdata.build(recipe, input=tmp_path / "songs", work=tmp_path / "w", workers=1, overrides=options)
    names = {sample_id.split("_")[0] for sample_id in strings(work.table("samples", ["sample_id"]).column(0))}
    assert names == ({"a", "b"} if kept else {"b"})
    rejects = list(work.rows("rejects"))
    assert [r["reason"] for r in rejects] == ([] if kept else ["rest_too_long"])
    first_onset = {r["sample_id"][0]: r["onset_s"] for r in work.rows("notes") if r["note_index"] == 0}
    assert first_onset["b"] == 0.0
    if kept:
        assert first_onset["a"] == 0.0


def test_the_counts_of_the_lakh_lyrics_data_are_met(tmp_path: Path) -> None:
    data = shared("lmd_lyrics")
    with (data / "index.tsv").open(encoding="utf-8") as file:
        index = list(csv.DictReader(file, delimiter="\t"))
    all_windows = sum(int(row["windows20"]) for row in index)
    passing = sum(int(row["windows20_rest_le_8"]) for row in index)
    assert (all_windows, passing) == (377, 311)

    text = Path("pipelines/musictm-lmd.toml").read_text("utf-8")
    (tmp_path / "lmd.toml").write_text(text[: text.index('[[stage]]\nuse = "render_audio"')])
    work = musicdata.build(str(tmp_path / "lmd.toml"), input=data / "word_level", work=tmp_path / "w")
    assert work.table("samples").num_rows == passing
    per_song: dict[str, int] = {}
    for row in work.rows("samples"):
        per_song[row["song_id"].split("_")[0]] = per_song.get(row["song_id"].split("_")[0], 0) + 1
    assert per_song == {row["id"]: int(row["windows20_rest_le_8"]) for row in index if int(row["windows20_rest_le_8"])}
    unruled = musicdata.build(
        str(tmp_path / "lmd.toml"),
        input=data / "word_level",
        work=tmp_path / "w",
        overrides=["window.max_rest=1000"],
        change=True,
    )
    assert unruled.table("samples").num_rows == all_windows


def test_no_split_of_a_few_songs_is_empty(recipe: str, tmp_path: Path) -> None:
    songs = tmp_path / "songs"
    for number in range(3):
        write_song(songs / f"{number}.csv", number)
    write(songs / "short.csv", song({}, 5))  # has no window, so that no split is filled by it
    work = musicdata.build(recipe, input=songs, work=tmp_path / "w", workers=1)
    splits = {row["group_id"]: row["split"] for row in work.rows("samples", columns=["group_id", "split"])}
    assert sorted(splits.values()) == ["test", "train", "valid"]
    split, lent = Window().split, Window().split.lent(splits)
    assert lent  # of these three, so that it is no accident
    assert splits == {group: split.place(group, lent) for group in splits}
