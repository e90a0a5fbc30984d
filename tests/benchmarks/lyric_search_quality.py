"""Measures the paper's system beside ours on real songs, and how far ours is from what was aimed at.

Run as ``python -m tests.benchmarks.lyric_search_quality [WORK]``: a workspace of recipe `lyrics` that is built; without
one, the songs of ../shared/data/lyrics are built in a folder that is removed afterwards, which takes a while: every
song is read by an encoder. Same songs, same queries, one run; figures are ratios.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import musicdata
from musicdata_baselines.report import plain_tables
from musicdata_baselines.suites.text_search.report import paper_system, tables
from musicdata_baselines.suites.text_search.results import ALL, BM25, CHARACTERS, HYBRID, WORDS, TextSearches
from musicdata_baselines.validation import validate

SONGS = Path(__file__).resolve().parents[3] / "shared" / "data" / "lyrics"


def main() -> None:
    """Print the tables."""
    if len(sys.argv) > 1:
        print_all(Path(sys.argv[1]))
        return
    if not SONGS.is_dir():
        sys.exit(f"{SONGS} is not here: give a workspace of recipe lyrics")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder) / "lyrics"
        works = f"ingest.lyrics.works={SONGS / 'sources.tsv'}"
        musicdata.build("lyrics", work=work, input=SONGS / "songs.csv", overrides=[works])
        print_all(work)


def print_all(work: Path) -> None:
    """Print what the suite finds, and what it took."""
    started = time.process_time()
    validation = validate(work, progress=lambda text: print(text, file=sys.stderr))
    spent = time.process_time() - started
    result: TextSearches = validation.result
    shown = [tables.overview(result), paper_system.table(result), tables.translations(result), *tables.weights(result)]
    print("\n".join(plain_tables.lines([table for table in shown if table is not None])))
    for sentence in languages_below_words(result):
        print(f"below words: {sentence}")
    print(f"validation: {spent:.0f} CPU s; {validation.reason}")


def languages_below_words(result: TextSearches) -> list[str]:
    """Return the languages and kinds in which the hybrid finds less than plain TF-IDF, as far as can be told."""
    found = []
    for cell in result.cells:
        ours = cell.of(HYBRID)
        others = [one for name in (WORDS, CHARACTERS, BM25) if (one := cell.of(name)) is not None]
        best = max(others, key=lambda one: one.mrr)
        if cell.language != ALL and ours is not None and ours.mrr < best.mrr:
            gap = f"{ours.mrr - best.mrr:+.3f} to {best.name}"
            sure = ours.difference is not None and ours.difference.than == best.name and ours.difference.high < 0
            found.append(f"{cell.kind}, {cell.language}: {gap} ({'beyond' if sure else 'within'} chance)")
    return found


if __name__ == "__main__":
    main()
