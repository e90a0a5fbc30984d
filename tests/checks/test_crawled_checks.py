"""Every check holds for a crawled workspace, and finds the fault it is there for."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import soundfile

import musicdata
from tests.tampering import change_column, change_value, rewrite

REFERENCES, GROUPS = "references lead somewhere", "no group is in two splits"
COMPLETE = "every ranked track is paired or missing with a reason"
RANKS = "pairs are in order of rank and no more than asked"
LYRICS = "lyrics are what their hash says, in pairs too"
RUNS = "runs are 80/20 and no artist is on both sides"
FEATURES = "features, tokens and runs are of every pair, by one extractor"
SOUND, CLIPS = "sound is as its row says", "clips are as long as asked and as hashed"


def test_a_fresh_workspace_passes_every_check(crawled: Path) -> None:
    report = musicdata.check(crawled)
    assert report.findings == []
    assert report.passed == [
        "every part is whole and no file is astray",
        "rows fit their contracts",
        "keys are unique and in order",
        REFERENCES,
        "split is the same in every table",
        *(GROUPS, COMPLETE, RANKS, LYRICS, RUNS, FEATURES, SOUND, CLIPS),
        "the build has come to its end",
    ]


def without(*rows: int) -> Callable[[pa.Table], pa.Table]:
    """Return a change that leaves rows out."""
    return lambda table: table.take([n for n in range(len(table)) if n not in rows])


def recut(change: Callable[[np.ndarray], np.ndarray], *, hashed: bool) -> Callable[[Path], None]:
    """Return a change of the first sound, with all hashes of its file, and of its samples if `hashed`, right again."""

    def spoil(work: Path) -> None:
        kept: list[bytes] = []
        pcm: list[np.ndarray] = []

        def cut(media: object) -> object:
            assert isinstance(media, dict)
            samples, rate_hz = soundfile.read(io.BytesIO(media["bytes"]), dtype="int16")
            pcm.append(change(samples))
            out = io.BytesIO()
            soundfile.write(out, pcm[0], rate_hz, format="FLAC", subtype="PCM_16")
            kept.append(out.getvalue())
            return media | {"bytes": kept[0]}

        change_value(work, "audio", "audio", 0, cut)
        change_value(work, "audio", "sha256", 0, lambda _: hashlib.sha256(kept[0]).hexdigest())
        change_value(work, "audio", "n_samples", 0, lambda _: len(pcm[0]))
        if hashed:
            change_value(work, "clips", "pcm_sha256", 0, lambda _: hashlib.sha256(pcm[0].tobytes()).hexdigest())

    return spoil


def miss_a_pair(work: Path) -> None:
    """Say of the first pair that it is missing."""
    paired = musicdata.open_work(work).table("pairs", ["sample_id"])["sample_id"][0].as_py()

    def change(rows: pa.Table) -> pa.Table:
        place = rows.column_names.index("sample_id")
        ids = pa.array([paired, *rows["sample_id"].to_pylist()[1:]])
        return rows.set_column(place, rows.schema.field(place), ids).sort_by("sample_id")

    rewrite(work, "missing", change)


def swap_ranks(work: Path) -> None:
    """Exchange the pair ranks of the first two pairs of a mood."""

    def change(rows: pa.Table) -> pa.Table:
        ranks, moods = rows["pair_rank"].to_pylist(), rows["mood"].to_pylist()
        a, b = (
            next(n for n in range(len(ranks)) if (moods[n], ranks[n]) == ("happy", 1)),
            next(n for n in range(len(ranks)) if (moods[n], ranks[n]) == ("happy", 2)),
        )
        ranks[a], ranks[b] = ranks[b], ranks[a]
        place = rows.column_names.index("pair_rank")
        return rows.set_column(place, rows.schema.field(place), pa.array(ranks, pa.int32()))

    rewrite(work, "pairs", change)


def other_side(scheme: str, *, whole: bool = False) -> Callable[[Path], None]:
    """Return a change that moves the first row of a run, or of the first group's first member, to the other side."""

    def spoil(work: Path) -> None:
        def change(rows: pa.Table) -> pa.Table:
            parts, schemes = rows["part"].to_pylist(), rows["scheme"].to_pylist()
            place = next(n for n in range(len(parts)) if schemes[n] == scheme and parts[n] == "train")
            parts[place] = "test"
            index = rows.column_names.index("part")
            return rows.set_column(index, rows.schema.field(index), pa.array(parts))

        rewrite(work, "splits", change)
        if whole:
            change_column(work, "pairs", "group_id", lambda _: "same")

    return spoil


FAULTS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "a track without a reason": (lambda w: rewrite(w, "missing", without(0)), COMPLETE, "neither paired nor missing"),
    "a pair lost": (lambda w: rewrite(w, "pairs", without(3)), REFERENCES, "are not in pairs"),
    "a pair of two states": (miss_a_pair, COMPLETE, "missing though they are paired"),
    "a clip lost": (lambda w: rewrite(w, "clips", lambda rows: rows.slice(0, 3)), COMPLETE, "have no row in clips"),
    "ranks exchanged": (swap_ranks, RANKS, "not in the order of their tracks"),
    "a rank twice": (
        lambda w: change_column(w, "pairs", "pair_rank", lambda _: 1), RANKS, "do not have the ranks 1 to"
    ),
    "more than asked": (
        lambda w: change_column(w, "pairs", "pair_rank", lambda n: n + 7),  # type: ignore[operator]
        RANKS, "at most 20 were asked for",
    ),
    "another rank than its track": (
        lambda w: change_column(w, "pairs", "mood_rank", lambda n: n + 1),  # type: ignore[operator]
        RANKS, "another mood_rank than their track",
    ),
    "words changed": (lambda w: change_value(w, "lyrics", "text", 0, lambda _: "x"), LYRICS, "sha256 of its text"),
    "other words in pairs": (
        lambda w: change_value(w, "pairs", "lyrics", 0, lambda _: "x"), LYRICS, "words are not those fetched"
    ),
    "a run not exact": (other_side("paper_2"), RUNS, "paper_2 has 20 of 26 pairs in train, expected 21"),
    "an artist on both sides": (other_side("artist", whole=True), RUNS, "1 groups of artists are in train and in test"),
    "a pair without tokens": (lambda w: rewrite(w, "tokens", without(0)), FEATURES, "1 pairs have no row"),
    "two tokenizers": (
        lambda w: change_value(w, "tokens", "tokenizer", 0, lambda _: "other"), FEATURES, "rows differ in tokenizer"
    ),
    "a pair without features": (lambda w: rewrite(w, "features_logmel", without(0)), FEATURES, "1 pairs have no row"),
    "an artist in two splits": (
        lambda w: change_column(w, "tracks", "group_id", lambda _: "same"), GROUPS, "group same is in"
    ),
    "sound of another file": (
        lambda w: change_value(w, "audio", "sha256", 0, lambda _: "0" * 64), SOUND, "sha256 of its bytes"
    ),
    "a clip too short": (recut(lambda pcm: pcm[:-1], hashed=True), CLIPS, "22049 samples, 1 s at 22050 Hz are 22050"),
    "another clip": (recut(lambda pcm: pcm[::-1], hashed=False), CLIPS, "not those that were cut"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_by_its_check(fault: str, copied_crawl: Path) -> None:
    spoil, check, message = FAULTS[fault]
    spoil(copied_crawl)
    found = [f"{finding.check}: {finding.message}" for finding in musicdata.check(copied_crawl).findings]
    assert any(text.startswith(check) and message in text for text in found), found
