"""Runs benchmarks and prints their tables: ``python -m tests.benchmarks [NAME ...]``; without a name all but those that
take longest, or read songs of yours: `full_size`, `album_reviews`, `album_join`, `two_branch`, `lyrics_build`,
`lyric_cleaning`, `lyric_groups`, `lyric_queries`, `lyric_search_quality`, `text_search`, `ears`, `planted_captions`,
`interpretations_ingest`, `interpretations_build`, `captioning_speed`, `caption_scores`, `captioning_suite`,
`interpretation_cleaning`, `first_hour`, `explorer`, and `dump_scan`, which packs an archive first.

Each runs in a process of its own, so that none is measured in another's memory.
"""

from __future__ import annotations

import subprocess
import sys

from tests.benchmarks.printing import describe_machine

NAMES = (
    "startup",
    "build_cost",
    "alignment_quality",
    "syllabification",
    "near_duplicates",
    "linear_cca",
    "deep_losses",
    "retrieval",
    "planted_faults",
    "validation",
    "release_diff",
    "release_cost",
    "crawl_cost",
    "name_similarity",
    "properties",
    "release_dump",
    "sentence_encoders",
)
LONG = (
    "full_size", "album_reviews", "album_join", "dump_scan", "two_branch", "lyrics_build", "lyric_cleaning",
    "lyric_groups", "lyric_queries", "lyric_search_quality", "text_search", "ears", "planted_captions",
    "interpretations_ingest", "interpretations_build", "captioning_speed", "caption_scores", "captioning_suite",
    "interpretation_cleaning", "first_hour", "explorer",
)  # fmt: skip


def main() -> None:
    """Print the tables of the benchmarks named on the command line."""
    names = sys.argv[1:] or NAMES
    if unknown := sorted(set(names) - {*NAMES, *LONG}):
        sys.exit(f"no benchmark is called {', '.join(unknown)}; there are {', '.join(NAMES + LONG)}")
    failed = []
    for name in names:
        print(f"## {name}\n\n`python -m tests.benchmarks {name}`, {describe_machine()}\n", flush=True)
        if subprocess.run([sys.executable, "-m", f"tests.benchmarks.{name}"], check=False).returncode:
            failed.append(name)
        print(flush=True)
    if failed:
        sys.exit(f"did not finish: {', '.join(failed)}")


if __name__ == "__main__":
    main()
