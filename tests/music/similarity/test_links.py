"""Links: planted variants of real songs are found, songs with only filler in common are not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.errors import InputError
from musicdata.music.formats import lmd_lyrics
from musicdata.music.similarity import Link, SongContent, find_links, group
from tests.music.similarity.variants import Note, Notes, all_variants

LMD = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "lmd_lyrics"
KINDS = sorted(all_variants([""]))


def invented(seed: int, n_notes: int = 120) -> Notes:
    """Makes a song of random steps and random words; two seeds have nothing in common but the language."""
    rng = random.Random(f"song {seed}")
    pitch, notes = 65, []
    for number in range(n_notes):
        pitch = min(79, max(52, pitch + rng.choice([-5, -4, -3, -2, -2, -1, 0, 1, 2, 2, 3, 4, 5])))
        notes.append(Note(pitch, "".join(rng.choices("abcdefghijklmnoprstuvwz", k=3)), number // 2))
    return tuple(notes)


def content(song_id: str, notes: Notes) -> SongContent:
    return SongContent(song_id, [note.pitch for note in notes], [note.syllable for note in notes])


@pytest.fixture(scope="module")
def lmd() -> dict[str, Notes]:
    """The word-level and syllable-level songs of the LMD sample with at least a window of notes."""
    if not LMD.is_dir():
        pytest.skip("the LMD lyrics sample (shared/data/lmd_lyrics) is not beside the repository")
    songs = {}
    for path in sorted(LMD.glob("*_level/*.npy")):
        (song,) = lmd_lyrics.read(path.read_bytes(), path.name)
        songs[f"{path.parent.name}:{path.stem}"] = tuple(
            Note(note.pitch, note.syllable or "", note.word_index or 0) for note in song.notes
        )
    return songs


@pytest.mark.parametrize("kind", KINDS)
def test_variants_are_linked_and_nothing_else(kind: str) -> None:
    originals = {f"song{seed:02d}": invented(seed) for seed in range(40)}
    variant = all_variants(sorted({note.syllable for notes in originals.values() for note in notes}))[kind]
    rng = random.Random(3)
    copies = {f"{name}~": variant(notes, rng) for name, notes in originals.items()}
    found = find_links(content(name, notes) for name, notes in (originals | copies).items())
    assert [(link.song_id_a, link.song_id_b) for link in found] == [(name, f"{name}~") for name in originals]


def test_the_word_level_and_the_syllable_level_of_a_song_share_a_group(lmd: dict[str, Notes]) -> None:
    groups = group(lmd, find_links(content(name, notes) for name, notes in lmd.items())).group_ids
    both = [
        name.split(":")[1]
        for name, notes in lmd.items()
        if name.startswith("word") and len(notes) >= 20 and name.replace("word", "syllable") in lmd
    ]
    apart = [name for name in both if groups[f"word_level:{name}"] != groups[f"syllable_level:{name}"]]
    assert len(both) > 90
    assert apart == []


def test_the_marked_duplicates_share_a_group(lmd: dict[str, Notes]) -> None:
    rows = [line.split("\t") for line in (LMD / "index.tsv").read_text(encoding="utf-8").splitlines()]
    column = rows[0].index("duplicate_pair")
    marked = [row[0] for row in rows[1:] if row[column] == "1"]
    groups = group(lmd, find_links(content(name, notes) for name, notes in lmd.items())).group_ids
    of_marked = [groups[f"word_level:{name}"] for name in marked]
    assert sorted(map(of_marked.count, of_marked)) == [2, 2, 2, 2]


def test_the_order_of_songs_does_not_matter(lmd: dict[str, Notes]) -> None:
    songs = [content(name, notes) for name, notes in lmd.items()]
    assert find_links(reversed(songs)) == find_links(songs)


def test_short_songs_and_filler_are_not_linked() -> None:
    refrain = ["la"] * 60 + ["hal", "le", "lu", "jah"] * 5
    scale = [60, 62, 64, 65, 67, 69, 71, 72, 71, 69, 67, 65, 64, 62]
    one, two = content("one", invented(1)), content("two", invented(2))
    songs = [
        SongContent("one", [*one.pitches, *scale], [*one.syllables, *refrain]),
        SongContent("two", [*two.pitches, *scale], [*two.syllables, *refrain]),
        SongContent("la", [60, 67] * 100, ["la"] * 200),
        SongContent("la too", [62, 69, 69] * 80, ["la,"] * 240),
        SongContent("monotone", [60] * 200, ["xyz"] * 30),
        SongContent("monotone too", [62] * 200, ["uvw"] * 30),
        SongContent("short", [60, 64, 67, 72, 67], ["one", "sun", "day", "morn", "ing"]),
        SongContent("short too", [60, 64, 67, 72, 67], ["late", "last", "night", "I", "sang"]),
    ]
    assert find_links(songs) == []


def test_songs_of_equal_content_are_linked_however_short() -> None:
    songs = [SongContent(name, [60, 62], ["oh", "my"]) for name in ("c", "a", "b")]
    assert find_links([*songs, SongContent("d", [], []), SongContent("e", [60], ["..."])]) == [
        Link("a", "b", 1.0, 1.0),
        Link("a", "c", 1.0, 1.0),
    ]


def test_half_the_evidence_of_each_view_adds_up() -> None:
    whole, other = content("whole", invented(1)), content("other", invented(2))
    melody = [*whole.pitches[:60], *other.pitches[60:]]
    text = [*whole.syllables[:60], *other.syllables[60:]]
    found = {
        name: find_links([whole, SongContent("z", *song)], min_melody_shared=70, min_lyrics_shared=250)
        for name, song in {
            "both": (melody, text),
            "melody": (melody, other.syllables),
            "lyrics": (other.pitches, text),
        }.items()
    }
    assert {name: len(links) for name, links in found.items()} == {"both": 1, "melody": 0, "lyrics": 0}
    assert 0.4 < found["both"][0].melody_similarity < 0.6
    assert 0.4 < found["both"][0].lyrics_similarity < 0.6


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.lists(st.integers(0, 127), max_size=30), st.lists(st.text(max_size=4), max_size=30))),
)
def test_any_content_is_taken_and_links_are_in_range(songs: list[tuple[list[int], list[str]]]) -> None:
    links = find_links(SongContent(f"{number:03d}", *song) for number, song in enumerate(songs))
    assert links == sorted(links)
    for link in links:
        assert link.song_id_a < link.song_id_b
        assert 0.0 <= link.melody_similarity <= 1.0
        assert 0.0 <= link.lyrics_similarity <= 1.0


def test_an_id_given_twice_is_refused() -> None:
    with pytest.raises(InputError, match="'a'"):
        find_links([SongContent("a", [60], []), SongContent("a", [61], [])])


def test_thresholds_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match=r"above 0 and at most 1, not \(0.0,"):
        find_links([], min_melody=0.0)
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        find_links([], min_lyrics=1.1)
    with pytest.raises(ValueError, match="at least 1, not"):
        find_links([], min_lyrics_shared=0)
