"""Measures near-duplicate detection: recall and precision on planted variants, marked pairs, time and memory.

Run as ``python -m tests.benchmarks.near_duplicates [songs ...]``; the numbers are the sizes of the synthetic
corpora, 10000 and 100000 unless given.

Songs are the real ones of ``lmd_lyrics`` and ``lieder`` with at least 20 notes, a window's worth. Each
kind of variant is searched in a run of its own, originals and variants of that kind together, so that no
other variant can stand between a song and its copy. A false link joins two originals that are not the same
song; which of the real songs are the same was judged by reading both (`SAME_SONGS`).
"""

from __future__ import annotations

import csv
import itertools
import random
import resource
import sys
import time
import zipfile
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np

from musicdata.music.formats import lmd_lyrics
from musicdata.music.similarity import SongContent, find_links, group
from musicdata.music.similarity import links as linking
from musicdata.music.similarity.minhash import N_HASHES, collision_probability, pair_up, sign
from musicdata.music.similarity.shingles import ShingleSets, intervals, letters, shingle
from tests.music.similarity.variants import Note, all_variants

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from tests.music.similarity.variants import Notes

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
MIN_NOTES = 20
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
SAME_SONGS = {
    # Real pairs of the data under two names: (start of one name, start of the other): what shows it.
    ("0079ae8f", "d86f971c"): "the same file twice (marked in index.tsv)",
    ("00d88b2b", "45a8880a"): "the same file twice (marked in index.tsv)",
    ("2be1c979", "a2d9da66"): "two MIDI files of one song: text 0.96, melody 0.94",
    ("a54251ca", "a9875bb6"): "two MIDI files of one song: text 1.00, melody 0.95",
    ("4c07608f", "cfa575ab"): "two MIDI files of one song, the first only its beginning at word level",
    ("a49c02b3", "a4fe4348"): "two MIDI files of one song, the first a fragment, other words lost",
    ("lc6214846", "lc6221650"): "Housman, Think no more, lad: set by Butterworth and by Somervell",
    ("lc6586675", "lc6600532"): "Tennyson, The Brook: set by Barnard and by Dickson",
}


def read_lmd(level: str) -> dict[str, Notes]:
    """Reads the LMD songs of one level, ``word`` or ``syllable``; without words, a syllable counts as one."""
    songs = {}
    for path in sorted((DATA / "lmd_lyrics" / f"{level}_level").glob("*.npy")):
        (song,) = lmd_lyrics.read(path.read_bytes(), path.name)
        songs[path.stem] = tuple(
            Note(note.pitch, note.syllable or "", number if note.word_index is None else note.word_index)
            for number, note in enumerate(song.notes)
        )
    return songs


def read_lieder() -> dict[str, Notes]:
    """Reads the first verse of each song's part with the most lyrics; graces and melisma notes are left
    out."""
    songs = {}
    for path in sorted((DATA / "lieder").glob("*.mxl")):
        with zipfile.ZipFile(path) as archive:
            container = ET.fromstring(archive.read("META-INF/container.xml"))
            root_file = container.find(".//{*}rootfile")
            assert root_file is not None
            score = ET.fromstring(archive.read(root_file.attrib["full-path"]))
        part = max(score.findall("part"), key=lambda part: len(part.findall(".//lyric")))
        songs[path.stem] = tuple(_sung_notes(part))
    return songs


def _sung_notes(part: ET.Element) -> Iterator[Note]:
    word = -1
    for note in part.iter("note"):
        pitch = note.find("pitch")
        lyric = next((lyric for lyric in note.iter("lyric") if lyric.get("number", "1") == "1"), None)
        if pitch is None or lyric is None or lyric.find("text") is None or note.find("grace") is not None:
            continue
        word += (lyric.findtext("syllabic") or "single") in {"single", "begin"}
        number = STEPS[pitch.findtext("step", "")] + int(pitch.findtext("alter") or 0)
        number += 12 * (int(pitch.findtext("octave", "")) + 1)
        yield Note(number, " ".join(text.text or "" for text in lyric.iter("text")), word)


def content(song_id: str, notes: Notes) -> SongContent:
    """Returns what is compared of a song."""
    return SongContent(song_id, [note.pitch for note in notes], [note.syllable for note in notes])


def same_song(one: str, other: str) -> bool:
    """Tells whether two originals are one song, by name or by the pairs judged above."""
    one, other = (name.split(":")[1].split("~")[0] for name in (one, other))
    return one == other or any(
        (one.startswith(a) and other.startswith(b)) or (one.startswith(b) and other.startswith(a))
        for a, b in SAME_SONGS
    )


def report_variants(originals: Mapping[str, Notes]) -> None:
    print("## Planted variants\n")
    vocabulary = sorted({note.syllable for notes in originals.values() for note in notes if note.syllable})
    base = [content(name, notes) for name, notes in originals.items()]
    print(f"{len(base)} songs\n")
    print("| variant | recall | links | false | precision |\n| --- | --- | --- | --- | --- |")
    for kind, variant in all_variants(vocabulary).items():
        rng = random.Random(f"variant {kind}")
        copies = [content(f"{name}~", variant(notes, rng)) for name, notes in originals.items()]
        links = find_links(base + copies)
        groups = group([song.song_id for song in base + copies], links).group_ids
        missed = [name for name in originals if groups[name] != groups[f"{name}~"]]
        false = [link for link in links if not same_song(link.song_id_a, link.song_id_b)]
        print(
            f"| {kind} | {1 - len(missed) / len(originals):.4f} | {len(links)} | {len(false)} "
            f"| {1 - len(false) / len(links):.4f} |"
        )
        for name in missed[:5]:
            notes = originals[name]
            print(f"  missed {name}: {len(notes)} notes, {len({note.pitch for note in notes})} pitches")
        for link in false[:5]:
            print("  false", link)
    print()


def report_real_links(originals: Mapping[str, Notes]) -> None:
    print("## Links between real songs of different names\n")
    for link in find_links(content(name, notes) for name, notes in originals.items()):
        if link.song_id_a.split(":")[1] != link.song_id_b.split(":")[1]:
            judged = "same song" if same_song(link.song_id_a, link.song_id_b) else "FALSE"
            melody, lyrics = link.melody_similarity, link.lyrics_similarity
            names = f"{link.song_id_a:42} {link.song_id_b:42}"
            print(f"- {names} melody {melody:.2f} lyrics {lyrics:.2f} {judged}")
    for same, why in SAME_SONGS.items():
        print(f"  {' = '.join(same)}: {why}")
    print()


def report_marked(songs: Mapping[str, Notes]) -> None:
    print("## Pairs marked in the data\n")
    groups = group(songs, find_links(content(name, notes) for name, notes in songs.items())).group_ids
    with (DATA / "lmd_lyrics" / "index.tsv").open(encoding="utf-8") as table:
        rows = list(csv.DictReader(table, delimiter="\t"))
    marked = [row for row in rows if row["duplicate_pair"] == "1"]
    partners = [
        (one["id"], other["id"])
        for one, other in itertools.combinations(marked, 2)
        if songs[f"word:{one['id']}"] == songs[f"word:{other['id']}"]
    ]
    found = sum(groups[f"word:{one}"] == groups[f"word:{other}"] for one, other in partners)
    print(f"- duplicate_pair of index.tsv: {found} of {len(partners)} pairs ({len(marked)} rows marked)")
    both = [row["id"] for row in rows if f"syllable:{row['id']}" in songs]
    for least in (0, MIN_NOTES):
        ids = [name for name in both if len(songs[f"word:{name}"]) >= least]
        missed = [name for name in ids if groups[f"word:{name}"] != groups[f"syllable:{name}"]]
        print(f"- word level and syllable level, at least {least} notes: {len(ids) - len(missed)} of {len(ids)}")
        for name in missed:
            print(f"  missed {name}: {len(songs[f'word:{name}'])} and {len(songs[f'syllable:{name}'])} notes")
    print()


def report_unrelated(originals: Mapping[str, Notes]) -> None:
    """Prints how similar unrelated songs are, by all pairs: what the thresholds stand on."""
    print("## Unrelated pairs: all of them, exact\n")
    names = list(originals)
    views = {
        "melody": shingle(
            [intervals([n.pitch for n in originals[name]]) for name in names],
            linking.MELODY_LENGTH,
            linking.MELODY_KINDS,
        ),
        "lyrics": shingle([letters([n.syllable for n in originals[name]]) for name in names], linking.LYRICS_LENGTH),
    }
    pairs = [
        (one, other)
        for one, other in itertools.combinations(range(len(names)), 2)
        if not same_song(names[one], names[other])
    ]
    for view, sets in views.items():
        shared = np.array([sets.shared(one, other) for one, other in pairs])
        smaller = np.array([min(sets.sizes[one], sets.sizes[other]) for one, other in pairs])
        share = shared / np.maximum(smaller, 1)
        print(f"{view}: {len(pairs)} pairs; mean set {sets.sizes.mean():.0f}")
        points = (50, 99, 99.9, 99.99, 100)
        print("  percentiles", points, "shared", np.percentile(shared, points), end=" ")
        print("containment", np.round(np.percentile(share, points), 3))
        for least in (5, 8, 12, 16, 20, 25, 30):
            enough = share[shared >= least]
            most = enough.max(initial=0)
            print(f"  sharing >= {least:2}: {len(enough):4} pairs, containment up to {most:.2f}")
    print()


def report_banding() -> None:
    """Prints the S-curve: the formula against sets of random shingles with the similarity wanted."""
    print(f"## Candidates: a ring of {N_HASHES} hashes\n")
    print("| J | formula | measured (1000 pairs of 300) |\n| --- | --- | --- |")
    rng = np.random.default_rng(1)
    for jaccard in (0.02, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3):
        n_shared = round(2 * 300 * jaccard / (1 + jaccard))
        sets = []
        for _ in range(1000):
            values = rng.choice(2**32, 600 - n_shared, replace=False).astype(np.uint32)
            sets += [np.sort(values[:300]), np.sort(values[300 - n_shared :])]
        starts = np.arange(0, 300 * 2001, 300)
        found = pair_up(sign(ShingleSets(np.concatenate(sets), starts)), np.arange(2000))
        met = sum(1 for one, other in found.tolist() if one // 2 == other // 2)
        exact = n_shared / (600 - n_shared)
        print(f"| {exact:.3f} | {collision_probability(exact):.3f} | {met / 1000:.3f} |")
    print()


class Walk:
    """A first-order Markov chain over the items of the real songs, walked by many songs at once."""

    def __init__(self, sequences: Iterable[Sequence[int]]) -> None:
        chain = [(one, other) for sequence in sequences for one, other in itertools.pairwise(sequence)]
        pairs = np.array(sorted(chain))
        self.following = pairs[:, 1]
        n_states = int(pairs.max()) + 1
        self.begin = np.searchsorted(pairs[:, 0], np.arange(n_states))
        self.count = np.bincount(pairs[:, 0], minlength=n_states)

    def draw(self, n_songs: int, n_items: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Returns an (n_songs, n_items) array of items; a dead end starts anew."""
        items = np.empty((n_songs, n_items), dtype=np.int64)
        state = rng.choice(self.following, n_songs)
        for place in range(n_items):
            items[:, place] = state
            chosen = self.begin[state] + (rng.random(n_songs) * self.count[state]).astype(np.int64)
            anew = self.following[rng.integers(0, len(self.following), n_songs)]
            ahead = self.following[np.minimum(chosen, len(self.following) - 1)]
            state = np.where(self.count[state] > 0, ahead, anew)
        return items


def synthetic_songs(originals: Mapping[str, Notes], n_songs: int) -> Iterator[SongContent]:
    """Yields songs of 200 notes, each a walk of its own; each 20th is a copy without a tenth of the notes."""
    texts = [[n.syllable for n in notes] for name, notes in originals.items()]
    vocabulary = sorted({syllable for text in texts for syllable in text})
    number = {syllable: index for index, syllable in enumerate(vocabulary)}
    melodies = [[note.pitch for note in notes] for notes in originals.values()]
    steps = Walk([[b - a + 128 for a, b in itertools.pairwise(melody)] for melody in melodies])
    words = Walk([[number[syllable] for syllable in text] for text in texts])
    rng = np.random.default_rng(7)
    for block in range(0, n_songs, 2000):
        pitches = 60 + np.cumsum(steps.draw(2000, 200, rng) - 128, axis=1)
        syllables = words.draw(2000, 200, rng)
        for row in range(min(2000, n_songs - block)):
            copy = row % 20 == 1
            kept = rng.random(200) >= (0.1 if copy else 0.0)
            text = [vocabulary[index] for index in syllables[row - copy][kept].tolist()]
            name = f"{block + row - copy:07d}" + "~" * copy
            yield SongContent(name, pitches[row - copy][kept].tolist(), text)


def report_scale(originals: Mapping[str, Notes], sizes: Iterable[int]) -> None:
    print("## Time and memory: synthetic songs of 200 notes, one in twenty a copy\n")
    print("| songs | seconds | of them making the songs | peak RSS MB | copies found | false links |")
    print("| --- | --- | --- | --- | --- | --- |")
    for size in sizes:
        begin = time.perf_counter()
        deque(synthetic_songs(originals, size), maxlen=0)
        making = time.perf_counter() - begin
        begin = time.perf_counter()
        links = find_links(synthetic_songs(originals, size))
        seconds = time.perf_counter() - begin
        right = sum(link.song_id_b == f"{link.song_id_a}~" for link in links)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        n_copies = sum(1 for row in range(size) if row % 2000 % 20 == 1)
        found = f"{right} of {n_copies} | {len(links) - right}"
        print(f"| {size} | {seconds:.1f} | {making:.1f} | {peak:.0f} | {found} |")


def main() -> None:
    """Prints all tables."""
    lmd, lieder = read_lmd("word"), read_lieder()
    songs = {f"word:{name}": notes for name, notes in lmd.items()}
    songs |= {f"syllable:{name}": notes for name, notes in read_lmd("syllable").items()}
    songs |= {f"lieder:{name}": notes for name, notes in lieder.items()}
    originals = {
        name: notes for name, notes in songs.items() if len(notes) >= MIN_NOTES and not name.startswith("syllable")
    }
    report_banding()
    report_unrelated(originals)
    report_real_links({name: notes for name, notes in songs.items() if len(notes) >= MIN_NOTES})
    report_marked(songs)
    report_variants(originals)
    report_scale(originals, [int(size) for size in sys.argv[1:]] or [10_000, 100_000])


if __name__ == "__main__":
    main()
