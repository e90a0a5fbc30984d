"""Genre told by the words: a classification check whose labels are the source's, under several ways of splitting."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, f1_score

from musicdata_baselines.retrieval.paired import PairedDraws
from musicdata_baselines.search.terms import split_terms
from musicdata_baselines.suites.text_search.dataset import lowest
from musicdata_baselines.suites.text_search.judging import N_DRAWS
from musicdata_baselines.suites.text_search.results import Genres, LabelNoise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.suites.text_search.dataset import AllSongs

LEAST_SONGS = 20
"""Of a genre in train, to be learned; of test songs, to be asked."""

_MOST_TERMS = 50_000
_STRENGTH = 10.0  # C of the logistic regression


def measure(songs: AllSongs, most: int, seed: int) -> Iterator[Genres]:
    """Yield what is told under each scheme; nothing where no two genres have songs enough.

    Args:
        songs: of which the genre is asked.
        most: songs that are learned from at most, chosen by a hash of their ids.
        seed: of the draws.
    """
    for scheme, split in songs.splits.items():
        if (found := _of_scheme(songs, scheme, split, most, seed)) is not None:
            yield found


def noise(songs: AllSongs) -> LabelNoise | None:
    """Return how often songs with nearly the same words have different genres; None where no genre is known."""
    if songs.genres is None or not (songs.genres != "").any():
        return None
    of_group: dict[str, Counter[str]] = defaultdict(Counter)
    for group, genre in zip(songs.groups.tolist(), songs.genres.tolist(), strict=True):
        if genre:
            of_group[group][genre] += 1
    twins = [counts for counts in of_group.values() if counts.total() > 1]
    n_songs = sum(counts.total() for counts in twins)
    return LabelNoise(n_songs, sum(counts.total() for counts in twins if len(counts) > 1))


def _of_scheme(songs: AllSongs, scheme: str, split: NDArray[np.str_], most: int, seed: int) -> Genres | None:
    if songs.genres is None:
        return None
    counts = Counter(genre for genre in songs.genres[split == "train"].tolist() if genre)
    names = [genre for genre, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if n >= LEAST_SONGS]
    known = np.isin(songs.genres, names)
    train, test = (np.flatnonzero(known & (split == part)) for part in ("train", "test"))
    if len(names) < 2 or len(test) < LEAST_SONGS or len(np.unique(songs.groups[test])) < 2:
        return None
    train = lowest(songs.ids, train, most)
    told = _tell(songs.texts, songs.genres, train, test)
    genres = songs.genres[test]
    right = (told == genres).astype(np.float64)
    low, high = PairedDraws(songs.groups[test], N_DRAWS, seed).interval(right)
    return Genres(
        scheme=scheme,
        n_train=len(train),
        n_test=len(test),
        shared=float(np.isin(songs.groups[test], songs.groups[train]).mean()),
        accuracy=float(right.mean()),
        accuracy_low=low,
        accuracy_high=high,
        macro_f1=float(f1_score(genres, told, labels=names, average="macro", zero_division=0.0)),
        majority=float((genres == names[0]).mean()),
        by_language=_by_language(songs, train, test),
        names=tuple(names),
        confusion=tuple(tuple(row) for row in confusion_matrix(genres, told, labels=names).tolist()),
    )


def _tell(
    texts: Sequence[str], genres: NDArray[np.str_], train: NDArray[np.int64], test: NDArray[np.int64]
) -> NDArray[np.str_]:
    """Return the genres (test,) that TF-IDF and logistic regression tell."""
    vectorizer = TfidfVectorizer(analyzer=split_terms, sublinear_tf=True, min_df=2, max_features=_MOST_TERMS)
    features = vectorizer.fit_transform([texts[number] for number in train.tolist()])
    model = LogisticRegression(C=_STRENGTH, max_iter=200, tol=1e-3).fit(features, genres[train])
    told: NDArray[np.str_] = model.predict(vectorizer.transform([texts[number] for number in test.tolist()]))
    return told


def _by_language(songs: AllSongs, train: NDArray[np.int64], test: NDArray[np.int64]) -> float:
    """Return the accuracy of saying the most frequent genre of the song's language."""
    assert songs.genres is not None
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for number in train.tolist():
        counts[str(songs.languages[number])][str(songs.genres[number])] += 1
        counts[""][str(songs.genres[number])] += 1
    most = {language: min(of.items(), key=lambda item: (-item[1], item[0]))[0] for language, of in counts.items()}
    told = [most.get(language, most[""]) for language in songs.languages[test].tolist()]
    return float((np.array(told) == songs.genres[test]).mean())
