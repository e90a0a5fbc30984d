"""Processor time of each score of captions, and what captioners without a network score on real notes.

Run as ``python -m tests.benchmarks.caption_scores [PAIRS [TRAIN]]``; 10,000 pairs and 280,000 training captions where no
numbers are given, two minutes. Captions are made of phrases drawn by Zipf's law, some 100 words each, so that runs of
words come again as they do in prose. Of the predictions a third are training captions, a third training captions with a
word changed at every tenth place or so, and a third new. The notes are ../shared/data/captions, where that is at hand.
"""

from __future__ import annotations

import csv
import random
import resource
import sys
import time
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.captioning import LeadLyrics, NearestLyrics, RandomCaption, Songs, UsualLength
from musicdata_baselines.captioning.scores import find, score
from musicdata_baselines.captioning.scores.bleu import bleu
from musicdata_baselines.captioning.scores.cider import cider
from musicdata_baselines.captioning.scores.copying import longest_copies
from musicdata_baselines.captioning.scores.meteor import Meteor
from musicdata_baselines.captioning.scores.rouge import Rouge
from musicdata_baselines.retrieval.paired import PairedDraws
from tests.benchmarks.printing import describe_machine, print_table
from tests.songs import DATA

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicdata_baselines.captioning import Captioner

N_PAIRS, N_TRAIN = 10_000, 280_000
N_WORDS, N_PHRASES, MEAN_PHRASES = 30_000, 200_000, 25
CHANGED = 0.1
SHOWN = (
    "rouge1_f1", "rouge1_recall", "rouge2_f1", "rougeL_f1", "rougeL_recall", "meteor", "bleu", "cider", "distinct_2",
    "mean_words", "length_ratio", "copy_words", "exact_copies",
)  # fmt: skip


def main() -> None:
    """Print the tables."""
    n_pairs, n_train = [*map(int, sys.argv[1:]), *(N_PAIRS, N_TRAIN)[len(sys.argv) - 1 :]]
    print(describe_machine(), "\n")
    time_scores(n_pairs, n_train)
    score_notes()


def time_scores(n_pairs: int, n_train: int) -> None:
    """Print what each score costs."""
    train, predictions, references = made_up(n_pairs, n_train)
    wordnet, meteor, rouge = find(), Meteor(find()), Rouge()
    pairs = list(zip(predictions, references, strict=True))
    work: dict[str, Callable[[], object]] = {
        "ROUGE-1, 2, L": lambda: [rouge.score(ours, theirs) for ours, (theirs,) in pairs],
        meteor.name: lambda: [meteor.score(ours, theirs) for ours, (theirs,) in pairs],
        "BLEU": lambda: bleu(predictions, references),
        "CIDEr": lambda: cider(predictions, references),
        "longest copies": lambda: longest_copies(predictions, train),
        "all, by score()": lambda: score(predictions, references, train=train, wordnet=wordnet),
        "ROUGE as rouge-score prints it": lambda: score(predictions[:9], references[:9], which="paper").figures(),
    }
    rows = []
    for name, one in work.items():
        start = time.process_time()
        one()
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows.append([name, f"{time.process_time() - start:.1f}", f"{peak_mb:,.0f}"])
    print_table(f"{n_pairs:,} pairs, {n_train:,} training captions", ["score", "CPU s", "peak MB so far"], rows)


def made_up(n_pairs: int, n_train: int) -> tuple[list[str], list[str], list[tuple[str, ...]]]:
    """Return training captions, predictions and a reference of each."""
    draw, rng = random.Random("caption scores"), np.random.default_rng(14)
    words = [f"{draw.choice('bcdfglmnprst')}{draw.choice('aeiou')}{number:x}" for number in range(N_WORDS)]
    steps = np.cumsum(1 / np.arange(1, N_WORDS + 1))
    steps /= steps[-1]
    phrases = [
        " ".join(words[place] for place in np.searchsorted(steps, rng.random(size)).tolist())
        for size in rng.integers(2, 7, N_PHRASES).tolist()
    ]
    of_phrases = np.cumsum(1 / np.arange(1, N_PHRASES + 1) ** 0.9)
    of_phrases /= of_phrases[-1]

    lengths = rng.poisson(MEAN_PHRASES, n_train + 2 * n_pairs) + 1
    drawn = np.searchsorted(of_phrases, rng.random(lengths.sum()))
    captions = [
        ", ".join(phrases[place] for place in part.tolist()).capitalize() + "."
        for part in np.split(drawn, np.cumsum(lengths)[:-1])
    ]
    train, new, references = captions[:n_train], captions[n_train:-n_pairs], captions[-n_pairs:]
    predictions = []
    for number in range(n_pairs):
        copied = train[draw.randrange(n_train)].split()
        changed = [draw.choice(words) if number % 3 == 1 and draw.random() < CHANGED else word for word in copied]
        predictions.append(new[number] if number % 3 == 2 else " ".join(changed))
    return train, predictions, [(text,) for text in references]


def score_notes() -> None:
    """Print what captioners score on real notes, of songs that they were not fitted on."""
    table = DATA / "captions" / "burns_songs_notes.csv"
    if not table.is_file():
        print("real notes are not here: ../shared/data/captions")
        return
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    songs = Songs(
        tuple(row["id"] for row in rows),
        tuple(row["lyrics"] for row in rows),
        None,
        tuple((row["note"],) for row in rows),
    )
    order = np.random.default_rng(0).permutation(len(songs))
    folds = [order[start::5] for start in range(5)]
    captioners: list[Callable[[], Captioner]] = [RandomCaption, UsualLength, NearestLyrics, LeadLyrics]
    wordnet, draws, lines = find(), PairedDraws(np.arange(len(songs)), 2_000, 0), []
    for make in captioners:
        said: dict[str, str] = {}
        shares = np.zeros((2, len(songs)))
        for fold in folds:
            train, test = songs.take(np.setdiff1d(order, fold)), songs.take(fold)
            captions = make().fit(train).caption(test)
            said |= dict(zip(test.ids, captions, strict=True))
            one = score(captions, test.references, train=train.captions)
            shares[:, fold] = one.copy_words, one.exact_copies
        scores = score([said[one] for one in songs.ids], songs.references, wordnet=wordnet)
        figures = scores.figures() | dict(
            zip(("copy_words", "exact_copies"), shares.mean(axis=1).tolist(), strict=True)
        )
        low, high = draws.interval(scores.rouge1_f1)
        lines.append([make().name, *(f"{figures[name]:.3f}" for name in SHOWN), f"{low:.3f} to {high:.3f}"])
    title = f"{len(songs)} notes on songs by Burns, in five parts; {scores.meteor_name}"
    print_table(title, ["captioner", *SHOWN, "rouge1_f1, 95 %"], lines)


if __name__ == "__main__":
    main()
