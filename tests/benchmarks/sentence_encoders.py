"""Measures the sentence encoders: songs a processor second, and whether a line still finds its song.

Run as ``python -m tests.benchmarks sentence_encoders``, or ``python -m tests.benchmarks.sentence_encoders [SONGS]``; 768
English songs of the shared lyrics without an argument. MiniLM in float32 by PyTorch needs sentence-transformers; it is
the measure of the ratios, called as its documentation has it: many songs at once, which it sorts by length, 32 in a batch, on one thread.

All encoders take the same songs in turns of 256, so that what else the machine does meets all of them. MRR is that of
two lines of each song, drawn by the song's number, among all songs as wholes; its difference from that of PyTorch is
over the same lines, with twice its standard error.
"""

from __future__ import annotations

import csv
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from musicdata.errors import SetupError
from musicdata.music.features import encoder_weights
from musicdata.music.features.text_encoders import open_encoder
from tests.benchmarks.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Callable

    Encode = Callable[[list[str]], NDArray[np.float32]]

DATA = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "lyrics" / "songs.csv"
SONGS, TURN, LINES = 768, 256, 2
E5_SONGS = 48
"""It is slow: it takes so many of the first turn only, and no MRR is taken."""

TORCH = "torch float32"


def read_songs(n: int) -> list[str]:
    """Return the words of English songs, spread over the file."""
    csv.field_size_limit(1 << 24)
    with DATA.open(encoding="utf-8", newline="") as file:
        songs = [row["Lyrics"].strip() for row in csv.DictReader(file) if row["Language"] == "en"]
    random.Random(0).shuffle(songs)
    return songs[:n]


def lines_of(songs: list[str]) -> list[str]:
    """Draw lines of each song; those of three words at least, where it has some."""
    drawn = []
    for number, song in enumerate(songs):
        lines = [line for line in song.splitlines() if len(line.split()) >= 3] or [song]
        drawn += random.Random(number).choices(lines, k=LINES)
    return drawn


def reciprocal_ranks(songs: NDArray[np.float32], lines: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return 1 / the rank of each line's own song."""
    scores = lines @ songs.T
    own = scores[np.arange(len(lines)), np.arange(len(lines)) // LINES]
    ranks: NDArray[np.int64] = 1 + (scores > own[:, None]).sum(axis=1)
    return 1 / ranks


def encoders() -> dict[str, Encode]:
    """Return what can be run here, by name."""
    found: dict[str, Encode] = {}
    try:
        found[TORCH] = _by_torch()
    except (ImportError, SetupError) as error:
        print(f"{TORCH}: {error}")
    for name in encoder_weights.ENCODERS:
        try:
            encoder = open_encoder(name)
        except SetupError as error:
            print(f"{name}: {error}")
            continue
        found[name] = lambda texts, encoder=encoder: encoder.encode(texts).vectors  # type: ignore[misc]
    return found


def _by_torch() -> Encode:
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    folder = encoder_weights.find(encoder_weights.MINILM_WEIGHTS, "minilm").parent
    model = SentenceTransformer(str(folder), device="cpu")
    model.max_seq_length = 256
    return lambda texts: np.asarray(
        model.encode(texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False)
    )


def measure(found: dict[str, Encode], songs: list[str]) -> tuple[dict[str, float], dict[str, NDArray[np.float32]]]:
    """Return the processor seconds that each takes for a song, and its vectors."""
    seconds, vectors = dict.fromkeys(found, 0.0), {name: list[NDArray[np.float32]]() for name in found}
    for encode in found.values():
        encode(songs[:2])
    for start in range(0, len(songs), TURN):
        for name, encode in found.items():
            if name == "e5" and start:
                continue
            some = songs[start : start + (E5_SONGS if name == "e5" else TURN)]
            begin = time.process_time()
            vectors[name].append(encode(some))
            seconds[name] += time.process_time() - begin
    of_song = {name: seconds[name] / sum(map(len, vectors[name])) for name in found}
    return of_song, {name: np.concatenate(parts) for name, parts in vectors.items()}


def main() -> None:
    """Print the table."""
    songs = read_songs(int(sys.argv[1]) if len(sys.argv) > 1 else SONGS)
    lines = lines_of(songs)
    found = encoders()
    of_song, vectors = measure(found, songs)
    rows, ranks = [], dict[str, NDArray[np.float64]]()
    for name, encode in found.items():
        ratio = f"{of_song[TORCH] / of_song[name]:.2f}" if TORCH in of_song else ""
        mrr = difference = ""
        if len(vectors[name]) == len(songs):
            ranks[name] = reciprocal_ranks(vectors[name], encode(lines))
            mrr = f"{ranks[name].mean():.4f}"
            difference = _difference(ranks, name)
        begin = time.process_time()
        for line in lines[:40]:
            encode([line])
        query_ms = (time.process_time() - begin) / 40 * 1000
        rows.append([name, f"{1 / of_song[name]:.1f}", ratio, f"{query_ms:.1f}", mrr, difference])
    header = ["encoder", "songs / CPU s", "× torch", "query ms", "MRR line → song", "difference"]
    words = np.mean([len(song.split()) for song in songs])
    print_table(f"{len(songs)} English songs, {words:.0f} words, {len(lines)} lines", header, rows)


def _difference(ranks: dict[str, NDArray[np.float64]], name: str) -> str:
    if TORCH not in ranks or name == TORCH:
        return ""
    apart = ranks[name] - ranks[TORCH]
    return f"{apart.mean():+.4f} ± {2 * apart.std() / np.sqrt(len(apart)):.4f}"


if __name__ == "__main__":
    main()
